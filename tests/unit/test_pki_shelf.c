/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * pki: CRLs that come while the daemon runs. What may replace what, and that every process sees it
 * at its next look-up.
 */
#include "config.h"

#include <sys/wait.h>

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/err.h>

#include "fixture.h"
#include "pki/shelf.h"
#include "pki_forge.h"

#define AT "2026-06-02T12:00:00Z"
#define OCTETS 65536

enum place {
	FULL,
	DELTA
};

static struct {
	struct arena *arena;
	EVP_PKEY *key, *rogue_key, *leaf_key;
	X509 *ca, *rogue, *leaf, *other;
	const char *trust, *file;
	struct pki *pki; /* with an empty shelf, for each test */
} w;

static int
make_world(void **state)
{
	struct forge ca = {.subject = "C=KZ/CN=CA",
	    .usage = "critical,keyCertSign,cRLSign",
	    .constraints = "critical,CA:TRUE"};
	struct forge leaf = {
	    .subject = "C=KZ/CN=ТЕСТ", .usage = "critical,digitalSignature", .serial = "100"};

	(void)state;
	w.arena = arena_new();
	w.key = forge_key();
	w.rogue_key = forge_key();
	w.leaf_key = forge_key();
	w.ca = forge_cert(&ca, w.key);
	ca.subject = "C=KZ/CN=ROGUE";
	w.rogue = forge_cert(&ca, w.rogue_key);
	leaf.issuer = w.ca;
	leaf.issuer_key = w.key;
	w.leaf = forge_cert(&leaf, w.leaf_key);
	leaf.serial = "200";
	w.other = forge_cert(&leaf, w.leaf_key);
	w.trust = forge_folder(w.arena);
	forge_write_pem(w.trust, "ca.pem", w.ca);
	forge_write_pem(w.trust, "rogue.pem", w.rogue);
	w.file = arena_printf(w.arena, "%s/ca.pem", w.trust);
	return 0;
}

static int
end_world(void **state)
{
	(void)state;
	forge_clean();
	arena_free(w.arena);
	return 0;
}

static struct pki *
opened(const char *crl_folder)
{
	struct pki_options options = {
	    .trust = w.trust, .crl = crl_folder, .revocation = PKI_REVOCATION_CRL};
	const struct pki_place places[] = {{w.file, false}, {w.file, true}};
	struct err e = {0};
	struct pki *p;

	if (pki_open(&options, NULL, NULL, &p, &e) != 0 ||
	    pki_shelf_open(p, places, 2, OCTETS, &e) != 0)
		fail_msg("%s", e.detail);
	return p;
}

static int
new_shelf(void **state)
{
	(void)state;
	w.pki = opened(NULL);
	return 0;
}

static int
end_shelf(void **state)
{
	(void)state;
	pki_close(w.pki);
	return 0;
}

/* A CRL over one serial number (or none), of the CA unless it says another. */
static struct octets
made(struct forge_crl f, const char *serial)
{
	struct forge_revoked revoked = {.serial = serial, .reason = 1, .date = f.from};

	f.issuer = f.issuer != NULL ? f.issuer : w.ca;
	f.key = f.key != NULL ? f.key : w.key;
	if (serial != NULL) {
		f.revoked = &revoked;
		f.n_revoked = 1;
	}
	return forge_crl(w.arena, &f);
}

static struct octets
full(const char *number, const char *serial)
{
	return made((struct forge_crl){.number = number}, serial);
}

static void
put(enum place place, struct octets der)
{
	struct err e = {0};
	bool changed;

	if (pki_shelf_put(w.pki, place, der, PKI_PUT_NEW, fixture_instant(AT), &changed, &e) != 0)
		fail_msg("%s", e.detail);
	assert_true(changed);
	assert_int_equal(ERR_peek_error(), 0);
}

static void
assert_refused(enum place place, struct octets der, const char *why)
{
	struct err e = {0};
	bool changed;

	assert_int_equal(
	    pki_shelf_put(w.pki, place, der, PKI_PUT_NEW, fixture_instant(AT), &changed, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	assert_false(changed);
	if (strstr(e.detail, why) == NULL)
		fail_msg("%s", e.detail);
	assert_int_equal(ERR_peek_error(), 0);
}

static enum err_code
judged(const X509 *x, const char *at)
{
	const struct pki_cert *c;
	struct pki_signer who;
	struct err e = {0};

	assert_int_equal(pki_decode(w.pki, forge_der(w.arena, x), &c, &e), 0);
	if (pki_judge(w.pki, c, fixture_instant(at), &who, &e) != 0)
		assert_int_not_equal(e.code, ERR_OK);
	return e.code;
}

static void
what_is_put_counts_at_the_next_judgement(void **state)
{
	struct pki_crl_facts facts;

	(void)state;
	assert_int_equal(judged(w.leaf, AT), ERR_PKI_REVOCATION_UNKNOWN);
	assert_false(pki_shelf_facts(w.pki, FULL, &facts));
	put(FULL, full("7", "200"));
	assert_int_equal(judged(w.leaf, AT), ERR_OK);
	assert_int_equal(judged(w.other, AT), ERR_PKI_REVOKED);
	assert_true(pki_shelf_facts(w.pki, FULL, &facts));
	assert_string_equal(facts.issuer, "CN=CA,C=KZ");
	assert_string_equal(facts.number, "7");
	assert_int_equal(facts.entries, 1);
	assert_int_equal(pki_census(w.pki).crls, 1);
}

static void
a_verdict_that_was_kept_ends_with_the_crl_it_rests_on(void **state)
{
	(void)state;
	put(FULL, full("7", NULL));
	assert_int_equal(judged(w.leaf, AT), ERR_OK);
	assert_int_equal(judged(w.leaf, AT), ERR_OK);
	put(FULL, full("8", "100"));
	assert_int_equal(judged(w.leaf, AT), ERR_PKI_REVOKED);
	put(FULL, full("9", NULL));
	assert_int_equal(judged(w.leaf, AT), ERR_OK);
}

/* Where no CRL of the issuer is loaded an intermediate is not asked about; where one is to come,
 * nobody knows until it is there. */
static void
an_intermediate_whose_crl_is_to_come_is_not_good_meanwhile(void **state)
{
	struct forge between = {.subject = "C=KZ/CN=BETWEEN",
	    .usage = "critical,keyCertSign,cRLSign",
	    .constraints = "critical,CA:TRUE",
	    .serial = "300",
	    .issuer = w.ca,
	    .issuer_key = w.key};
	const char *trust = forge_folder(w.arena), *crls = forge_folder(w.arena);
	X509 *ca = forge_cert(&between, w.rogue_key);
	X509 *leaf = forge_cert(&(struct forge){.subject = "C=KZ/CN=LEAF",
				    .usage = "critical,digitalSignature",
				    .serial = "5",
				    .issuer = ca,
				    .issuer_key = w.rogue_key},
	    w.leaf_key);
	const struct pki_place place = {w.file, false};
	struct err e = {0};

	(void)state;
	pki_close(w.pki);
	forge_write_pem(trust, "ca.pem", w.ca);
	forge_write_pem(trust, "between.pem", ca);
	forge_write(crls, "crl", made((struct forge_crl){.issuer = ca, .key = w.rogue_key}, NULL));
	w.pki = forge_pki(
	    &(struct pki_options){.trust = trust, .crl = crls, .revocation = PKI_REVOCATION_CRL});
	assert_int_equal(judged(leaf, AT), ERR_OK);
	assert_int_equal(pki_shelf_open(w.pki, &place, 1, OCTETS, &e), 0);
	assert_int_equal(judged(leaf, AT), ERR_PKI_REVOCATION_UNKNOWN);
	put(FULL, full("7", "100"));
	assert_int_equal(judged(leaf, AT), ERR_OK);
	put(FULL, full("8", "300"));
	assert_int_equal(judged(leaf, AT), ERR_PKI_REVOKED);
}

static void
the_same_crl_again_changes_nothing(void **state)
{
	struct octets der = full("7", "200");
	struct err e = {0};
	bool changed;

	(void)state;
	put(FULL, der);
	assert_int_equal(
	    pki_shelf_put(w.pki, FULL, der, PKI_PUT_NEW, fixture_instant(AT), &changed, &e), 0);
	assert_false(changed);
}

static void
refuses_what_is_no_crl_of_that_ca_and_keeps_what_it_has(void **state)
{
	struct octets good = full("7", "200");
	unsigned char *spoiled = arena_alloc(w.arena, good.len);

	(void)state;
	put(FULL, good);
	assert_refused(FULL, (struct octets){NULL, 0}, "it is empty");
	assert_refused(FULL, octets_of("<html>Inspection portal</html>"), "not a CRL");
	assert_refused(FULL, (struct octets){good.data, good.len - 1}, "not a CRL");
	memcpy(spoiled, good.data, good.len);
	spoiled[good.len - 1] ^= 1;
	assert_refused(FULL, (struct octets){spoiled, good.len}, "signature");
	assert_refused(
	    FULL, made((struct forge_crl){.number = "8", .key = w.rogue_key}, NULL), "signature");
	assert_refused(FULL,
	    made((struct forge_crl){.number = "8", .key = w.rogue_key, .issuer = w.rogue}, NULL),
	    "another CA's");
	assert_refused(
	    FULL, made((struct forge_crl){.number = "8", .base = "7"}, NULL), "it is a delta");
	assert_refused(DELTA, full("8", NULL), "it is a full CRL");
	assert_int_equal(judged(w.other, AT), ERR_PKI_REVOKED);
	assert_int_equal(judged(w.leaf, AT), ERR_OK);
}

static void
refuses_a_crl_that_is_not_in_force(void **state)
{
	const struct forge_crl early = {.number = "8", .from = "2026-06-02T12:00:01Z"},
			       late = {.number = "9",
				   .from = "2026-06-01T00:00:00Z",
				   .until = "2026-06-02T12:00:00Z"};

	(void)state;
	put(FULL, full("7", "200"));
	assert_refused(FULL, made(early, NULL), "not in force before 2026-06-02T12:00:01Z");
	assert_refused(FULL, made(late, NULL), "to be replaced on 2026-06-02T12:00:00Z");
	assert_int_equal(judged(w.other, AT), ERR_PKI_REVOKED);
}

static void
refuses_an_older_number_than_it_holds(void **state)
{
	(void)state;
	put(FULL, full("7", "200"));
	assert_refused(FULL, full("6", NULL), "number is lower");
	assert_refused(FULL,
	    made((struct forge_crl){.number = "8", .from = "2025-12-31T00:00:00Z"}, NULL),
	    "issued before");
	assert_int_equal(judged(w.other, AT), ERR_PKI_REVOKED);
}

/* The folder trust.crl counts, too. */
static void
refuses_an_older_number_than_a_file_has(void **state)
{
	const char *folder = forge_folder(w.arena);
	struct pki *mine = w.pki;
	struct pki_crl_facts facts;

	(void)state;
	forge_write(folder, "a.crl", full("7", "200"));
	w.pki = opened(folder);
	assert_true(pki_crl_facts(w.pki, 0, &facts));
	assert_string_equal(facts.number, "7");
	assert_false(pki_crl_facts(w.pki, 1, &facts));
	assert_refused(FULL, full("6", NULL), "number is lower");
	put(FULL, full("8", "100"));
	assert_int_equal(judged(w.leaf, AT), ERR_PKI_REVOKED);
	assert_int_equal(judged(w.other, AT), ERR_OK);
	assert_int_equal(pki_census(w.pki).crls, 2);
	pki_close(w.pki);
	w.pki = mine;
}

/* After a restart the last good one is what a rollback is measured by, though its time is over. */
static void
a_crl_kept_from_before_counts_by_its_number(void **state)
{
	const struct forge_crl over = {
	    .number = "7", .from = "2026-06-01T00:00:00Z", .until = "2026-06-02T00:00:00Z"};
	struct err e = {0};
	bool changed;

	(void)state;
	assert_int_equal(pki_shelf_put(w.pki, FULL, made(over, NULL), PKI_PUT_KEPT,
			     fixture_instant(AT), &changed, &e),
	    0);
	assert_int_equal(judged(w.leaf, AT), ERR_PKI_REVOCATION_UNKNOWN);
	assert_refused(FULL, full("6", NULL), "number is lower");
	put(FULL, made((struct forge_crl){.number = "8", .from = "2026-06-02T00:00:00Z"}, NULL));
	assert_int_equal(judged(w.leaf, AT), ERR_OK);
}

static void
a_delta_needs_a_full_crl_as_new_as_its_base(void **state)
{
	struct octets delta = made((struct forge_crl){.number = "1", .base = "8"}, "100");

	(void)state;
	assert_refused(DELTA, delta, "delta's base");
	put(FULL, full("7", NULL));
	assert_refused(DELTA, delta, "delta's base");
	put(FULL, full("8", NULL));
	assert_int_equal(judged(w.leaf, AT), ERR_OK);
	put(DELTA, delta);
	assert_int_equal(judged(w.leaf, AT), ERR_PKI_REVOKED);
	assert_int_equal(judged(w.other, AT), ERR_OK);
}

static void
a_crl_with_more_entries_than_there_is_room_is_refused(void **state)
{
	static struct forge_revoked many[3000];
	static char serials[3000][24];
	struct forge_crl f = {
	    .issuer = w.ca, .key = w.key, .number = "8", .revoked = many, .n_revoked = 3000};
	const struct pki_place place = {w.file, false};
	struct pki_options options = {.trust = w.trust, .revocation = PKI_REVOCATION_CRL};
	struct pki *mine = w.pki, *small;
	struct err e = {0};

	(void)state;
	for (unsigned i = 0; i < 3000; i++) {
		snprintf(serials[i], sizeof(serials[i]), "%u", 1000 + i);
		many[i] = (struct forge_revoked){.serial = serials[i]};
	}
	assert_int_equal(pki_open(&options, NULL, NULL, &w.pki, &e), 0);
	assert_int_equal(pki_shelf_open(w.pki, &place, 1, 4096, &e), 0);
	put(FULL, full("7", "200"));
	assert_refused(FULL, forge_crl(w.arena, &f), "too many entries");
	assert_int_equal(judged(w.other, AT), ERR_PKI_REVOKED);
	/* nor may a reload forget it */
	small = w.pki;
	w.pki = mine;
	put(FULL, forge_crl(w.arena, &f));
	assert_int_equal(pki_shelf_take_over(small, w.pki, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	assert_non_null(strstr(e.detail, "too many entries"));
	pki_close(small);
}

/* The shelf of the next generation, filled from that of this test's, which closes. */
static void
reload(struct pki *next)
{
	struct err e = {0};

	if (pki_shelf_take_over(next, w.pki, &e) != 0)
		fail_msg("%s", e.detail);
	pki_close(w.pki);
	w.pki = next;
}

static void
assert_number(enum place place, const char *number)
{
	struct pki_crl_facts facts;

	assert_true(pki_shelf_facts(w.pki, place, &facts));
	assert_string_equal(facts.number, number);
}

static void
a_reload_takes_over_what_the_older_shelf_holds(void **state)
{
	(void)state;
	put(FULL, full("8", "200"));
	put(DELTA, made((struct forge_crl){.number = "1", .base = "8"}, "100"));
	reload(opened(NULL));
	assert_number(FULL, "8");
	assert_number(DELTA, "1");
	assert_int_equal(judged(w.leaf, AT), ERR_PKI_REVOKED);
	assert_int_equal(judged(w.other, AT), ERR_PKI_REVOKED);
	assert_refused(FULL, full("7", NULL), "number is lower");
	put(FULL, full("9", NULL));
	assert_int_equal(judged(w.other, AT), ERR_OK);
}

static void
a_reload_takes_over_nothing_that_is_older_than_what_is_there(void **state)
{
	struct pki *next = opened(NULL), *older = w.pki;

	(void)state;
	put(FULL, full("8", "100"));
	w.pki = next;
	put(FULL, full("9", "200"));
	w.pki = older;
	reload(next);
	assert_number(FULL, "9");
	assert_int_equal(judged(w.leaf, AT), ERR_OK);
	assert_int_equal(judged(w.other, AT), ERR_PKI_REVOKED);
}

static void
a_reload_takes_over_nothing_of_another_ca(void **state)
{
	const char *file = w.file;
	struct pki_crl_facts facts;
	struct pki *next;

	(void)state;
	put(FULL, full("8", "100"));
	w.file = arena_printf(w.arena, "%s/rogue.pem", w.trust);
	next = opened(NULL);
	w.file = file;
	reload(next);
	assert_false(pki_shelf_facts(w.pki, FULL, &facts));
	assert_int_equal(judged(w.leaf, AT), ERR_PKI_REVOCATION_UNKNOWN);
}

static void
exchanging_takes_no_more_memory(void **state)
{
	char number[8];

	(void)state;
	put(FULL, full("1", "200"));
	size_t once = pki_shelf_octets(w.pki);
	for (unsigned i = 2; i < 50; i++) {
		snprintf(number, sizeof(number), "%u", i);
		put(FULL, full(number, "200"));
	}
	assert_true(once > 0);
	assert_int_equal(pki_shelf_octets(w.pki), once);
}

/* A worker: waits until what it finds is what it was told to wait for. */
static int
wait_for(enum err_code code)
{
	for (unsigned i = 0; i < 1000; i++) {
		const struct pki_cert *c;
		struct pki_signer who;
		struct err e = {0};

		if (pki_decode(w.pki, forge_der(w.arena, w.leaf), &c, &e) != 0)
			return 2;
		if (pki_judge(w.pki, c, fixture_instant(AT), &who, &e) == 0)
			e.code = ERR_OK;
		if (e.code == code)
			return 0;
		usleep(10000);
	}
	return 1;
}

static void
every_process_sees_what_one_has_put(void **state)
{
	pid_t clears, revokes;
	int status;

	(void)state;
	clears = fork();
	if (clears == 0) {
		pki_shelf_look_only(w.pki);
		_exit(wait_for(ERR_OK));
	}
	put(FULL, full("7", NULL));
	waitpid(clears, &status, 0);
	assert_int_equal(status, 0);
	revokes = fork();
	if (revokes == 0) {
		pki_shelf_look_only(w.pki);
		_exit(wait_for(ERR_OK) + wait_for(ERR_PKI_REVOKED));
	}
	usleep(50000);
	put(FULL, full("8", "100"));
	waitpid(revokes, &status, 0);
	assert_int_equal(status, 0);
}

/* Puts lists without end, each of which revokes the one certificate and not the other. */
static void
put_for_ever(unsigned number)
{
	char text[16];
	struct err e = {0};
	bool changed;

	for (;; number++) {
		snprintf(text, sizeof(text), "%u", number);
		if (pki_shelf_put(w.pki, FULL, full(text, "200"), PKI_PUT_NEW, fixture_instant(AT),
			&changed, &e) != 0)
			_exit(1);
	}
}

static void
a_writer_that_is_killed_leaves_a_whole_list(void **state)
{
	struct pki_crl_facts facts;
	char text[16];
	int status;

	(void)state;
	put(FULL, full("1", "200"));
	for (unsigned round = 0; round < 20; round++) {
		assert_true(pki_shelf_facts(w.pki, FULL, &facts));
		unsigned number = (unsigned)strtoul(facts.number, NULL, 10) + 1;
		pid_t writer = fork();
		if (writer == 0)
			put_for_ever(number);
		usleep(2000 + round * 613);
		assert_int_equal(judged(w.leaf, AT), ERR_OK);
		assert_int_equal(judged(w.other, AT), ERR_PKI_REVOKED);
		kill(writer, SIGKILL);
		waitpid(writer, &status, 0);
		assert_true(WIFSIGNALED(status));
		assert_int_equal(judged(w.leaf, AT), ERR_OK);
		assert_int_equal(judged(w.other, AT), ERR_PKI_REVOKED);
	}
	assert_true(pki_shelf_facts(w.pki, FULL, &facts));
	assert_true(strtoul(facts.number, NULL, 10) > 20);
	snprintf(text, sizeof(text), "%lu", strtoul(facts.number, NULL, 10) + 1);
	put(FULL, full(text, "100"));
	assert_int_equal(judged(w.leaf, AT), ERR_PKI_REVOKED);
	assert_int_equal(judged(w.other, AT), ERR_OK);
}

/* A process that reads hostile messages must not be able to make an index. */
static void
who_only_looks_cannot_write(void **state)
{
	char line[512];
	unsigned mappings = 0;
	struct err e = {0};
	bool changed;

	(void)state;
	put(FULL, full("7", "200"));
	pki_shelf_look_only(w.pki);
	FILE *maps = fopen("/proc/self/maps", "re");
	assert_non_null(maps);
	while (fgets(line, sizeof(line), maps) != NULL)
		if (strstr(line, "memfd:shepd-crls") != NULL) {
			mappings++;
			if (strstr(line, " r--s ") == NULL)
				fail_msg("%s", line);
		}
	fclose(maps);
	assert_int_equal(mappings, 1);
	assert_int_equal(pki_shelf_put(w.pki, FULL, full("8", NULL), PKI_PUT_NEW,
			     fixture_instant(AT), &changed, &e),
	    -1);
	assert_int_equal(e.code, ERR_INTERNAL);
	assert_int_equal(judged(w.other, AT), ERR_PKI_REVOKED);
}

static void
a_place_is_for_a_ca_that_is_trusted(void **state)
{
	struct pki_options options = {.trust = w.trust, .revocation = PKI_REVOCATION_CRL};
	const char *folder = forge_folder(w.arena);
	struct pki_place place = {arena_printf(w.arena, "%s/leaf.pem", folder), false};
	struct err e = {0};
	struct pki *p;

	(void)state;
	forge_write_pem(folder, "leaf.pem", w.leaf);
	assert_int_equal(pki_open(&options, NULL, NULL, &p, &e), 0);
	assert_int_equal(pki_shelf_open(p, &place, 1, OCTETS, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	assert_non_null(strstr(e.detail, "leaf.pem: not one of the trusted CAs"));
	err_clear(&e);
	place.certificate = "/nowhere/ca.pem";
	assert_int_equal(pki_shelf_open(p, &place, 1, OCTETS, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	pki_close(p);
}

#define WITH_SHELF(test) cmocka_unit_test_setup_teardown(test, new_shelf, end_shelf)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    WITH_SHELF(what_is_put_counts_at_the_next_judgement),
	    WITH_SHELF(a_verdict_that_was_kept_ends_with_the_crl_it_rests_on),
	    WITH_SHELF(an_intermediate_whose_crl_is_to_come_is_not_good_meanwhile),
	    WITH_SHELF(the_same_crl_again_changes_nothing),
	    WITH_SHELF(refuses_what_is_no_crl_of_that_ca_and_keeps_what_it_has),
	    WITH_SHELF(refuses_a_crl_that_is_not_in_force),
	    WITH_SHELF(refuses_an_older_number_than_it_holds),
	    WITH_SHELF(refuses_an_older_number_than_a_file_has),
	    WITH_SHELF(a_crl_kept_from_before_counts_by_its_number),
	    WITH_SHELF(a_delta_needs_a_full_crl_as_new_as_its_base),
	    WITH_SHELF(a_crl_with_more_entries_than_there_is_room_is_refused),
	    WITH_SHELF(a_reload_takes_over_what_the_older_shelf_holds),
	    WITH_SHELF(a_reload_takes_over_nothing_that_is_older_than_what_is_there),
	    WITH_SHELF(a_reload_takes_over_nothing_of_another_ca),
	    WITH_SHELF(exchanging_takes_no_more_memory),
	    WITH_SHELF(every_process_sees_what_one_has_put),
	    WITH_SHELF(a_writer_that_is_killed_leaves_a_whole_list),
	    WITH_SHELF(who_only_looks_cannot_write),
	    cmocka_unit_test(a_place_is_for_a_ca_that_is_trusted),
	};

	return cmocka_run_group_tests(tests, make_world, end_world);
}

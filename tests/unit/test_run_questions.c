/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * run: what is kept on disk of OCSP answers, at a start and an hour later.
 */
#include "config.h"

#include <sys/stat.h>
#include <sys/syscall.h>

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "fixture.h"
#include "ocsp_forge.h"
#include "pki_forge.h"
#include "run/questions.h"

#define AT "2026-06-02T12:10:00Z"

static struct {
	struct arena *arena;
	EVP_PKEY *key;
	X509 *ca;
	struct conf_issuer issuer;
	struct conf conf;
	struct run_house house;
	struct pki_book *book;
	int64_t later; /* seconds that both clocks go ahead of AT */
} w;

/* In place of the C library's: it is AT, and the hours pass at once. */
int
clock_gettime(clockid_t clock, struct timespec *t)
{
	int rc = (int)syscall(SYS_clock_gettime, clock, t);

	if (clock == CLOCK_REALTIME)
		*t = (struct timespec){.tv_sec = fixture_instant(AT).seconds};
	t->tv_sec += w.later;
	return rc;
}

static struct pki_target
target(unsigned char serial)
{
	struct pki_target t = {.serial = {[19] = serial}};
	struct err e = {0};

	assert_int_equal(
	    pki_authority_of_file(w.house.pki, w.issuer.certificate, t.authority, &e), 0);
	return t;
}

/* The file of an answer, written at AT. */
static const char *
file_of(unsigned char serial)
{
	const struct pki_target t = target(serial);
	char *name = arena_alloc(w.arena, 106), *to = name;

	for (size_t i = 0; i < sizeof(t.authority); i++)
		to += sprintf(to, "%02x", t.authority[i]);
	*to++ = '-';
	for (size_t i = 0; i < sizeof(t.serial); i++)
		to += sprintf(to, "%02x", t.serial[i]);
	return name;
}

static void
keep(unsigned char serial, int status)
{
	const struct forge_ocsp f = {.issuer = w.ca,
	    .serial = arena_printf(w.arena, "%d", serial),
	    .signer = w.ca,
	    .key = w.key,
	    .flags = OCSP_NOCERTS,
	    .status = status,
	    .revoked = "2026-05-01T00:00:00Z",
	    .reason = OCSP_REVOKED_STATUS_KEYCOMPROMISE};
	const char *folder = arena_printf(w.arena, "%s/ocsp", w.conf.fetch.state_dir);
	const struct timespec then[2] = {
	    {.tv_sec = fixture_instant(AT).seconds}, {.tv_sec = fixture_instant(AT).seconds}};

	forge_write(folder, file_of(serial), forge_ocsp(w.arena, &f));
	assert_int_equal(
	    utimensat(AT_FDCWD, arena_printf(w.arena, "%s/%s", folder, file_of(serial)), then, 0),
	    0);
}

static bool
is_kept(unsigned char serial)
{
	return access(arena_printf(w.arena, "%s/ocsp/%s", w.conf.fetch.state_dir, file_of(serial)),
		   F_OK) == 0;
}

static enum pki_status
status_of(unsigned char serial)
{
	const struct pki_target t = target(serial);
	struct pki_ocsp_answer out;

	(void)!pki_book_look(w.book, &t, &out, NULL, NULL);
	return out.status;
}

static struct run_questions *
opened(void)
{
	struct run_questions *q;
	struct err e = {0};

	assert_int_equal(pki_book_open(16, &w.book, &e), 0);
	if (run_questions_open(&w.house, w.book, NULL, &q, &e) != 0)
		fail_msg("%s", e.detail);
	return q;
}

static void
closed(struct run_questions *q)
{
	run_questions_close(q);
	pki_book_close(w.book);
}

static int
make_world(void **state)
{
	const struct forge ca = {.subject = "C=KZ/CN=CA",
	    .usage = "critical,keyCertSign,cRLSign",
	    .constraints = "critical,CA:TRUE"};
	const char *trust = forge_folder(w.arena), *dir = forge_folder(w.arena);

	(void)state;
	w.key = forge_key();
	w.ca = forge_cert(&ca, w.key);
	forge_write_pem(trust, "ca.pem", w.ca);
	w.issuer = (struct conf_issuer){.name = "ca",
	    .certificate = arena_printf(w.arena, "%s/ca.pem", trust),
	    .ocsp = "http://127.0.0.1:9/"};
	w.conf.issuers = &w.issuer;
	w.conf.issuer_count = 1;
	w.conf.trust.ocsp_seconds = 3600;
	w.conf.fetch.state_dir = dir;
	w.house.conf = &w.conf;
	assert_int_equal(mkdir(arena_printf(w.arena, "%s/ocsp", dir), 0755), 0);
	w.house.pki =
	    forge_pki(&(struct pki_options){.trust = trust, .revocation = PKI_REVOCATION_ANY});
	return 0;
}

static int
end_world(void **state)
{
	(void)state;
	pki_close(w.house.pki);
	forge_clean();
	return 0;
}

static void
a_revocation_is_kept_on_disk_when_it_is_old_and_nothing_else_is(void **state)
{
	struct run_questions *q;

	(void)state;
	keep(1, V_OCSP_CERTSTATUS_GOOD);
	keep(2, V_OCSP_CERTSTATUS_REVOKED);
	forge_write(arena_printf(w.arena, "%s/ocsp", w.conf.fetch.state_dir), "other",
	    octets_of("no answer"));
	q = opened();
	assert_int_equal(status_of(1), PKI_GOOD);
	assert_int_equal(status_of(2), PKI_REVOKED);
	w.later = 7200;
	run_questions_look(q, run_now());
	closed(q);
	assert_false(is_kept(1));
	assert_true(is_kept(2));
	q = opened(); /* by a restart */
	assert_int_equal(status_of(1), PKI_UNKNOWN);
	assert_int_equal(status_of(2), PKI_REVOKED);
	closed(q);
	assert_true(is_kept(2));
	w.later = 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_revocation_is_kept_on_disk_when_it_is_old_and_nothing_else_is),
	};
	struct err e = {0};
	int failed;

	w.arena = arena_new();
	if (w.arena == NULL || clock_init(&e) != 0)
		return 99;
	failed = cmocka_run_group_tests(tests, make_world, end_world);
	arena_free(w.arena);
	return failed;
}

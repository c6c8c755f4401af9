/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * run: questions to OCSP responders. What one of them does is no matter of the others.
 */
#include "config.h"

#include <sys/socket.h>

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/in.h>

#include "fixture.h"
#include "pki_forge.h"
#include "run/questions.h"

#define AT "2026-06-02T12:00:00Z"

enum responder {
	SILENT,
	OTHER,
	RESPONDERS
};

static struct {
	struct arena *arena;
	struct conf_issuer issuers[RESPONDERS];
	int fd[RESPONDERS]; /* takes connections and says nothing */
} w;

static void
listen_for(enum responder who)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof(at);

	w.fd[who] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(w.fd[who], (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(w.fd[who], 16), 0);
	assert_int_equal(getsockname(w.fd[who], (struct sockaddr *)&at, &n), 0);
	w.issuers[who].ocsp = arena_printf(w.arena, "http://127.0.0.1:%u/", ntohs(at.sin_port));
}

static int
make_world(void **state)
{
	static const char *const names[] = {"silent", "other"};
	struct forge ca = {
	    .usage = "critical,keyCertSign,cRLSign", .constraints = "critical,CA:TRUE"};

	(void)state;
	w.arena = arena_new();
	EVP_PKEY *key = forge_key();
	const char *folder = forge_folder(w.arena);
	for (enum responder i = 0; i < RESPONDERS; i++) {
		ca.subject = arena_printf(w.arena, "C=KZ/CN=%s", names[i]);
		const char *file = arena_printf(w.arena, "%s.pem", names[i]);
		forge_write_pem(folder, file, forge_cert(&ca, key));
		w.issuers[i] = (struct conf_issuer){.name = names[i],
		    .certificate = arena_printf(w.arena, "%s/%s", folder, file),
		    .crl = "",
		    .delta = ""};
		listen_for(i);
	}
	*state = (void *)(uintptr_t)folder;
	return 0;
}

static int
end_world(void **state)
{
	(void)state;
	for (int i = 0; i < RESPONDERS; i++)
		close(w.fd[i]);
	forge_clean();
	arena_free(w.arena);
	return 0;
}

static void
nobody_comes(void *self, const struct fetch_answer *answer)
{
	(void)self;
	(void)answer;
	fail_msg("nobody answers here");
}

static void
a_silent_responder_with_many_certificates_keeps_no_other_waiting(void **state)
{
	const struct pki_options options = {.trust = *state, .revocation = PKI_REVOCATION_OCSP};
	struct conf conf = {.issuers = w.issuers,
	    .issuer_count = RESPONDERS,
	    .trust = {.ocsp_seconds = 60},
	    .fetch = {.state_dir = "", .ocsp_deadline = 60}};
	struct run_house house = {.conf = &conf};
	struct pki_target target = {.serial = {0}};
	struct run_questions *q;
	struct pki_book *book;
	struct fetch *fetch;
	struct err e = {0};
	struct pollfd asked = {.fd = w.fd[OTHER], .events = POLLIN};

	assert_int_equal(pki_open(&options, NULL, NULL, &house.pki, &e), 0);
	assert_int_equal(pki_book_open(16, &book, &e), 0);
	assert_int_equal(fetch_new("test", &fetch, &e), 0);
	if (run_questions_open(&house, book, fetch, &q, &e) != 0)
		fail_msg("%s", e.detail);
	for (unsigned i = 0; i < 4 * 400; i++) { /* the book's list takes some of them at a time */
		target.serial[18] = (unsigned char)(i % 400 / 256);
		target.serial[19] = (unsigned char)(i % 256);
		assert_int_equal(pki_authority_of_file(house.pki, w.issuers[SILENT].certificate,
				     target.authority, &e),
		    0);
		pki_book_want(book, &target);
		if (i % 400 == 399)
			run_questions_look(q, fixture_instant(AT));
	}
	assert_int_equal(
	    pki_authority_of_file(house.pki, w.issuers[OTHER].certificate, target.authority, &e),
	    0);
	for (int i = 0; i < 100 && poll(&asked, 1, 0) == 0; i++) {
		pki_book_want(book, &target); /* as each message does */
		run_questions_look(q, fixture_instant(AT));
		assert_true(fetch_wait(fetch, -1, 20, nobody_comes, NULL) > 0);
	}
	assert_int_equal(poll(&asked, 1, 0), 1);
	run_questions_close(q);
	fetch_free(fetch);
	pki_close(house.pki);
	pki_book_close(book);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_silent_responder_with_many_certificates_keeps_no_other_waiting),
	};

	return cmocka_run_group_tests(tests, make_world, end_world);
}

/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * shepsim: the command line, what is loaded, and the processes.
 */
#include "config.h"

#include <sys/prctl.h>
#include <sys/wait.h>

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "run/file.h"
#include "run/run.h"
#include "sim/lines.h"
#include "sim/sim.h"

enum {
	DONE = 0,
	FAILED = 1, /* a file that the command line names, a port, a process that died */
	USAGE = 2
};

#define CHILDREN_MOST 4097

volatile sig_atomic_t sim_stop;

static const char help[] =
    "usage: shepsim --spool DIR [OPTION...]\n"
    "\n"
    "Plays ShEP, the e-government gateway of Kazakhstan, on this machine: an information system\n"
    "that has to talk to the gateway talks to shepsim instead, before it has access to the real\n"
    "one. Messages are SOAP 1.1 over HTTP, signed with WS-Security. Two addresses are served:\n"
    "\n"
    "  /sync   SendMessage: one request, one answer. Played are GBD FL, the register of persons\n"
    "          (GBDFL_UniversalServiceSync, GBDFLUniversal, GBDFLUniversal_token), and ENIS, the\n"
    "          register of powers of attorney (ENIS_PowerOfAttorney: a proposal, its real form is\n"
    "          not public). Other services are passed on to the participant that provides them.\n"
    "  /async  sendMessage, sendDeliveryNotification, getMessageStatus, getMessages: a message is\n"
    "          acknowledged at once and brought to its receiver, or kept until he fetches it.\n"
    "  GET /sync?wsdl and /async?wsdl give the contract.\n"
    "\n"
    "  --spool DIR            what was accepted and what became of it, a file each; needed\n"
    "  --listen ADDRESS:PORT  default 127.0.0.1:8490; port 0 = a free one\n"
    "  --ready FILE           write the port once connections are accepted\n"
    "  --registry FILE        participants and services; without it anybody may send anything, "
    "and\n"
    "                         whoever asks for a service's messages gets them\n"
    "  --script FILE          what is to go wrong, and when; without it nothing does\n"
    "  --persons FILE         persons and powers of attorney, all of them invented\n"
    "  --data-dir DIR         folder that holds wsdl/ and schemas/\n"
    "signatures of who calls; without the two they are not judged:\n"
    "  --trust DIR            certificates of the authorities that are believed\n"
    "  --partners DIR         certificates of the participants\n"
    "our own signature; without it answers are not signed:\n"
    "  --cert FILE            certificate in PEM or DER, or a PKCS#12; RSA or GOST 2015\n"
    "  --key FILE             its key in PEM\n"
    "  --password-file FILE   its first line is the password of the key\n"
    "  --issuer-serial        name the certificate and leave it out, as the real gateway does\n"
    "  --sign-data            registers sign their data, too\n"
    "  --foreign-cert FILE    another certificate,\n"
    "  --foreign-key FILE     and key: for the script's `foreign'\n"
    "what is brought to participants:\n"
    "  --pushers N            processes for each of them, default 4\n"
    "  --retry MILLISECONDS   until the second attempt, then doubled, default 500\n"
    "  --attempts N           after so many it is given up, default 20\n"
    "  --version\n"
    "\n"
    "Registry and script are lines of words:\n"
    "  participant pep secret-file pep.secret\n"
    "  participant akimat push http://127.0.0.1:8480/async-client sync http://127.0.0.1:8480/sync\n"
    "  service HQ_SUBMIT provider akimat\n"
    "  on SendMessage service HQ_SUBMIT nth 2 do late 3000 reset\n"
    "  on push chance 0.1 do duplicate\n"
    "shepsim(1) has all of it.\n";

static const struct {
	const char *name;
	size_t offset;
} texts[] = {
#define TEXT(name, field)                                                                          \
	{                                                                                          \
		name, offsetof(struct sim_options, field)                                          \
	}
    TEXT("listen", listen),
    TEXT("spool", spool),
    TEXT("script", script),
    TEXT("registry", registry),
    TEXT("persons", persons),
    TEXT("data-dir", data_dir),
    TEXT("ready", ready),
    TEXT("trust", trust),
    TEXT("partners", partners),
    TEXT("cert", cert),
    TEXT("key", key),
    TEXT("password-file", password_file),
    TEXT("foreign-cert", foreign_cert),
    TEXT("foreign-key", foreign_key),
    TEXT("pushers", pushers),
    TEXT("retry", retry),
    TEXT("attempts", attempts),
#undef TEXT
};
#define TEXTS (sizeof(texts) / sizeof(texts[0]))

enum {
	ISSUER_SERIAL = TEXTS,
	SIGN_DATA,
	SAY_VERSION,
	SAY_HELP
};

/* What getopt_long() says last: -1, SAY_VERSION, SAY_HELP, or '?'. */
static int
read_line(int argc, char **argv, struct sim_options *o)
{
	struct option table[TEXTS + 5] = {{NULL, 0, NULL, 0}};
	int c;

	for (size_t i = 0; i < TEXTS; i++)
		table[i] = (struct option){texts[i].name, required_argument, NULL, (int)i};
	table[TEXTS] = (struct option){"issuer-serial", no_argument, NULL, ISSUER_SERIAL};
	table[TEXTS + 1] = (struct option){"sign-data", no_argument, NULL, SIGN_DATA};
	table[TEXTS + 2] = (struct option){"version", no_argument, NULL, SAY_VERSION};
	table[TEXTS + 3] = (struct option){"help", no_argument, NULL, SAY_HELP};
	while ((c = getopt_long(argc, argv, "", table, NULL)) != -1) {
		if (c == '?' || c == SAY_VERSION || c == SAY_HELP)
			return c;
		if (c == ISSUER_SERIAL)
			o->issuer_serial = true;
		else if (c == SIGN_DATA)
			o->sign_data = true;
		else
			*(const char **)(void *)((char *)o + texts[c].offset) = optarg;
	}
	return optind == argc && o->spool != NULL ? -1 : '?';
}

static bool
read_numbers(const struct sim_options *o, struct sim *s)
{
	return sim_number(o->pushers == NULL ? "4" : o->pushers, 1, 64, &s->pushers) &&
	       sim_number(o->retry == NULL ? "500" : o->retry, 1, 3600000, &s->retry_ms) &&
	       sim_number(o->attempts == NULL ? "20" : o->attempts, 1, 1000000, &s->attempts);
}

static void
complain(void *self, const char *file, const char *what)
{
	(void)self;
	fprintf(stderr, "shepsim: %s: %s\n", file, what);
}

static int
load_keys(struct sim *s, struct err *e)
{
	const struct sim_options *o = &s->options;
	const struct pki_options trust = {.trust = o->trust, .partners = o->partners};
	const char *password = NULL;

	s->keyinfo = o->issuer_serial ? SIG_ISSUER_SERIAL : SIG_KEY_IDENTIFIER;
	if (o->password_file != NULL &&
	    run_file_secret(o->password_file, s->arena, &password, e) != 0)
		return -1;
	if (o->cert != NULL && pki_identity_load(o->cert, o->key, password, &s->identity, e) != 0)
		return -1;
	if (o->foreign_cert != NULL &&
	    pki_identity_load(o->foreign_cert, o->foreign_key, NULL, &s->foreign, e) != 0)
		return -1;
	if (sim_script_needs_foreign(s->script) && s->foreign == NULL)
		return err_set(e, ERR_CONFIG, "the script signs with another key: --foreign-cert");
	return o->trust == NULL && o->partners == NULL
		   ? 0
		   : pki_open(&trust, complain, NULL, &s->pki, e);
}

static int
make_folders(struct sim *s, struct err *e)
{
	const struct sim_participant *p;
	char name[160];

	for (size_t i = 0; (p = sim_registry_at(s->registry, i)) != NULL; i++) {
		snprintf(name, sizeof(name), "queue/%s", p->name);
		if (sim_spool_folder(s->spool, name, e) != 0)
			return -1;
		snprintf(name, sizeof(name), "pull/%s", p->name);
		if (sim_spool_folder(s->spool, name, e) != 0)
			return -1;
	}
	return sim_spool_folder(s->spool, "pull/anyone", e);
}

static int
load(struct sim *s, struct err *e)
{
	const struct sim_options *o = &s->options;
	const char *data = o->data_dir != NULL ? o->data_dir : PKGDATADIR;
	const char *persons = o->persons;

	if ((s->arena = arena_new()) == NULL)
		return err_set(e, ERR_NOMEM, "shepsim");
	if (persons == NULL)
		persons = arena_printf(s->arena, "%s/schemas/sim/persons.xml", data);
	if (persons == NULL)
		return err_set(e, ERR_NOMEM, "shepsim");
	if (run_init(e) != 0 ||
	    run_wsdl_load(data, RUN_WSDL_SYNC | RUN_WSDL_ASYNC, &s->wsdl, e) != 0 ||
	    sim_register_load(persons, &s->persons, e) != 0 ||
	    sim_registry_load(o->registry, s->arena, &s->registry, e) != 0 ||
	    sim_script_load(o->script, s->arena, &s->script, e) != 0 || load_keys(s, e) != 0 ||
	    sim_spool_open(o->spool, &s->spool, e) != 0)
		return -1;
	return make_folders(s, e);
}

static void
unload(struct sim *s)
{
	sim_spool_close(s->spool);
	sim_register_free(s->persons);
	run_wsdl_free(s->wsdl);
	pki_identity_free(s->identity);
	pki_identity_free(s->foreign);
	pki_close(s->pki);
	arena_free(s->arena);
	run_fini();
}

static void
on_signal(int number)
{
	(void)number;
	sim_stop = 1;
}

static pid_t children[CHILDREN_MOST];
static size_t child_count;

/* A child that ends with its parent; 0 in the child, -1 when there is none. */
static pid_t
spawn(void)
{
	pid_t parent = getpid(), child = child_count == CHILDREN_MOST ? -1 : fork();

	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		if (getppid() != parent)
			_exit(FAILED);
	} else if (child > 0) {
		children[child_count++] = child;
	}
	return child;
}

/* Its pushers and the listener. Never returns in a child. */
static int
start_all(struct sim *s, int fd)
{
	const struct sim_participant *p;

	for (size_t i = 0; (p = sim_registry_at(s->registry, i)) != NULL; i++)
		for (unsigned long share = 0; p->push != NULL && share < s->pushers; share++) {
			pid_t child = spawn();
			if (child < 0)
				return -1;
			if (child == 0) {
				close(fd);
				sim_push(s, p, share);
				_exit(DONE);
			}
		}
	pid_t listener = spawn();
	if (listener == 0) {
		sim_serve(s, fd);
		_exit(DONE);
	}
	return listener < 0 ? -1 : 0;
}

static void
say_where(const struct sim *s, const char *address, unsigned port)
{
	int host = (int)strcspn(address, ":");

	printf("shepsim: http://%.*s:%u/sync and /async; spool %s\n", host, address, port,
	    s->options.spool);
	printf("shepsim: %s; answers %s\n",
	    s->pki == NULL ? "signatures are not judged: no --trust" : "signatures are judged",
	    s->identity == NULL ? "are not signed: no --cert" : "are signed");
	fflush(stdout);
}

static int
tell_ready(const struct sim *s, unsigned port, struct err *e)
{
	char text[16];

	snprintf(text, sizeof(text), "%u\n", port);
	return s->options.ready == NULL ? 0
					: run_file_replace(s->options.ready, octets_of(text), e);
}

/* Until a signal, or until a child dies, which none should. */
static int
watch(void)
{
	pid_t child = -1;

	while (!sim_stop && (child = waitpid(-1, NULL, 0)) < 0)
		;
	if (!sim_stop)
		fprintf(stderr, "shepsim: process %d died\n", (int)child);
	int code = sim_stop ? DONE : FAILED;
	for (size_t i = 0; i < child_count; i++)
		if (children[i] != child)
			kill(children[i], SIGTERM);
	while (waitpid(-1, NULL, 0) > 0)
		;
	return code;
}

static int
run(struct sim *s, struct err *e)
{
	const char *address = s->options.listen != NULL ? s->options.listen : "127.0.0.1:8490";
	const struct sigaction stop = {.sa_handler = on_signal};
	unsigned port = 0;
	int fd = -1, rc = -1;

	if (load(s, e) != 0 || sim_listen(address, &fd, &port, e) != 0)
		return -1;
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGINT, &stop, NULL);
	signal(SIGPIPE, SIG_IGN);
	if (start_all(s, fd) != 0)
		err_set(e, ERR_CONFIG, "no process could be started");
	else if (tell_ready(s, port, e) == 0) {
		say_where(s, address, port);
		rc = watch();
	}
	close(fd);
	return rc;
}

int
main(int argc, char **argv)
{
	struct sim s = {.pki = NULL};
	struct err e = {0};
	int rc, last = read_line(argc, argv, &s.options);

	if (last == SAY_HELP)
		return fputs(help, stdout) < 0 ? FAILED : DONE;
	if (last == SAY_VERSION)
		return puts(PACKAGE_STRING) < 0 ? FAILED : DONE;
	if (last != -1 || !read_numbers(&s.options, &s)) {
		fputs("usage: shepsim --spool DIR [OPTION...]; shepsim --help\n", stderr);
		return USAGE;
	}
	if ((rc = run(&s, &e)) < 0) {
		fprintf(stderr, "shepsim: %s\n", e.detail);
		rc = FAILED;
	}
	unload(&s);
	return rc;
}

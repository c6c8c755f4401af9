/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Runs scenarios: the whole pipeline without sockets, on a fixed clock, over a real database.
 *
 * A .scn file has one word of command a line (README in tests/scenario). Messages are built and
 * signed here with keys of the test PKI; what the pipeline answers is compared with what the file
 * expects.
 */
#include "config.h"

#include <sys/stat.h>
#include <sys/wait.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dom/dom.h"
#include "fixture.h"
#include "gost/gost.h"
#include "run/dispatch.h"
#include "run/run.h"
#include "sign.h"

struct stage {
	struct arena *keep; /* one scenario */
	struct arena *call; /* one request */
	struct run_house *house;
	struct run_desk *desk;
	const char *folder;	/* temporary files */
	struct octets message;	/* what goes in next */
	struct octets previous; /* the reply before the last one */
	struct door_reply reply;
	const char *action, *type; /* SOAPAction and media type of what follows */
	const char *edits[8];	   /* "old => new", for the next message before it is signed */
	size_t edit_count;
	const char *file;
	int line;
	unsigned passed, failed;
};

static struct instant clock_hand;

static struct instant
fixed_now(void)
{
	return clock_hand;
}

static void
fail(struct stage *s, const char *what, const char *detail)
{
	printf("FAIL %s:%d: %s: %s\n", s->file, s->line, what, detail);
	s->failed++;
}

static void
judge(struct stage *s, bool ok, const char *what, const char *detail)
{
	if (ok)
		s->passed++;
	else
		fail(s, what, detail);
}

/* The value of key=value among the words of a line; fallback when it is not there. */
static const char *
word(struct stage *s, const char *line, const char *key, const char *fallback)
{
	size_t n = strlen(key);

	for (const char *p = line; (p = strstr(p, key)) != NULL; p += n) {
		if (p[n] == '=' && (p == line || p[-1] == ' '))
			return arena_string(
			    s->keep, (struct octets){(const unsigned char *)p + n + 1,
					 strcspn(p + n + 1, " ")});
	}
	return fallback;
}

static struct pki_identity *
identity(struct stage *s, const char *name)
{
	struct pki_identity *id = NULL;
	struct err e = {0};
	const char *base = arena_printf(s->keep, "%s/testpki/%s", fixture_builddir(), name);

	if (pki_identity_load(arena_printf(s->keep, "%s.pem", base),
		arena_printf(s->keep, "%s.key", base), NULL, &id, &e) != 0) {
		fail(s, name, e.detail);
		exit(1);
	}
	return id;
}

/* The payload file with @KEY@ replaced by the line's KEY=value words. */
static struct octets
fill(struct stage *s, const char *line, const char *file)
{
	struct octets o = fixture_file(
	    s->keep, arena_printf(s->keep, "%s/tests/scenario/payload/%s", fixture_srcdir(), file));
	char *text = arena_string(s->keep, o), *at, *end;

	for (size_t from = 0; (at = strchr(text + from, '@')) != NULL;) {
		size_t n = strspn(at + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");

		end = at + 1 + n;
		from = (size_t)(end - text);
		if (n == 0 || *end != '@') /* an address */
			continue;
		*at = *end = '\0';
		const char *value = word(s, line, at + 1, NULL);
		if (value == NULL) {
			fail(s, "no value for", at + 1);
			exit(1);
		}
		from = (size_t)(at - text) + strlen(value);
		text = arena_printf(s->keep, "%s%s%s", text, value, end + 1);
	}
	return octets_of(text);
}

static void
must(struct stage *s, int rc, const struct err *e)
{
	if (rc == 0)
		return;
	fail(s, "building the message", e->detail);
	exit(1);
}

/* spoil=OLD:NEW: what the citizen signed, changed after that, by whoever signs the envelope. */
static struct octets
spoil(struct stage *s, const char *line, struct octets doc)
{
	const char *change = word(s, line, "spoil", ""), *colon = strchr(change, ':');
	char *text = arena_string(s->keep, doc), *at;

	if (colon == NULL)
		return doc;
	const char *old = arena_printf(s->keep, "%.*s", (int)(colon - change), change);
	if ((at = strstr(text, old)) == NULL) {
		fail(s, "nothing to spoil", old);
		exit(1);
	}
	*at = '\0';
	return octets_of(arena_printf(s->keep, "%s%s%s", text, colon + 1, at + strlen(old)));
}

/* Stacked: citizen=FIRST, then second=NEXT. */
static struct octets
sign_all(struct stage *s, const char *line, struct octets doc)
{
	static const char *const words[] = {"citizen", "second"};
	struct err e = {0};

	for (size_t i = 0; i < 2; i++) {
		const char *name = word(s, line, words[i], "");
		if (*name == '\0')
			continue;
		struct pki_identity *id = identity(s, name);
		must(s, sig_sign_document(doc, id, s->keep, &doc, &e), &e);
		pki_identity_free(id);
	}
	return doc;
}

/* The business document, signed where the line names a citizen, as the content of data. */
static struct octets
business(struct stage *s, const char *line, const char **attributes)
{
	const char *placement = word(s, line, "placement", "child");
	struct octets doc = fill(s, line, word(s, line, "payload", "status.xml"));
	struct err e = {0};

	*attributes = NULL;
	if (strncmp(placement, "in-place", 8) == 0) {
		*attributes = " Id=\"data-1\"";
		return doc;
	}
	if (strcmp(placement, "data") == 0)
		doc = octets_of(arena_printf(s->keep, "<data>%s</data>", (const char *)doc.data));
	doc = spoil(s, line, sign_all(s, line, doc));
	if (strcmp(placement, "text") == 0) {
		*attributes =
		    " xmlns:xsi=\"" ENV_XSI "\" xmlns:xs=\"" ENV_XS "\" xsi:type=\"xs:string\"";
		must(s, env_escape(doc, s->keep, &doc, &e), &e);
	} else if (strcmp(placement, "string") == 0) {
		must(s, env_escape(doc, s->keep, &doc, &e), &e);
		doc = octets_of(arena_printf(s->keep, "<envelope><message>%s</message></envelope>",
		    arena_string(s->keep, doc)));
	} else if (strcmp(placement, "data") == 0) {
		const char *text = arena_string(s->keep, doc), *from = strstr(text, "<data>") + 6;
		const char *to = strstr(text, "</data>");
		doc = (struct octets){(const unsigned char *)from, (size_t)(to - from)};
	}
	return doc;
}

/* What partners do differently: the operation is changed before it is signed. */
static struct octets
edit(struct stage *s, struct octets operation)
{
	for (size_t i = 0; i < s->edit_count; i++) {
		const char *text = arena_string(s->keep, operation);
		const char *arrow = strstr(s->edits[i], " => ");
		const char *old =
		    arena_printf(s->keep, "%.*s", (int)(arrow - s->edits[i]), s->edits[i]);
		const char *at = strstr(text, old);
		if (at == NULL) {
			fail(s, "not in the message", old);
			exit(1);
		}
		operation = octets_of(arena_printf(
		    s->keep, "%.*s%s%s", (int)(at - text), text, arrow + 4, at + strlen(old)));
	}
	s->edit_count = 0;
	return operation;
}

static void
do_edit(struct stage *s, const char *line)
{
	if (strstr(line, " => ") == NULL || s->edit_count == sizeof(s->edits) / sizeof(s->edits[0]))
		fail(s, "edit", line);
	else
		s->edits[s->edit_count++] = arena_strdup(s->keep, line);
}

/* placement=in-place: data by its Id; in-place-all: the whole message. */
static struct octets
place(struct stage *s, const char *line, struct octets envelope)
{
	static const char *const words[] = {"citizen", "second"};
	const char *placement = word(s, line, "placement", "");

	if (strncmp(placement, "in-place", 8) != 0)
		return envelope;
	for (size_t i = 0; i < 2; i++) {
		const char *name = word(s, line, words[i], "");
		if (*name == '\0')
			continue;
		struct pki_identity *id = identity(s, name);
		envelope = octets_of(sign_in_place(s->keep, arena_string(s->keep, envelope),
		    strcmp(placement, "in-place") == 0 ? "data-1" : NULL, true, id));
		pki_identity_free(id);
	}
	return spoil(s, line, envelope);
}

/* type=REQUEST and so on: the operation of the asynchronous channel. */
static struct octets
write_operation(
    struct stage *s, const char *line, struct msg_request *r, struct msg_content content)
{
	struct msg_async async = {.operation = MSG_SEND, .data = content};
	struct octets out;
	struct err e = {0};
	const char *type = word(s, line, "type", "");

	if (*type == '\0') {
		must(s,
		    codec_write_sync_request(
			s->desk->codec, r, content.octets, content.attributes, s->keep, &out, &e),
		    &e);
		return out;
	}
	r->type = codec_type(type);
	r->correlation_id = word(s, line, "chain", "3387918");
	async.message = *r;
	must(s, codec_write_async_request(s->desk->codec, &async, s->keep, &out, &e), &e);
	return out;
}

/* message service=.. id=.. [type=.. chain=..] [sender=..] [secret=..] gateway=rsa/gateway
 * [citizen=..] payload=.. */
static void
do_message(struct stage *s, const char *line)
{
	struct err e = {0};
	struct msg_content content;
	struct octets operation, envelope;
	const char *gateway = word(s, line, "gateway", "rsa/gateway");
	struct msg_request r = {
	    .operation = "SendMessage",
	    .message_id = word(s, line, "id", "m-1"),
	    .correlation_id = "",
	    .service_id = word(s, line, "service", "HQ_STATUS"),
	    .route_id = "",
	    .session_id = "{639cfdad-7cd7-4f6b-9e3d-1b5a6c0a2f11}",
	    .message_date = clock_hand,
	    .message_date_text = "",
	    .sender = {word(s, line, "sender", "pep"), word(s, line, "secret", "test-secret")},
	    .has_data = true,
	};

	content.octets = business(s, line, &content.attributes);
	operation = edit(s, write_operation(s, line, &r, content));
	must(s, env_write(operation, *gateway == '-' ? NULL : "id-body", s->keep, &envelope, &e),
	    &e);
	envelope = place(s, line, envelope);
	if (*gateway != '-') {
		struct pki_identity *id = identity(s, gateway);
		must(s, sig_sign_envelope(envelope, id, SIG_KEY_IDENTIFIER, s->keep, &envelope, &e),
		    &e);
		pki_identity_free(id);
	}
	s->message = envelope;
}

/* change id=.. about=.. state=DELIVERED [gateway=..]: the gateway reports on a message of ours. */
static void
do_change(struct stage *s, const char *line)
{
	struct err e = {0};
	struct octets operation, envelope;
	const char *gateway = word(s, line, "gateway", "rsa/gateway");
	const struct msg_async async = {.operation = MSG_CHANGE_STATE,
	    .change = {
		.notification_id = word(s, line, "id", "n-1"),
		.message_id = word(s, line, "about", ""),
		.notification_date = clock_hand,
		.state = codec_state(word(s, line, "state", "DELIVERED")),
		.status = {"SCSS001", "as reported", clock_hand},
		.request_date = clock_hand,
		.session_id = "{639cfdad-7cd7-4f6b-9e3d-1b5a6c0a2f11}",
	    }};
	struct pki_identity *id = identity(s, gateway);

	must(s, codec_write_async_request(s->desk->codec, &async, s->keep, &operation, &e), &e);
	must(s, env_write(operation, "id-body", s->keep, &envelope, &e), &e);
	must(s, sig_sign_envelope(envelope, id, SIG_KEY_IDENTIFIER, s->keep, &envelope, &e), &e);
	pki_identity_free(id);
	s->message = envelope;
}

static void
write_file(struct stage *s, const char *path, struct octets o)
{
	FILE *f = fopen(path, "wb");

	if (f == NULL || fwrite(o.data, 1, o.len, f) != o.len || fclose(f) != 0) {
		fail(s, "cannot write", path);
		exit(1);
	}
}

/* tamper MODE [ARGUMENT]: the next message is made bad by tests/lib/tamper.py. */
static void
do_tamper(struct stage *s, const char *line)
{
	const char *in = arena_printf(s->keep, "%s/in.xml", s->folder);
	const char *out = arena_printf(s->keep, "%s/out.xml", s->folder);
	const char *rest = strchr(line, ' ');
	const char *mode =
	    arena_string(s->keep, (struct octets){(const unsigned char *)line, strcspn(line, " ")});

	write_file(s, in, s->message);
	const char *command =
	    arena_printf(s->keep, "/usr/bin/python3 '%s/tests/lib/tamper.py' %s '%s' <'%s' >'%s'",
		fixture_srcdir(), mode, rest == NULL ? "" : rest + 1, in, out);
	if (system(command) != 0) {
		fail(s, "tamper", line);
		exit(1);
	}
	s->message = fixture_file(s->keep, out);
}

static void
do_send(struct stage *s, const char *path)
{
	struct door_request http = {
	    .method = "POST",
	    .path = *path == '\0' ? "/sync" : path,
	    .query = "",
	    .host = "127.0.0.1",
	    .content_type = s->type == NULL ? "text/xml" : s->type,
	    .soap_action = s->action == NULL ? "" : s->action,
	    .peer = "127.0.0.1:1",
	    .body = s->message,
	};

	s->previous = (struct octets){
	    (const unsigned char *)arena_string(s->keep, s->reply.body), s->reply.body.len};
	arena_reset(s->call);
	s->reply = (struct door_reply){0};
	run_pipeline(s->desk, &http, s->call, &s->reply);
}

static bool
reply_has(struct stage *s, const char *text)
{
	return strstr(arena_string(s->keep, s->reply.body), text) != NULL;
}

/* One row of psql as text. */
static const char *
ask(struct stage *s, const char *query, char got[256])
{
	const char *path = arena_printf(s->keep, "%s/query.sql", s->folder);

	got[0] = '\0';
	write_file(s, path, octets_of(query));
	FILE *p = popen(arena_printf(s->keep, "psql -XAtq -f '%s' 2>&1", path), "r");
	if (p != NULL) {
		size_t n = fread(got, 1, 255, p);
		got[n > 0 && got[n - 1] == '\n' ? n - 1 : n] = '\0';
		pclose(p);
	}
	return got;
}

static struct run_beat beat;

/* died: the process that handled the newest message of the inbox came to its end. */
static void
do_died(struct stage *s)
{
	char got[256];

	atomic_store(&beat.fatal, atoll(ask(s, "SELECT max(id) FROM shepd.inbox", got)));
}

/* dispatch [N]: what is due in the inbox is handled; N messages were settled. */
static void
do_dispatch(struct stage *s, const char *line)
{
	struct err e = {0};
	char got[64];
	size_t settled = run_dispatch_due(s->desk, &beat, &e);

	snprintf(got, sizeof(got), "%zu settled", settled);
	judge(s, e.code == ERR_OK && (*line == '\0' || settled == strtoul(line, NULL, 10)),
	    e.code == ERR_OK ? "dispatch" : e.detail, got);
}

static void
expect_sql(struct stage *s, const char *line)
{
	const char *equals = strstr(line, " = ");
	char got[256];

	if (equals == NULL) {
		fail(s, "no ' = ' in", line);
		return;
	}
	ask(s, arena_printf(s->keep, "%.*s", (int)(equals - line), line), got);
	judge(s, strcmp(got, equals + 3) == 0, line, got);
}

/* What the handler said in a reply; the rest differs by ids and the signature over them. */
static struct octets
said(struct stage *s, struct octets reply)
{
	const char *from = strstr(arena_string(s->keep, reply), "<responseData");

	return octets_of(from == NULL ? "no response"
				      : arena_printf(s->keep, "%.*s",
					    (int)(strstr(from, "</responseData>") - from), from));
}

static void
expect_valid_reply(struct stage *s)
{
	struct dom *doc = NULL;
	struct env env;
	struct sig_part part = {0};
	struct err e = {0};
	int rc = dom_parse(s->reply.body, &dom_default_limits, &doc, &e);

	if (rc == 0)
		rc = env_check(doc, s->call, &env, &e);
	if (rc == 0)
		rc = sig_verify_transport(
		    &env, s->house->pki, &s->house->policy, clock_hand, s->call, &part, &e);
	judge(s, rc == 0 && part.verdict == SIG_VERIFIED, "signature of the reply", e.detail);
	dom_free(doc);
}

/* expect http N | fault CODE | result CODE | text T | no-text T | same | alike | signed | unsigned
 * | sql Q = V */
static void
do_expect(struct stage *s, const char *line)
{
	const char *space = strchr(line, ' '), *rest = space == NULL ? "" : space + 1;
	const char *body = arena_string(s->keep, s->reply.body);

	if (strncmp(line, "http ", 5) == 0)
		judge(s, s->reply.status == atoi(rest), line, body);
	else if (strncmp(line, "fault ", 6) == 0)
		judge(s,
		    s->reply.status == 500 && reply_has(s, "Fault>") &&
			reply_has(s, arena_printf(s->keep, "<errorCode>%s</errorCode>", rest)),
		    line, body);
	else if (strncmp(line, "result ", 7) == 0)
		judge(s,
		    s->reply.status == 200 && reply_has(s, "<code>SCSS001</code>") &&
			reply_has(s, arena_printf(s->keep, "code>%s</", rest)),
		    line, body);
	else if (strncmp(line, "text ", 5) == 0)
		judge(s, reply_has(s, rest), line, body);
	else if (strncmp(line, "no-text ", 8) == 0)
		judge(s, !reply_has(s, rest), line, body);
	else if (strcmp(line, "same") == 0)
		judge(s, octets_equal(s->previous, s->reply.body), line, body);
	else if (strcmp(line, "alike") == 0)
		judge(s,
		    octets_equal(said(s, s->previous), said(s, s->reply.body)) &&
			s->previous.len == s->reply.body.len,
		    "the same but for ids", body);
	else if (strcmp(line, "signed") == 0)
		expect_valid_reply(s);
	else if (strcmp(line, "unsigned") == 0)
		judge(s, !reply_has(s, "SignatureValue"), line, body);
	else if (strncmp(line, "sql ", 4) == 0)
		expect_sql(s, rest);
	else
		fail(s, "unknown expectation", line);
}

static void
obey(struct stage *s, char *line)
{
	char *rest = strchr(line, ' ');

	if (rest != NULL)
		*rest++ = '\0';
	else
		rest = line + strlen(line);
	if (strcmp(line, "now") == 0)
		clock_hand = fixture_instant(rest);
	else if (strcmp(line, "message") == 0)
		do_message(s, rest);
	else if (strcmp(line, "change") == 0)
		do_change(s, rest);
	else if (strcmp(line, "raw") == 0)
		s->message = octets_of(arena_strdup(s->keep, rest));
	else if (strcmp(line, "file") == 0)
		s->message = fixture_file(
		    s->keep, arena_printf(s->keep, "%s/tests/scenario/%s", fixture_srcdir(), rest));
	else if (strcmp(line, "action") == 0)
		s->action = arena_strdup(s->keep, rest);
	else if (strcmp(line, "type") == 0)
		s->type = arena_strdup(s->keep, rest);
	else if (strcmp(line, "edit") == 0)
		do_edit(s, rest);
	else if (strcmp(line, "tamper") == 0)
		do_tamper(s, rest);
	else if (strcmp(line, "send") == 0)
		do_send(s, rest);
	else if (strcmp(line, "died") == 0)
		do_died(s);
	else if (strcmp(line, "dispatch") == 0)
		do_dispatch(s, rest);
	else if (strcmp(line, "expect") == 0)
		do_expect(s, rest);
	else
		fail(s, "unknown command", line);
}

static void
play(struct stage *s, const char *path)
{
	struct octets script = fixture_file(s->keep, path);
	char *text = arena_string(s->keep, script), *next;
	unsigned before = s->failed;

	s->file = path;
	s->line = 0;
	for (char *line = text; line != NULL; line = next) {
		if ((next = strchr(line, '\n')) != NULL)
			*next++ = '\0';
		s->line++;
		if (*line != '\0' && *line != '#')
			obey(s, line);
	}
	printf("%s %s\n", s->failed == before ? "ok" : "FAILED", path);
}

static void
complain(void *self, const char *file, int line, const char *what)
{
	(void)self;
	printf("%s:%d: %s\n", file, line, what);
}

/* The house out of a configuration file that the script beside this program has written. */
static int
open_stage(struct stage *s, const char *conf_file, struct conf **conf, struct err *e)
{
	if (run_init(e) != 0 || conf_load(conf_file, complain, NULL, conf, e) != 0 ||
	    run_house_open(*conf, complain, NULL, &s->house, e) != 0)
		return -1;
	s->keep = arena_new();
	s->call = arena_new();
	if (s->keep == NULL || s->call == NULL)
		return err_set(e, ERR_NOMEM, "arenas");
	return run_desk_open(s->house, fixed_now, &s->desk, e);
}

int
main(int argc, char **argv)
{
	struct stage s = {.folder = argc > 2 ? argv[2] : "."};
	struct conf *conf = NULL;
	struct err e = {0};

	if (argc < 4) {
		fprintf(stderr, "usage: scenario CONF FOLDER FILE.scn...\n");
		return 2;
	}
	if (open_stage(&s, argv[1], &conf, &e) != 0) {
		printf("FAIL: %s\n0 passed, 1 failed\n", e.detail);
		return 1;
	}
	for (int i = 3; i < argc; i++)
		play(&s, argv[i]);
	run_desk_close(s.desk);
	run_house_close(s.house);
	conf_free(conf);
	arena_free(s.keep);
	arena_free(s.call);
	run_fini();
	printf("%u passed, %u failed\n", s.passed, s.failed);
	return s.failed == 0 && s.passed > 0 ? 0 : 1;
}

/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * conf: the worked example loads; each mistake is told with its line, and all of them at once.
 */
#include "config.h"

#include <sys/stat.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "conf/conf.h"
#include "fixture.h"

#define SECRET                                                                                     \
	"\"00112233445566778899aabbccddeeff$"                                                      \
	"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\""
#define DATABASE "database: { daemon = \"dbname=x\"; };\n"
#define TRUST "trust: { anchors = \"a\"; revocation = \"off\"; };\n"
#define PEP "senders: ( { sender_id = \"pep\"; secret = " SECRET "; } );\n"
#define SUBMIT                                                                                     \
	"service_id = \"HQ_SUBMIT\"; handler = \"housing.submit\"; profile = \"p\"; callers = ( "  \
	"\"pep\" );"
#define GOOD DATABASE TRUST PEP "services: ( { " SUBMIT " } );\n"

static char folder[] = "/tmp/shepd-conf-XXXXXX";
static char told[8192];

static int
make_folder(void **state)
{
	char path[256];

	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/conf.d", folder);
	return mkdir(path, 0700);
}

static int
remove_folder(void **state)
{
	static const char *const names[] = {"conf.d/a.conf", "conf.d/b.conf", "conf.d/c.txt",
	    "conf.d", "inc.conf", "shepd.conf", ""};
	char path[256];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		remove(path);
	}
	return 0;
}

static void
write_file(const char *name, const char *text)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

/* "name:line: what\n" of each mistake; names without the folder. */
static void
note(void *self, const char *file, int line, const char *what)
{
	char *entry = told + strlen(told), *at;
	size_t skip = strlen(folder) + 1;

	(void)self;
	snprintf(entry, sizeof(told) - (size_t)(entry - told), "%s:%d: %s\n", file, line, what);
	while ((at = strstr(entry, folder)) != NULL)
		memmove(at, at + skip, strlen(at + skip) + 1);
}

static int
load_text(const char *text, struct conf **out, struct err *e)
{
	char path[256];

	told[0] = '\0';
	if (text != NULL)
		write_file("shepd.conf", text);
	snprintf(path, sizeof(path), "%s/shepd.conf", folder);
	return conf_load(path, note, NULL, out, e);
}

static void
assert_told(const char *text, const char *want)
{
	struct err e = {0};
	struct conf *conf;

	assert_int_equal(load_text(text, &conf, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	assert_null(conf);
	assert_string_equal(told, want);
}

static struct conf *
assert_loads(const char *text)
{
	struct err e = {0};
	struct conf *conf;
	int rc = load_text(text, &conf, &e);

	assert_string_equal(told, "");
	assert_int_equal(rc, 0);
	return conf;
}

static void
the_worked_example_loads(void **state)
{
	struct err e = {0};
	struct conf *conf;
	char path[1024], want[1024];

	(void)state;
	told[0] = '\0';
	snprintf(path, sizeof(path), "%s/deploy/shepd.conf", fixture_srcdir());
	int rc = conf_load(path, note, NULL, &conf, &e);
	assert_string_equal(told, "");
	assert_int_equal(rc, 0);
	assert_int_equal(conf->listener_count, 2);
	assert_string_equal(conf->listeners[0].address, "127.0.0.1");
	assert_int_equal(conf->listeners[0].port, 8480);
	assert_false(conf->listeners[0].tls);
	assert_int_equal(conf->listeners[1].port, 8443);
	assert_true(conf->listeners[1].tls);
	assert_int_equal(conf->service_count, 2);
	assert_string_equal(conf->services[0].service_id, "HQ_SUBMIT");
	assert_string_equal(conf->services[0].handler, "housing.submit");
	assert_string_equal(conf->services[0].profile, "2012-almaty-oblast");
	assert_true(conf->services[0].business_signature);
	assert_string_equal(conf->services[0].placement, "auto");
	assert_string_equal(conf->services[1].handler, "housing.status");
	assert_false(conf->services[1].business_signature);
	assert_int_equal(conf->services[1].caller_count, 1);
	assert_string_equal(conf->services[1].callers[0], "pep");
	assert_int_equal(conf->sender_count, 1);
	assert_string_equal(conf->senders[0].sender_id, "pep");
	assert_true(conf->signing.set);
	snprintf(want, sizeof(want), "%s/deploy/keys/signing.key", fixture_srcdir());
	assert_string_equal(conf->signing.key, want);
	conf_free(conf);
}

static void
what_is_not_said_has_its_default(void **state)
{
	struct conf *conf = assert_loads(GOOD);

	(void)state;
	assert_int_equal(conf->listener_count, 1);
	assert_string_equal(conf->listeners[0].address, "127.0.0.1");
	assert_int_equal(conf->listeners[0].port, 8480);
	assert_string_equal(conf->log_level, "info");
	assert_string_equal(conf->public_url, "");
	assert_string_equal(conf->database.migrate, "");
	assert_int_equal(conf->database.milliseconds, 5000);
	assert_int_equal(conf->trust.rsa_bits, 2048);
	assert_false(conf->signing.set);
	assert_true(conf->services[0].sync);
	assert_false(conf->services[0].async);
	assert_true(conf->services[0].enabled);
	assert_string_equal(conf->services[0].placement, "auto");
	assert_int_equal(conf->limits.body_octets, 1048576);
	assert_int_equal(conf->limits.worker_requests, 100000);
	conf_free(conf);
}

static void
paths_begin_at_the_folder_of_the_file(void **state)
{
	char want[256];
	struct conf *conf;

	(void)state;
	write_file("conf.d/a.conf", "trust: { anchors = \"../x\"; crl = \"/y\"; };\n");
	conf = assert_loads("include_dir = \"conf.d\";\n" DATABASE PEP "services: ( { " SUBMIT
			    " } );\nsigning: { key = \"k\"; };\n");
	snprintf(want, sizeof(want), "%s/conf.d/../x", folder);
	assert_string_equal(conf->trust.anchors, want);
	assert_string_equal(conf->trust.crl, "/y");
	assert_string_equal(conf->trust.partners, "");
	snprintf(want, sizeof(want), "%s/k", folder);
	assert_string_equal(conf->signing.key, want);
	conf_free(conf);
}

static void
lists_of_several_files_are_joined_in_the_order_of_names(void **state)
{
	struct conf *conf;

	(void)state;
	write_file("conf.d/b.conf", "services: ( { service_id = \"B\"; handler = \"h\"; profile = "
				    "\"p\"; callers = [ \"pep\", \"x\" ]; } );\n");
	write_file("conf.d/a.conf",
	    "services: ( { " SUBMIT " } );\nsenders: ( { sender_id = \"x\"; secret = " SECRET
	    "; } );\n");
	write_file("conf.d/c.txt", "this is no configuration");
	write_file("inc.conf", PEP);
	conf = assert_loads("include_dir = \"conf.d\";\n@include \"inc.conf\"\n" DATABASE TRUST);
	assert_int_equal(conf->service_count, 2);
	assert_string_equal(conf->services[0].service_id, "HQ_SUBMIT");
	assert_string_equal(conf->services[1].service_id, "B");
	assert_int_equal(conf->services[1].caller_count, 2);
	assert_string_equal(conf->services[1].callers[1], "x");
	assert_int_equal(conf->sender_count, 2);
	assert_string_equal(conf->senders[0].sender_id, "pep");
	conf_free(conf);
}

static void
a_mistake_in_another_file_names_that_file(void **state)
{
	(void)state;
	write_file("inc.conf", "\nlimits: { workers = 0; };\n");
	write_file("conf.d/a.conf", "\n\nlog_level = \"loud\";\n");
	write_file("conf.d/b.conf", "log_level = \"debug\";\n");
	assert_told("include_dir = \"conf.d\";\n@include \"inc.conf\"\n" GOOD,
	    "inc.conf:2: workers must be within 1..256\n"
	    "conf.d/a.conf:3: log_level must be one of error|warning|notice|info|debug\n"
	    "conf.d/b.conf:1: log_level is set already at conf.d/a.conf:3\n");
}

static void
client_certificates_need_tls_and_somebody_who_asks(void **state)
{
	(void)state;
	assert_told("listen: (\n"
		    " { client = \"required\"; },\n"
		    " { port = 1; client_ca = \"a\"; },\n"
		    " { port = 2; tls = true; certificate = \"c\"; key = \"k\";\n"
		    "   client = \"optional\"; client_crl = \"a\"; },\n"
		    " { port = 3; client = \"sometimes\"; } );\n" GOOD,
	    "shepd.conf:6: client must be one of none|optional|required\n"
	    "shepd.conf:2: client certificates are for listeners with tls = true\n"
	    "shepd.conf:3: client_ca and client_crl are for client = \"optional\" or "
	    "\"required\"\n"
	    "shepd.conf:4: client_crl goes with client_ca; trust has its own crl\n");
	assert_told(DATABASE TRUST "senders: ( { sender_id = \"pep\"; secret = " SECRET
				   "; tls_certificates = ( \"c\" ); } );\n"
				   "services: ( { " SUBMIT " } );\n",
	    "shepd.conf:3: sender pep: tls_certificates, but no listener asks for client "
	    "certificates\n");
}

static void
every_mistake_is_told_at_once(void **state)
{
	(void)state;
	assert_told("log_level = \"loud\";\n"
		    "unknown = 1;\n"
		    "limits: { workers = \"two\"; keep_alive = 0; speed = 9; };\n"
		    "database: { milliseconds = 5; };\n"
		    "trust: { anchors = \"a\"; revocation = \"maybe\"; };\n"
		    "services: ( {\n"
		    " service_id = \"A\";\n"
		    " sync = 1;\n"
		    " placement = \"behind\";\n"
		    " callers = \"pep\"; } );\n",
	    "shepd.conf:1: log_level must be one of error|warning|notice|info|debug\n"
	    "shepd.conf:2: unknown key unknown\n"
	    "shepd.conf:3: workers must be a whole number\n"
	    "shepd.conf:3: keep_alive must be within 1..1000000\n"
	    "shepd.conf:3: unknown key limits.speed\n"
	    "shepd.conf:5: revocation must be one of off|crl|ocsp|any\n"
	    "shepd.conf:8: sync must be true or false\n"
	    "shepd.conf:9: placement must be one of auto|text|child|data|in-place|string\n"
	    "shepd.conf:10: callers must be a list of strings: ( \"...\" )\n"
	    "shepd.conf:6: handler is missing in services\n"
	    "shepd.conf:6: profile is missing in services\n"
	    "shepd.conf:4: daemon is missing in database\n"
	    "shepd.conf:6: service A: nobody may call it, callers is empty\n"
	    "shepd.conf:5: revocation = \"crl\" needs the folder crl or an authority's; without "
	    "one say \"off\"\n");
}

static void
what_was_read_in_spite_of_mistakes_can_be_looked_at_further(void **state)
{
	struct err e = {0};
	struct conf *conf;
	unsigned mistakes;
	char path[256];

	(void)state;
	told[0] = '\0';
	write_file("shepd.conf", GOOD "limits: { workers = 0; };\nlisten: ( { tls = true; } );\n");
	snprintf(path, sizeof(path), "%s/shepd.conf", folder);
	assert_int_equal(conf_read(path, note, NULL, &conf, &mistakes, &e), 0);
	assert_int_equal(mistakes, 3);
	assert_int_equal(conf->limits.workers, 4);
	assert_string_equal(conf->listeners[0].key, "");
	conf_free(conf);
	write_file("shepd.conf", GOOD "limits: {\n");
	assert_int_equal(conf_read(path, note, NULL, &conf, &mistakes, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	assert_null(conf);
}

static void
a_file_that_breaks_off_is_told_with_its_line(void **state)
{
	(void)state;
	assert_told(DATABASE "\nlimits: { workers = ; };\n", "shepd.conf:3: syntax error\n");
	assert_told(DATABASE DATABASE, "shepd.conf:2: duplicate setting name\n");
	assert_told(GOOD "@include \"absent.conf\"\n", "shepd.conf:5: cannot open include file\n");
	write_file("inc.conf", "\n\nno no\n");
	assert_told("@include \"inc.conf\"\n" GOOD, "inc.conf:3: syntax error\n");
}

static void
a_file_that_is_not_there_or_is_a_folder_is_told(void **state)
{
	struct err e = {0};
	struct conf *conf;

	(void)state;
	told[0] = '\0';
	assert_int_equal(conf_load("/nowhere/shepd.conf", note, NULL, &conf, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	assert_string_equal(told, "/nowhere/shepd.conf:0: No such file or directory\n");
	told[0] = '\0';
	err_clear(&e);
	assert_int_equal(conf_load("/tmp", note, NULL, &conf, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	assert_string_equal(told, "/tmp:0: is not a file\n");
	assert_told("include_dir = \"absent\";\n" GOOD,
	    "shepd.conf:1: include_dir absent: No such file or directory\n");
}

static void
groups_and_lists_must_have_their_shape(void **state)
{
	(void)state;
	assert_told("database = \"x\";\nlisten: { port = 1; };\nsenders = ( 1 );\n" TRUST,
	    "shepd.conf:1: database must be a group: { ... }\n"
	    "shepd.conf:2: listen must be a list of groups: ( { ... } )\n"
	    "shepd.conf:3: an element of senders must be a group: { ... }\n"
	    "shepd.conf:0: daemon is missing in database\n");
	assert_told(GOOD "signing: { };\npublic_url = 5;\n",
	    "shepd.conf:6: public_url must be a string\n"
	    "shepd.conf:5: key is missing in signing\n");
	assert_told(DATABASE TRUST PEP
	    "services: ( { service_id = \"\"; handler = \"h\"; profile = "
	    "\"p\"; callers = ( 1 ); } );\n",
	    "shepd.conf:4: service_id must not be empty\n"
	    "shepd.conf:4: callers must be a string\n");
}

static void
a_tls_listener_needs_certificate_and_key(void **state)
{
	(void)state;
	assert_told(GOOD "listen: (\n { tls = true; },\n { certificate = \"c\"; } );\n",
	    "shepd.conf:6: a TLS listener needs a certificate\n"
	    "shepd.conf:6: a TLS listener needs a key\n"
	    "shepd.conf:7: certificate and key are for listeners with tls = true\n");
}

static void
a_tls_listener_without_a_port_has_8443(void **state)
{
	struct conf *conf = assert_loads(
	    GOOD "listen: ( { tls = true; certificate = \"c\"; key = \"k\"; },\n"
		 "{ tls = true; certificate = \"c\"; key = \"k\"; port = 0; }, { } );\n");

	(void)state;
	assert_int_equal(conf->listeners[0].port, 8443);
	assert_int_equal(conf->listeners[1].port, 0);
	assert_int_equal(conf->listeners[2].port, 8480);
	conf_free(conf);
}

static void
an_address_is_listened_on_once(void **state)
{
	(void)state;
	assert_told(GOOD
	    "listen: (\n{ port = 1; },\n{ port = 0; },\n{ port = 0; },\n{ port = 1; } );\n",
	    "shepd.conf:9: 127.0.0.1:1 is listened on already, line 6\n");
}

static void
a_sender_has_one_entry_a_hashed_secret_and_a_whole_bin(void **state)
{
	(void)state;
	assert_told(DATABASE TRUST "services: ( { " SUBMIT " } );\n"
				   "senders: (\n"
				   "{ sender_id = \"pep\"; secret = " SECRET "; },\n"
				   "{ sender_id = \"pep\"; secret = " SECRET "; },\n"
				   "{ sender_id = \"a\"; secret = \"in the clear\"; },\n"
				   "{ sender_id = \"b\"; secret = " SECRET
				   "; bin = \"00014000001\"; },\n"
				   "{ sender_id = \"c\"; } );\n",
	    "shepd.conf:9: secret is missing in senders\n"
	    "shepd.conf:6: sender pep is set already at shepd.conf:5\n"
	    "shepd.conf:7: sender a: the secret is not of the form salt$digest that shepctl secret "
	    "prints\n"
	    "shepd.conf:8: sender b: a BIN has 12 digits\n");
}

static void
a_service_has_one_entry_known_callers_and_a_channel(void **state)
{
	(void)state;
	assert_told(DATABASE TRUST PEP
	    "services: (\n{ " SUBMIT " },\n{ " SUBMIT " },\n"
	    "{ service_id = \"A\"; handler = \"h\"; profile = \"p\"; callers = "
	    "( \"pep\", \"PEP\" ); sync = false; },\n"
	    "{ service_id = \"B\"; handler = \"h\"; profile = \"p\"; enabled = "
	    "false; } );\n",
	    "shepd.conf:6: service HQ_SUBMIT is set already at shepd.conf:5\n"
	    "shepd.conf:7: service A: caller PEP is not among the senders\n"
	    "shepd.conf:7: service A: reachable on no channel\n");
}

static void
an_authority_has_a_name_for_files_and_addresses_of_http(void **state)
{
	struct conf *c = assert_loads(GOOD "authorities: ( { name = \"nca\"; certificate = "
					   "\"nca.pem\"; crl = \"http://a/b\"; } );\n"
					   "fetch: { state_dir = \"state\"; crl_every = 7; };\n");

	(void)state;
	assert_int_equal(c->issuer_count, 1);
	assert_string_equal(c->issuers[0].crl, "http://a/b");
	assert_string_equal(c->issuers[0].ocsp, "");
	assert_non_null(strstr(c->issuers[0].certificate, "/nca.pem"));
	assert_int_equal(c->fetch.crl_every, 7);
	assert_int_equal(c->fetch.ocsp_deadline, 3);
	conf_free(c);
	assert_told(GOOD
	    "authorities: ( { name = \"../x\"; certificate = \"c\"; },\n"
	    "{ name = \"a\"; certificate = \"c\"; crl = \"https://a/b\"; ocsp = \"http://\"; },\n"
	    "{ name = \"a\"; certificate = \"c\"; delta = \"http://a/d\"; },\n"
	    "{ certificate = \"c\"; } );\nfetch: { user_agent = \"\"; };\n",
	    "shepd.conf:8: name is missing in authorities\n"
	    "shepd.conf:5: authority ../x: a name has letters, digits and . _ - only, 64 at most\n"
	    "shepd.conf:6: authority a: crl must begin with http://; what is fetched is signed by "
	    "itself\n"
	    "shepd.conf:6: authority a: ocsp must begin with http://; what is fetched is signed by "
	    "itself\n"
	    "shepd.conf:7: authority a: a delta is of no use without a full CRL\n"
	    "shepd.conf:7: authority a is set already at shepd.conf:6\n"
	    "shepd.conf:9: user_agent must not be empty: some servers do not answer then\n");
}

static void
trust_must_be_able_to_accept_something(void **state)
{
	(void)state;
	assert_told(DATABASE "trust: { revocation = \"off\"; };\n",
	    "shepd.conf:2: neither anchors nor partners: no signature could be accepted\n");
	assert_told(DATABASE "trust: { anchors = \"a\"; };\n",
	    "shepd.conf:2: revocation = \"crl\" needs the folder crl or an authority's; without "
	    "one say \"off\"\n");
	assert_told(DATABASE "trust: { anchors = \"a\"; revocation = \"any\"; };\n",
	    "shepd.conf:2: revocation = \"any\" needs the address ocsp of an authority\n");
	assert_told(DATABASE "trust: { anchors = \"a\"; revocation = \"off\";\n gost2004_until = "
			     "\"next year\"; };\npublic_url = \"localhost\";\n",
	    "shepd.conf:3: gost2004_until is no date: YYYY-MM-DD\n"
	    "shepd.conf:4: public_url must begin with http:// or https://\n");
}

static void
algorithms_are_told_when_they_are_none(void **state)
{
	struct conf *conf;
	struct err e = {0};
	char path[256];

	(void)state;
	assert_told(DATABASE "trust: { anchors = \"a\"; revocation = \"off\";\n algorithms = ( "
			     "\"gost2015\", \"rsa-sha1\" ); };\n" PEP "services: ( { " SUBMIT
			     "\n algorithms = ( \"rsa\" ); } );\n",
	    "shepd.conf:3: algorithms must be one of "
	    "rsa-sha256|rsa-sha384|rsa-sha512|gost2015|gost2004|ecdsa-sha256|ecdsa-sha384\n"
	    "shepd.conf:6: algorithms must be one of "
	    "rsa-sha256|rsa-sha384|rsa-sha512|gost2015|gost2004|ecdsa-sha256|ecdsa-sha384\n");
	write_file("shepd.conf", DATABASE "trust: { anchors = \"a\"; revocation = \"off\"; "
					  "algorithms = ( \"gost2015\", \"ecdsa-sha384\" ); };\n");
	snprintf(path, sizeof(path), "%s/shepd.conf", folder);
	assert_int_equal(conf_load(path, note, NULL, &conf, &e), 0);
	assert_int_equal(conf->trust.algorithm_count, 2);
	assert_string_equal(conf->trust.algorithms[1], "ecdsa-sha384");
	conf_free(conf);
}

static void
a_number_that_does_not_fit_is_refused_and_not_wrapped(void **state)
{
	(void)state;
	assert_told(GOOD "limits: { body_octets = 4294971392; };\n",
	    "shepd.conf:5: body_octets must be within 4096..67108864\n");
	assert_told(GOOD "limits: { body_octets = 4294971392L; };\n",
	    "shepd.conf:5: body_octets must be within 4096..67108864\n");
	conf_free(assert_loads(GOOD "listen: ( { port = 1; }, { port: 0x2; } );\n"));
	assert_told(GOOD "limits: { body_octets = -1; workers = 1.5; };\n",
	    "shepd.conf:5: body_octets must be within 4096..67108864\n"
	    "shepd.conf:5: workers must be a whole number\n");
}

static void
count_keys(void *self, const struct conf_key *key)
{
	unsigned *count = self;

	++*count;
	assert_true(strlen(key->help) > 10);
	assert_true(strlen(key->type) > 3);
	if (strcmp(key->type, "choice") == 0 && key->value != NULL)
		assert_non_null(strstr(key->range, key->value));
	if (strcmp(key->type, "number") == 0)
		assert_non_null(strstr(key->range, ".."));
}

static void
every_key_has_help_and_a_default_within_its_range(void **state)
{
	unsigned count = 0;

	(void)state;
	conf_each_key(count_keys, &count);
	assert_true(count > 40);
	conf_free(assert_loads(GOOD));
}

#define ASYNC_GOOD                                                                                 \
	DATABASE TRUST PEP "services: ( { " SUBMIT " async = true; }, { service_id = \"S\"; "      \
			   "handler = \"h\"; profile = \"p\"; callers = ( \"pep\" ); } );\n"
#define SHEP                                                                                       \
	"name = \"shep\"; url = \"https://g/a/\"; sender_id = \"we\"; certificates = ( \"g\" );"

static void
a_receiver_and_its_profiles_are_read(void **state)
{
	struct conf *conf = assert_loads(ASYNC_GOOD
	    "receivers: ( { " SHEP " } );\n"
	    "profiles: ( { service_id = \"HQ_SUBMIT\"; direction = \"in\"; receiver = \"shep\"; "
	    "sender_id = \"pep\"; delivery = \"pull\"; amount = 7; },\n"
	    "{ service_id = \"HQ_SUBMIT\"; direction = \"out\"; receiver = \"shep\"; "
	    "sender_id = \"we\"; escaping = \"cdata\"; sign_data = \"root\"; "
	    "prefix = \"ns2\"; } );\n");
	const struct conf_profile *in = &conf->profiles[0], *out = &conf->profiles[1];

	(void)state;
	assert_int_equal(conf->receiver_count, 1);
	assert_string_equal(conf->receivers[0].url, "https://g/a/");
	assert_int_equal(conf->receivers[0].seconds, 60);
	assert_int_equal(conf->receivers[0].concurrency, 4);
	assert_int_equal(conf->receivers[0].certificate_count, 1);
	assert_int_equal(conf->profile_count, 2);
	assert_string_equal(in->sender_id, "pep");
	assert_string_equal(in->delivery, "pull");
	assert_int_equal(in->amount, 7);
	assert_true(in->sign);
	assert_string_equal(out->placement, "text");
	assert_string_equal(out->escaping, "cdata");
	assert_string_equal(out->prefix, "ns2");
	assert_string_equal(out->message_id, "own");
	assert_string_equal(out->answer_signature, "required");
	assert_int_equal(out->deadline_seconds, 72 * 3600);
	conf_free(conf);
}

static void
a_receiver_has_a_name_an_address_and_pauses_that_grow(void **state)
{
	(void)state;
	assert_told(ASYNC_GOOD
	    "receivers: (\n"
	    "{ name = \"a/b\"; url = \"ftp://g\"; sender_id = \"we\"; },\n"
	    "{ name = \"b\"; url = \"http://me:secret@g/\"; sender_id = \"we\"; },\n"
	    "{ name = \"c\"; url = \"https:///x\"; sender_id = \"we\"; },\n"
	    "{ name = \"d\"; url = \"http://g\"; ca = \"x\"; sender_id = \"we\"; },\n"
	    "{ name = \"d\"; url = \"http://g\"; sender_id = \"we\"; retry_first = 9; "
	    "retry_longest = 8; },\n"
	    "{ name = \"f\"; seconds = 0; } );\n",
	    "shepd.conf:11: seconds must be within 1..600\n"
	    "shepd.conf:11: url is missing in receivers\n"
	    "shepd.conf:11: sender_id is missing in receivers\n"
	    "shepd.conf:6: receiver a/b: a name has letters, digits and . _ - only, 64 at most\n"
	    "shepd.conf:6: receiver a/b: url must be an address of http:// or https://, without a "
	    "user\n"
	    "shepd.conf:7: receiver b: url must be an address of http:// or https://, without a "
	    "user\n"
	    "shepd.conf:8: receiver c: url must be an address of http:// or https://, without a "
	    "user\n"
	    "shepd.conf:9: receiver d: ca is for an address of https://\n"
	    "shepd.conf:10: receiver d: retry_first is longer than retry_longest\n"
	    "shepd.conf:10: receiver d is set already at shepd.conf:9\n");
}

static void
a_profile_names_what_there_is(void **state)
{
	(void)state;
	assert_told(ASYNC_GOOD
	    "receivers: ( { " SHEP " },\n{ name = \"open\"; url = \"http://g\"; sender_id = "
	    "\"we\"; } );\n"
	    "profiles: (\n"
	    "{ service_id = \"NO\"; direction = \"in\"; },\n"
	    "{ service_id = \"S\"; direction = \"in\"; sender_id = \"we\"; },\n"
	    "{ service_id = \"HQ_SUBMIT\"; direction = \"out\"; sender_id = \"pep\"; "
	    "receiver = \"none\"; },\n"
	    "{ service_id = \"HQ_SUBMIT\"; direction = \"out\"; receiver = \"open\"; },\n"
	    "{ service_id = \"HQ_SUBMIT\"; direction = \"out\"; receiver = \"shep\"; },\n"
	    "{ service_id = \"HQ_SUBMIT\"; direction = \"sideways\"; },\n"
	    "{ direction = \"in\"; } );\n",
	    "shepd.conf:13: direction must be one of in|out\n"
	    "shepd.conf:14: service_id is missing in profiles\n"
	    "shepd.conf:8: profile NO in: there is no such service\n"
	    "shepd.conf:9: profile S in: the service is not reachable on the asynchronous channel\n"
	    "shepd.conf:9: profile S in: sender_id we is not among the senders\n"
	    "shepd.conf:10: profile HQ_SUBMIT out: sender_id pep is not among the receivers' "
	    "sender_ids\n"
	    "shepd.conf:10: profile HQ_SUBMIT out: there is no receiver none\n"
	    "shepd.conf:11: profile HQ_SUBMIT out: answers must be signed, but receiver open has "
	    "no certificates\n"
	    "shepd.conf:12: profile HQ_SUBMIT out of sender_id * is set already at "
	    "shepd.conf:11\n");
}

static void
a_profile_does_not_contradict_itself(void **state)
{
	(void)state;
	assert_told(ASYNC_GOOD
	    "receivers: ( { " SHEP " }, { name = \"b\"; url = \"http://g\"; sender_id = \"two\"; }"
	    " );\nprofiles: (\n"
	    "{ service_id = \"HQ_SUBMIT\"; direction = \"in\"; delivery = \"pull\"; },\n"
	    "{ service_id = \"HQ_SUBMIT\"; direction = \"in\"; sender_id = \"pep\"; "
	    "receiver = \"shep\"; placement = \"text\"; },\n"
	    "{ service_id = \"HQ_SUBMIT\"; direction = \"out\"; receiver = \"shep\"; "
	    "escaping = \"cdata\"; placement = \"child\"; amount = 3; },\n"
	    "{ service_id = \"HQ_SUBMIT\"; direction = \"out\"; sender_id = \"we\"; "
	    "sign_data = \"data\"; prefix = \"a:b\"; },\n"
	    "{ service_id = \"HQ_SUBMIT\"; direction = \"out\"; sender_id = \"two\"; "
	    "receiver = \"shep\"; placement = \"data\"; sign_data = \"root\"; "
	    "prefix = \"default\"; } );\n",
	    "shepd.conf:8: profile HQ_SUBMIT in: placement is for the other direction\n"
	    "shepd.conf:9: profile HQ_SUBMIT out: amount is for the other direction\n"
	    "shepd.conf:7: profile HQ_SUBMIT in: delivery = \"pull\" needs a receiver\n"
	    "shepd.conf:9: profile HQ_SUBMIT out: cdata is for placement = \"text\"\n"
	    "shepd.conf:10: profile HQ_SUBMIT out: receiver is missing\n"
	    "shepd.conf:10: profile HQ_SUBMIT out: sign_data = \"data\" is not for placement = "
	    "\"text\"\n"
	    "shepd.conf:10: profile HQ_SUBMIT out: a:b is no prefix\n"
	    "shepd.conf:11: profile HQ_SUBMIT out: with placement = \"data\" there is no root to "
	    "sign\n"
	    "shepd.conf:11: profile HQ_SUBMIT out: data itself has no namespace, so nothing in it "
	    "a default one\n");
	assert_told(ASYNC_GOOD "receivers: ( { " SHEP " } );\n"
			       "profiles: ( { service_id = \"HQ_SUBMIT\"; direction = \"in\"; "
			       "receiver = \"shep\"; } );\n",
	    "shepd.conf:6: profile HQ_SUBMIT in: its receiver gets answers, but no profile says "
	    "how they go out\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_worked_example_loads),
	    cmocka_unit_test(what_is_not_said_has_its_default),
	    cmocka_unit_test(paths_begin_at_the_folder_of_the_file),
	    cmocka_unit_test(lists_of_several_files_are_joined_in_the_order_of_names),
	    cmocka_unit_test(a_mistake_in_another_file_names_that_file),
	    cmocka_unit_test(client_certificates_need_tls_and_somebody_who_asks),
	    cmocka_unit_test(every_mistake_is_told_at_once),
	    cmocka_unit_test(what_was_read_in_spite_of_mistakes_can_be_looked_at_further),
	    cmocka_unit_test(a_file_that_breaks_off_is_told_with_its_line),
	    cmocka_unit_test(a_file_that_is_not_there_or_is_a_folder_is_told),
	    cmocka_unit_test(groups_and_lists_must_have_their_shape),
	    cmocka_unit_test(a_tls_listener_needs_certificate_and_key),
	    cmocka_unit_test(a_tls_listener_without_a_port_has_8443),
	    cmocka_unit_test(an_address_is_listened_on_once),
	    cmocka_unit_test(a_sender_has_one_entry_a_hashed_secret_and_a_whole_bin),
	    cmocka_unit_test(a_service_has_one_entry_known_callers_and_a_channel),
	    cmocka_unit_test(trust_must_be_able_to_accept_something),
	    cmocka_unit_test(algorithms_are_told_when_they_are_none),
	    cmocka_unit_test(an_authority_has_a_name_for_files_and_addresses_of_http),
	    cmocka_unit_test(a_receiver_and_its_profiles_are_read),
	    cmocka_unit_test(a_receiver_has_a_name_an_address_and_pauses_that_grow),
	    cmocka_unit_test(a_profile_names_what_there_is),
	    cmocka_unit_test(a_profile_does_not_contradict_itself),
	    cmocka_unit_test(a_number_that_does_not_fit_is_refused_and_not_wrapped),
	    cmocka_unit_test(every_key_has_help_and_a_default_within_its_range),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}

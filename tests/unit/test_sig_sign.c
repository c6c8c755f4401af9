/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * sig: what we sign, judged by our own reader and by xmlsec1; and what one octet of change does to
 * it.
 */
#include "config.h"

#include <sys/wait.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "sig_common.h"

#define OPERATION                                                                                  \
	"<m:SendMessageResponse xmlns:m=\"http://bip.bee.kz/SyncChannel/v10/Types\" "              \
	"xmlns:xsi=\"" ENV_XSI "\" xmlns:xs=\"" ENV_XS "\"><response b=\"1\" a=\"2\">"             \
	"<data xsi:type=\"xs:string\">&lt;a&gt; &#13; Қазақстан</data></response>"        \
	"</m:SendMessageResponse>"

/* As the writer of answers gives it, nothing but elements and text. */
#define CANONICAL                                                                                  \
	"<m:SendMessageResponse xmlns:m=\"http://bip.bee.kz/SyncChannel/v10/Types\"><response>"    \
	"<data>&lt;a&gt; &#xD; Қазақстан</data></response></m:SendMessageResponse>"

static const char *
sign_operation(struct common *c, const char *operation, const struct pki_identity *identity,
    enum sig_keyinfo keyinfo)
{
	struct octets envelope, out;
	struct err e = {0};

	assert_int_equal(env_write(octets_of(operation), "id-1", c->arena, &envelope, &e), 0);
	assert_int_equal(sig_sign_envelope(envelope, identity, keyinfo, c->arena, &out, &e), 0);
	return arena_string(c->arena, out);
}

static const char *
sign(struct common *c, const struct pki_identity *identity, enum sig_keyinfo keyinfo)
{
	return sign_operation(c, OPERATION, identity, keyinfo);
}

static void
signs_with_rsa_and_gost_2015_what_our_reader_accepts(void **state)
{
	struct common *c = *state;
	struct sig_part part;
	struct err e;

	assert_int_equal(
	    common_verify(c, sign(c, c->gateway, SIG_KEY_IDENTIFIER), &part, &e), ERR_OK);
	assert_int_equal(part.algorithm, SIG_RSA_SHA256);
	assert_int_equal(common_verify(c, sign(c, c->gost, SIG_KEY_IDENTIFIER), &part, &e), ERR_OK);
	assert_int_equal(part.algorithm, SIG_GOST2015);
}

/* What is canonical is digested as it stands, everything else is parsed first: RSA-SHA256 gives one
 * value for one meaning. */
static void
signs_the_same_whether_written_canonically_or_not(void **state)
{
	struct common *c = *state;
	const char *const other = sign_replace(c->arena, CANONICAL, "Types\">", "Types\" >");
	const char *const texts[] = {sign_operation(c, CANONICAL, c->gateway, SIG_KEY_IDENTIFIER),
	    sign_operation(c, other, c->gateway, SIG_KEY_IDENTIFIER)};
	const char *value = strstr(texts[0], "<ds:SignatureValue>");
	size_t len = (size_t)(strstr(value, "</ds:SignatureValue>") - value);
	struct sig_part part;
	struct err e;

	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(common_verify(c, texts[i], &part, &e), ERR_OK);
		assert_memory_equal(strstr(texts[i], "<ds:SignatureValue>"), value, len);
		assert_non_null(strstr(arena_string(c->arena, part.digested), CANONICAL));
	}
	assert_int_equal(
	    common_verify(c, sign_operation(c, CANONICAL, c->gost, SIG_KEY_IDENTIFIER), &part, &e),
	    ERR_OK);
}

static void
signs_by_issuer_and_serial_for_those_who_pinned_us(void **state)
{
	struct common *c = *state;
	const char *text = sign(c, c->gateway, SIG_ISSUER_SERIAL);
	const char *const pinned[] = {
	    arena_printf(c->arena, "%s/testpki/rsa/gateway.pem", fixture_builddir()), NULL};
	struct pki_options o = {.pinned = pinned};
	struct pki *trusting = c->pki, *pinning;
	struct sig_part part;
	struct err e = {0};

	assert_null(strstr(text, "X509Certificate"));
	assert_int_equal(common_verify(c, text, NULL, &e), ERR_PKI_UNKNOWN_SIGNER);
	e = (struct err){0};
	assert_int_equal(pki_open(&o, NULL, NULL, &pinning, &e), 0);
	c->pki = pinning;
	assert_int_equal(common_verify(c, text, &part, &e), ERR_OK);
	assert_true(part.signer.pinned);
	c->pki = trusting;
	pki_close(pinning);
}

/* Receivers search for these literally (shep.md 4.1). */
static void
writes_the_prefixes_that_partners_search_for(void **state)
{
	struct common *c = *state;
	const char *text = sign(c, c->gateway, SIG_KEY_IDENTIFIER);

	assert_non_null(strstr(text, "<ds:Signature xmlns:ds=\"" ENV_DS "\">"));
	assert_non_null(strstr(text, "<wsse:Security xmlns:wsse=\"" ENV_WSSE "\""));
	assert_non_null(strstr(text, "<soap:Body xmlns:wsu=\"" ENV_WSU "\" wsu:Id=\"id-1\">"));
	assert_non_null(strstr(text, OPERATION)); /* octet for octet */
}

static void
refuses_to_sign_with_gost_2004_or_without_a_place(void **state)
{
	struct common *c = *state;
	struct octets envelope, out;
	struct err e = {0};

	assert_int_equal(env_write(octets_of(OPERATION), "id-1", c->arena, &envelope, &e), 0);
	assert_int_equal(
	    sig_sign_envelope(envelope, c->gost2004, SIG_KEY_IDENTIFIER, c->arena, &out, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	assert_null(out.data);
	e = (struct err){0};
	assert_int_equal(env_write(octets_of(OPERATION), NULL, c->arena, &envelope, &e), 0);
	assert_int_equal(
	    sig_sign_envelope(envelope, c->gateway, SIG_KEY_IDENTIFIER, c->arena, &out, &e), -1);
	assert_int_equal(e.code, ERR_INTERNAL);
}

/* xmlsec1 on a file; the key is given, so that it judges the signature and nothing else. */
static int
xmlsec1(struct common *c, const char *text)
{
	char file[] = "/tmp/test_sig_sign.XXXXXX";
	int fd = mkstemp(file);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	const char *command = arena_printf(c->arena,
	    "xmlsec1 --verify --enabled-reference-uris empty,same-doc --id-attr:Id " ENV_SOAP
	    ":Body --pubkey-cert-pem %s/testpki/rsa/gateway.pem %s >/dev/null 2>&1",
	    fixture_builddir(), file);
	int status = system(command);
	unlink(file);
	return WEXITSTATUS(status);
}

static void
signs_with_rsa_what_xmlsec1_accepts(void **state)
{
	struct common *c = *state;
	const char *text = sign(c, c->gateway, SIG_KEY_IDENTIFIER);
	struct octets document;
	struct err e = {0};

	if (system("xmlsec1 --version >/dev/null 2>&1") != 0) {
		fixture_skipped(1, "xmlsec1 is not installed");
		skip();
	}
	assert_int_equal(xmlsec1(c, text), 0);
	assert_int_equal(xmlsec1(c, sign(c, c->gateway, SIG_ISSUER_SERIAL)), 0);
	assert_int_equal(
	    xmlsec1(c, sign_operation(c, CANONICAL, c->gateway, SIG_KEY_IDENTIFIER)), 0);
	assert_int_equal(xmlsec1(c, sign_replace(c->arena, text, "a=\"2\"", "a=\"3\"")), 1);
	assert_int_equal(
	    sig_sign_document(octets_of("<p:a xmlns:p=\"urn:p\" xmlns=\"urn:d\" "
					"xmlns:u=\"urn:u\" xml:lang=\"kk\"><b/></p:a>"),
		c->gateway, c->arena, &document, &e),
	    0);
	assert_int_equal(xmlsec1(c, arena_string(c->arena, document)), 0);
}

/* Accepting a changed message is no harm only if the digested octets are the same: then the change
 * means nothing. In each Body and in each Signature, at every step-th octet, one bit. */
static unsigned
mutate(struct common *c, const char *text, size_t step)
{
	size_t len = strlen(text);
	struct sig_part part;
	unsigned refused = 0;
	struct err e;

	assert_int_equal(common_verify(c, text, &part, &e), ERR_OK);
	char *want = strdup(arena_string(c->arena, part.digested)), *changed = strdup(text);
	for (size_t i = 0; i < len; i += step) {
		arena_reset(c->arena);
		changed[i] = (char)(text[i] ^ (1 << i % 7));
		if (common_verify(c, changed, &part, &e) != ERR_OK)
			refused++;
		else if (!octets_is(part.digested, want))
			fail_msg("accepted with octet %zu changed: %.40s", i, changed + i);
		changed[i] = text[i];
	}
	free(want);
	free(changed);
	return refused;
}

static void
refuses_a_message_with_any_octet_changed(void **state)
{
	struct common *c = *state;
	const char *text = strdup(sign_template(c->arena, ENVELOPE, c->gateway));
	const char *body = strstr(text, BODY_OPEN), *value = strstr(text, "<ds:SignedInfo>");
	size_t signed_octets = strlen(BODY_OPEN PAYLOAD);

	assert_true(mutate(c, text, 3) > strlen(text) / 3 / 2);
	/* of the signed part and of SignedInfo, every octet counts */
	char *changed = strdup(text);
	struct err e;
	for (size_t i = 0; i < signed_octets + 600; i++) {
		size_t at = i < signed_octets ? (size_t)(body - text) + i
					      : (size_t)(value - text) + i - signed_octets;
		arena_reset(c->arena);
		changed[at] = (char)(text[at] ^ 1);
		if (common_verify(c, changed, NULL, &e) == ERR_OK)
			fail_msg("accepted with %.30s", changed + at);
		changed[at] = text[at];
	}
	free(changed);
	free((void *)(uintptr_t)text);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup(f, common_reset)
	const struct CMUnitTest tests[] = {
	    TEST(signs_with_rsa_and_gost_2015_what_our_reader_accepts),
	    TEST(signs_the_same_whether_written_canonically_or_not),
	    TEST(signs_by_issuer_and_serial_for_those_who_pinned_us),
	    TEST(writes_the_prefixes_that_partners_search_for),
	    TEST(refuses_to_sign_with_gost_2004_or_without_a_place),
	    TEST(signs_with_rsa_what_xmlsec1_accepts),
	    TEST(refuses_a_message_with_any_octet_changed),
	};

	return cmocka_run_group_tests(tests, common_setup, common_teardown);
}

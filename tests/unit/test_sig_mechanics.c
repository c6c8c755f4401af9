/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * sig: traps of xmlsec 1.2.37, sprung behind the allow-list that keeps everything away from them.
 */
#include "config.h"

#include <dlfcn.h>

#include <libxml/c14n.h>
#include <xmlsec/buffer.h>
#include <xmlsec/transforms.h>
#include <xmlsec/xmldsig.h>
#include <xmlsec/xmlsec.h>

#include "dom/libxml.h"
#include "sig/mechanics.h"
#include "sig_common.h"

/* A signed message whose form was read, and then changed in the tree. */
struct sprung {
	struct dom *doc;
	struct env env;
	struct sig_shape shape;
	struct err e;
};

static void
read_message(struct common *c, const char *text, struct sprung *s)
{
	*s = (struct sprung){0};
	assert_int_equal(dom_parse(octets_of(text), &dom_default_limits, &s->doc, &s->e), 0);
	assert_int_equal(env_check(s->doc, c->arena, &s->env, &s->e), 0);
	assert_int_equal(
	    sig_read_shape(s->env.signature, SIG_FORM_TRANSPORT, c->arena, &s->shape, &s->e), 0);
	/* what was read stays, whatever becomes of the tree */
	for (size_t i = 0; i < s->shape.reference_count; i++)
		s->shape.references[i].uri = arena_strdup(c->arena, s->shape.references[i].uri);
	xmlAttr *id =
	    xmlHasNsProp(dom_to_xml(s->env.body), (const xmlChar *)"Id", (const xmlChar *)ENV_WSU);
	assert_non_null(xmlAddID(NULL, id->doc, (const xmlChar *)"body-1", id));
}

static int
run(struct common *c, struct sprung *s, bool with_key, struct sig_outcome *out)
{
	EVP_PKEY_CTX *verifier =
	    with_key ? pki_verifier(pki_identity_certificate(c->gateway), PKI_SHA256) : NULL;

	return sig_mechanics_run(&s->shape, verifier, 0, c->arena, out, &s->e);
}

static void
set(const struct dom_node *n, const char *attribute, const char *value)
{
	xmlSetProp(dom_to_xml(n), (const xmlChar *)attribute, (const xmlChar *)value);
}

/* In the place of libxml2's, for everybody in this process: counts. */
static unsigned forms_by_libxml2;

int
xmlC14NExecute(xmlDoc *doc, xmlC14NIsVisibleCallback visible, void *self, int mode,
    xmlChar **prefixes, int comments, xmlOutputBuffer *to)
{
	int (*next)(
	    xmlDoc *, xmlC14NIsVisibleCallback, void *, int, xmlChar **, int, xmlOutputBuffer *);

	*(void **)&next = dlsym(RTLD_NEXT, "xmlC14NExecute");
	forms_by_libxml2++;
	return next(doc, visible, self, mode, prefixes, comments, to);
}

static void
canonical_forms_of_a_transport_signature_are_made_by_us(void **state)
{
	struct common *c = *state;
	struct sig_outcome o;
	struct sprung s;

	read_message(c, sign_template(c->arena, ENVELOPE, c->gateway), &s);
	forms_by_libxml2 = 0;
	assert_int_equal(run(c, &s, true, &o), 0);
	assert_true(o.digest_ok && o.value_ok);
	assert_int_equal(forms_by_libxml2, 0);
	dom_free(s.doc);
}

/* xmlSecDSigCtxVerify() returns 0 for a bad signature: only its status tells. */
static void
a_bad_signature_is_not_an_error_to_xmlsec_but_is_not_ok(void **state)
{
	struct common *c = *state;
	struct sig_outcome o;
	struct sprung s;

	read_message(c, sign_template(c->arena, ENVELOPE, c->gateway), &s);
	assert_int_equal(run(c, &s, true, &o), 0);
	assert_true(o.digest_ok && o.digests_ok && o.value_ok);
	dom_free(s.doc);
	read_message(c, sign_template(c->arena, ENVELOPE, c->person), &s);
	assert_int_equal(run(c, &s, true, &o), 0);
	assert_true(o.digest_ok && o.digests_ok);
	assert_false(o.value_ok);
	dom_free(s.doc);
}

/* Pre-digest octets are there after a failure, too: they must not be taken for signed. */
static void
digested_octets_are_there_even_when_the_digest_is_wrong(void **state)
{
	struct common *c = *state;
	struct sig_outcome o;
	struct sprung s;
	const char *text = sign_template(c->arena, ENVELOPE, c->gateway);

	read_message(c, sign_replace(c->arena, text, "000101300019", "000101300029"), &s);
	assert_int_equal(run(c, &s, false, &o), 0);
	assert_true(o.digested.len > 0);
	assert_false(o.digest_ok || o.digests_ok || o.value_ok);
	dom_free(s.doc);
}

static void
xmlsec_opens_nothing_and_connects_nowhere(void **state)
{
	struct common *c = *state;
	static const char *const uris[] = {
	    "file:///etc/passwd", "/etc/passwd", "http://127.0.0.1:9/", "ftp://127.0.0.1/x"};
	struct sig_outcome o;
	struct sprung s;

	for (size_t i = 0; i < 4; i++) {
		read_message(c, sign_template(c->arena, ENVELOPE, c->gateway), &s);
		set(s.shape.references[0].node, "URI", uris[i]);
		assert_int_equal(run(c, &s, true, &o), -1);
		assert_int_equal(s.e.code, ERR_SIG_STRUCTURE);
		assert_null(o.digested.data);
		dom_free(s.doc);
	}
	/* xmlSecInit() brings an entity loader of its own that opens files */
	assert_null(xmlLoadExternalEntity("/etc/passwd", NULL, NULL));
}

static void
xmlsec_is_not_believed_when_it_saw_another_reference(void **state)
{
	struct common *c = *state;
	struct sig_outcome o;
	struct sprung s;

	read_message(c, sign_template(c->arena, ENVELOPE, c->gateway), &s);
	set(s.shape.references[0].node, "URI", "#xpointer(/)");
	assert_int_equal(run(c, &s, true, &o), -1);
	assert_int_equal(s.e.code, ERR_SIG_COVERAGE);
	dom_free(s.doc);
	/* nor when it saw fewer */
	read_message(c, sign_template(c->arena, ENVELOPE, c->gateway), &s);
	s.shape.references[1] = s.shape.references[0];
	s.shape.reference_count = 2;
	assert_int_equal(run(c, &s, true, &o), 0);
	assert_true(o.digest_ok);
	assert_false(o.digests_ok || o.value_ok);
	dom_free(s.doc);
}

static void
xmlsec_runs_no_transform_outside_the_list(void **state)
{
	struct common *c = *state;
	static const char *const transforms[] = {"http://www.w3.org/TR/1999/REC-xslt-19991116",
	    "http://www.w3.org/TR/1999/REC-xpath-19991116",
	    "http://www.w3.org/2002/06/xmldsig-filter2", ENV_DS "base64",
	    ENV_DS "enveloped-signature", EXC "WithComments",
	    "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"};
	struct sig_outcome o;
	struct sprung s;

	for (size_t i = 0; i < sizeof(transforms) / sizeof(transforms[0]); i++) {
		read_message(c, sign_template(c->arena, ENVELOPE, c->gateway), &s);
		const struct dom_node *list = dom_first(s.shape.references[0].node);
		set(dom_first(list), "Algorithm", transforms[i]);
		assert_int_equal(run(c, &s, true, &o), -1);
		assert_int_equal(s.e.code, ERR_SIG_STRUCTURE);
		dom_free(s.doc);
	}
}

/* Its OpenSSL back end would bring these along. */
static void
xmlsec_knows_no_algorithm_but_ours(void **state)
{
	static const char *const others[] = {"http://www.w3.org/2001/04/xmldsig-more#rsa-md5",
	    ENV_DS "rsa-sha1", ENV_DS "hmac-sha1",
	    "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256", ENV_DS "dsa-sha1", ENV_DS "sha1",
	    "http://www.w3.org/2001/04/xmldsig-more#md5",
	    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha224",
	    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512"};
	xmlSecPtrListPtr ids = xmlSecTransformIdsGet();

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_null(xmlSecTransformIdListFindByHref(ids, (const xmlChar *)others[i],
		    xmlSecTransformUsageDigestMethod | xmlSecTransformUsageSignatureMethod));
	for (size_t i = 0; i < SIG_SUITES; i++)
		assert_non_null(xmlSecTransformIdListFindByHref(
		    ids, (const xmlChar *)sig_suites[i].uri, xmlSecTransformUsageSignatureMethod));
	for (size_t i = 0; i < SIG_DIGESTS; i++)
		assert_non_null(xmlSecTransformIdListFindByHref(
		    ids, (const xmlChar *)sig_digests[i].uri, xmlSecTransformUsageDigestMethod));
}

static void
assert_enabled(xmlSecPtrListPtr list, const char *const *hrefs, size_t count)
{
	assert_int_equal(xmlSecPtrListGetSize(list), count);
	for (size_t i = 0; i < count; i++)
		assert_non_null(xmlSecTransformIdListFindByHref(
		    list, (const xmlChar *)hrefs[i], xmlSecTransformUsageAny));
}

/* What a context may do is what the form needs, whatever a message would ask for. */
static void
a_context_may_do_no_more_than_the_form_needs(void **state)
{
	static const char c14n[] = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
			  comments[] =
			      "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments";
	static const char *const references[] = {
	    SIG_EXC_C14N, SHA256, c14n, comments, ENV_DS "enveloped-signature"};
	static const char *const methods[] = {SIG_EXC_C14N, RSA, c14n, comments};
	struct common *c = *state;
	struct sprung s;

	read_message(c, sign_template(c->arena, ENVELOPE, c->gateway), &s);
	for (int document = 0; document < 2; document++) {
		xmlSecDSigCtx ctx;

		s.shape.form = document ? SIG_FORM_DOCUMENT : SIG_FORM_TRANSPORT;
		s.shape.references[0].uri = document ? "" : "#body-1";
		assert_int_equal(xmlSecDSigCtxInitialize(&ctx, NULL), 0);
		assert_null(ctx.keyInfoReadCtx.keysMngr); /* no other key to fall back on */
		assert_int_equal(sig_mechanics_allow(&ctx, &s.shape), 0);
		assert_int_equal(ctx.enabledReferenceUris,
		    document ? xmlSecTransformUriTypeEmpty : xmlSecTransformUriTypeSameDocument);
		assert_int_equal(ctx.flags, XMLSEC_DSIG_FLAGS_IGNORE_MANIFESTS |
						XMLSEC_DSIG_FLAGS_STORE_SIGNEDINFO_REFERENCES);
		assert_int_equal(
		    ctx.keyInfoReadCtx.retrievalMethodCtx.enabledUris, xmlSecTransformUriTypeNone);
		assert_int_equal(ctx.keyInfoReadCtx.maxRetrievalMethodLevel, 0);
		assert_int_equal(ctx.keyInfoReadCtx.maxEncryptedKeyLevel, 0);
		assert_enabled(&ctx.transformCtx.enabledTransforms, methods, document ? 4 : 2);
		assert_enabled(ctx.enabledReferenceTransforms, references, document ? 5 : 2);
		xmlSecDSigCtxFinalize(&ctx);
	}
	dom_free(s.doc);
}

/* Debian builds it with XMLSEC_NO_SIZE_T: without pkg-config's flags its structs are other ones. */
static void
xmlsec_counts_in_the_sizes_that_we_compiled_with(void **state)
{
	xmlSecBufferPtr b = xmlSecBufferCreate(16);

	(void)state;
	assert_non_null(b);
	assert_int_equal(xmlSecBufferSetData(b, (const xmlSecByte *)"12345", 5), 0);
	assert_int_equal(b->size, 5);
	assert_int_equal(b->size, xmlSecBufferGetSize(b));
	assert_int_equal(b->maxSize, xmlSecBufferGetMaxSize(b));
	xmlSecBufferDestroy(b);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup(f, common_reset)
	const struct CMUnitTest tests[] = {
	    TEST(canonical_forms_of_a_transport_signature_are_made_by_us),
	    TEST(a_bad_signature_is_not_an_error_to_xmlsec_but_is_not_ok),
	    TEST(digested_octets_are_there_even_when_the_digest_is_wrong),
	    TEST(xmlsec_opens_nothing_and_connects_nowhere),
	    TEST(xmlsec_is_not_believed_when_it_saw_another_reference),
	    TEST(xmlsec_runs_no_transform_outside_the_list),
	    TEST(a_context_may_do_no_more_than_the_form_needs),
	    TEST(xmlsec_knows_no_algorithm_but_ours),
	    TEST(xmlsec_counts_in_the_sizes_that_we_compiled_with),
	};

	return cmocka_run_group_tests(tests, common_setup, common_teardown);
}

/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The hardened way of calling xmlsec 1.2.37 (security.md ); see mechanics.h.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include <openssl/err.h>

#include "dom/libxml.h"
#include "sig/klass.h"
#include "sig/mechanics.h"

/* after xmlsec.h (klass.h), which it needs and does not include */
#include <xmlsec/errors.h>
#include <xmlsec/io.h>
#include <xmlsec/parser.h>
#include <xmlsec/xmldsig.h>

/* xmlsec's first complaint since the last run: the later ones only say who called whom. */
static char complaint[200];

static void
on_error(const char *file, int line, const char *func, const char *object, const char *subject,
    int reason, const char *msg)
{
	(void)file;
	(void)line;
	if (complaint[0] == '\0')
		snprintf(complaint, sizeof(complaint), "%s %s %s (%d) %s", func,
		    object == NULL ? "" : object, subject == NULL ? "" : subject, reason,
		    msg == NULL ? "" : msg);
}

int
sig_mechanics_init(struct err *e)
{
	if (xmlSecInit() < 0 || xmlSecCheckVersion() != 1)
		return err_set(e, ERR_INTERNAL, "xmlsec does not start");
	/* without this it opens file: and connects to http: and ftp:, even as a library */
	xmlSecIOCleanupCallbacks();
	xmlSecParserSetDefaultOptions(XML_PARSE_NONET | XML_PARSE_NODICT);
	xmlSecErrorsSetCallback(on_error);
	if (sig_klasses_register(e) != 0)
		return -1;
	return dom_init(e); /* xmlSecInit() put its own entity loader in place of ours */
}

void
sig_mechanics_fini(void)
{
	xmlSecShutdown();
}

static int
allow_c14n(xmlSecDSigCtxPtr ctx, xmlSecTransformId id)
{
	return xmlSecDSigCtxEnableReferenceTransform(ctx, id) < 0 ||
		       xmlSecDSigCtxEnableSignatureTransform(ctx, id) < 0
		   ? -1
		   : 0;
}

static int
allow_digests(xmlSecDSigCtxPtr ctx, const struct sig_shape *shape)
{
	for (size_t i = 0; i < shape->reference_count; i++)
		if (xmlSecDSigCtxEnableReferenceTransform(
			ctx, sig_digest_klass(shape->references[i].digest)) < 0)
			return -1;
	return 0;
}

/* Without memory libxml2 and OpenSSL give wrong answers more often than errors: then nothing of
 * what they said is the sender's fault. */
static bool
is_memory_out(void)
{
	return dom_memory_failed() || sig_klasses_failed() ||
	       ERR_GET_REASON(ERR_peek_error()) == ERR_R_MALLOC_FAILURE;
}

/* An empty list would mean that everything is enabled. */
int
sig_mechanics_allow(struct _xmlSecDSigCtx *ctx, const struct sig_shape *shape)
{
	bool document = shape->form != SIG_FORM_TRANSPORT;
	bool whole = shape->references[0].uri[0] == '\0';

	ctx->enabledReferenceUris =
	    whole ? xmlSecTransformUriTypeEmpty : xmlSecTransformUriTypeSameDocument;
	/* never XMLSEC_DSIG_FLAGS_USE_VISA3D_HACK, though it would save 8 us of XPath */
	ctx->flags |=
	    XMLSEC_DSIG_FLAGS_IGNORE_MANIFESTS | XMLSEC_DSIG_FLAGS_STORE_SIGNEDINFO_REFERENCES;
	ctx->keyInfoReadCtx.retrievalMethodCtx.enabledUris = xmlSecTransformUriTypeNone;
	ctx->keyInfoReadCtx.maxRetrievalMethodLevel = 0;
	ctx->keyInfoReadCtx.maxEncryptedKeyLevel = 0;
	if (allow_c14n(ctx, sig_c14n_klass()) != 0 || allow_digests(ctx, shape) != 0 ||
	    xmlSecDSigCtxEnableSignatureTransform(ctx, sig_signature_klass(shape->suite)) < 0)
		return -1;
	if (document &&
	    (allow_c14n(ctx, sig_inclusive_klass(false)) != 0 ||
		allow_c14n(ctx, sig_inclusive_klass(true)) != 0 ||
		xmlSecDSigCtxEnableReferenceTransform(ctx, xmlSecTransformEnvelopedId) < 0))
		return -1;
	return 0;
}

/* Digests only, of every reference. The references end up where xmlSecDSigCtxVerify() puts them. */
static int
run_references(xmlSecDSigCtxPtr ctx, const struct sig_shape *shape)
{
	ctx->operation = xmlSecTransformOperationVerify;
	for (size_t i = 0; i < shape->reference_count; i++) {
		xmlSecDSigReferenceCtxPtr r =
		    xmlSecDSigReferenceCtxCreate(ctx, xmlSecDSigReferenceOriginSignedInfo);
		if (r == NULL)
			return -1;
		if (xmlSecPtrListAdd(&ctx->signedInfoReferences, r) < 0) {
			xmlSecDSigReferenceCtxDestroy(r);
			return -1;
		}
		if (xmlSecDSigReferenceCtxProcessNode(r, dom_to_xml(shape->references[i].node)) < 0)
			return -1;
	}
	return 0;
}

static int
copy_digested(
    xmlSecDSigReferenceCtxPtr reference, struct arena *a, struct octets *out, struct err *e)
{
	xmlSecBufferPtr b = xmlSecDSigReferenceCtxGetPreDigestBuffer(reference);
	struct octets o;

	if (b == NULL)
		return err_set(e, ERR_INTERNAL, "xmlsec kept no digested octets");
	o = (struct octets){xmlSecBufferGetData(b), xmlSecBufferGetSize(b)};
	if ((out->data = (const unsigned char *)arena_string(a, o)) == NULL)
		return err_set(e, ERR_NOMEM, "%zu digested octets", o.len);
	out->len = o.len;
	return 0;
}

/* Reads the facts out of a finished context, and that xmlsec saw the references that we saw.
 */
static int
collect(xmlSecDSigCtxPtr ctx, const struct sig_shape *shape, size_t wanted, struct arena *a,
    struct sig_outcome *out, struct err *e)
{
	size_t count = xmlSecPtrListGetSize(&ctx->signedInfoReferences);

	out->digests_ok = count == shape->reference_count;
	for (size_t i = 0; i < count && i < shape->reference_count; i++) {
		xmlSecDSigReferenceCtxPtr r =
		    xmlSecPtrListGetItem(&ctx->signedInfoReferences, (xmlSecSize)i);
		if (r->uri == NULL || strcmp((const char *)r->uri, shape->references[i].uri) != 0)
			return err_set(e, ERR_SIG_COVERAGE, "xmlsec saw another reference");
		out->digests_ok &= r->status == xmlSecDSigStatusSucceeded;
		if (i != wanted)
			continue;
		out->digest_ok = r->status == xmlSecDSigStatusSucceeded;
		if (copy_digested(r, a, &out->digested, e) != 0)
			return -1;
	}
	/* the return value of xmlSecDSigCtxVerify() is 0 for a bad signature, too */
	out->value_ok = out->digests_ok && ctx->status == xmlSecDSigStatusSucceeded;
	return 0;
}

int
sig_mechanics_run(const struct sig_shape *shape, EVP_PKEY_CTX *verifier, size_t wanted,
    struct arena *a, struct sig_outcome *out, struct err *e)
{
	xmlSecDSigCtx ctx;
	int rc = -1;

	*out = (struct sig_outcome){.digest_ok = false};
	complaint[0] = '\0';
	dom_watch_memory();
	sig_klasses_watch(a);
	ERR_clear_error();
	if (xmlSecDSigCtxInitialize(&ctx, NULL) < 0)
		return err_set(e, ERR_NOMEM, "xmlsec: %s", complaint);
	if (sig_mechanics_allow(&ctx, shape) != 0 ||
	    (verifier != NULL && (ctx.signKey = sig_key_new(verifier)) == NULL)) {
		err_set(e, ERR_NOMEM, "xmlsec: %s", complaint);
		goto out;
	}
	if ((verifier == NULL ? run_references(&ctx, shape)
			      : xmlSecDSigCtxVerify(&ctx, dom_to_xml(shape->signature))) < 0) {
		err_set(
		    e, is_memory_out() ? ERR_NOMEM : ERR_SIG_STRUCTURE, "xmlsec: %s", complaint);
		err_rule(e, "R-35");
		goto out;
	}
	if (is_memory_out())
		err_set(e, ERR_NOMEM, "xmlsec: %s", complaint);
	else
		rc = collect(&ctx, shape, wanted, a, out, e);
out:
	xmlSecDSigCtxFinalize(&ctx);
	ERR_clear_error();
	return rc;
}

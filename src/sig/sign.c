/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Signing the transport envelope.
 *
 * SignedInfo is written in its canonical form by ourselves and the Signature is put into the octets
 * where env_write() left its place, so that what is digested is what is sent: nothing is serialised
 * after signing. xmlsec takes no part: a template, an XPointer look-up and a serialisation of the
 * tree would add about a tenth to the RSA operation, and this way our writer and our reader are two
 * implementations that check each other; xmlsec1 is the third (tests).
 */
#include "config.h"

#include <string.h>

#include <openssl/err.h>

#include "sig/base64.h"
#include "sig/keyinfo.h"
#include "sig/sign.h"

#define SECURITY_END "</wsse:Security>"
#define MOST_SIGNATURE 1024 /* octets of a signature: RSA-8192 */

/* SignedInfo in exc-c14n form. Its start tag declares ds there; in the message the Signature does.
 */
#define INFO_CANONICAL "<ds:SignedInfo xmlns:ds=\"" ENV_DS "\">"
#define INFO_WRITTEN "<ds:SignedInfo>"
#define INFO_TO_METHOD                                                                             \
	"<ds:CanonicalizationMethod Algorithm=\"" SIG_EXC_C14N "\"></ds:CanonicalizationMethod>"   \
	"<ds:SignatureMethod Algorithm=\""
#define INFO_TO_ID "\"></ds:SignatureMethod><ds:Reference URI=\"#"
#define INFO_TO_DIGEST_METHOD                                                                      \
	"\"><ds:Transforms><ds:Transform Algorithm=\"" SIG_EXC_C14N                                \
	"\"></ds:Transform></ds:Transforms><ds:DigestMethod Algorithm=\""
#define INFO_TO_DIGEST "\"></ds:DigestMethod><ds:DigestValue>"
#define INFO_END "</ds:DigestValue></ds:Reference></ds:SignedInfo>"
/* The Body, in the same way: soap is declared by the Envelope, wsu by the Body (env_write()). */
#define BODY_WRITTEN "<soap:Body xmlns:wsu=\"" ENV_WSU "\" wsu:Id=\""
#define BODY_CANONICAL "<soap:Body xmlns:soap=\"" ENV_SOAP "\" xmlns:wsu=\"" ENV_WSU "\" wsu:Id=\""
#define BODY_TO_CONTENT "\">"
#define BODY_END "</soap:Body>"
#define ENVELOPE_END "</soap:Envelope>"
#define KEY_BEGIN                                                                                  \
	"<wsse:KeyIdentifier EncodingType=\"" SIG_TYPE_BASE64 "\" ValueType=\"" SIG_TYPE_X509 "\"" \
	">"
#define KEY_END "</wsse:KeyIdentifier>"

#define JOIN(pieces, a, out, e) arena_join(a, pieces, sizeof(pieces) / sizeof((pieces)[0]), out, e)

int
sig_choose_suite(const struct pki_identity *identity, const struct sig_suite **out, struct err *e)
{
	enum pki_family family = pki_family(pki_identity_certificate(identity));

	*out = family == PKI_GOST2004 ? NULL : sig_suite_by_family(family);
	if (*out != NULL)
		return 0;
	err_set(e, ERR_CONFIG, "our key is neither RSA nor GOST 34.10-2015");
	return -1;
}

static int
digest(
    const struct sig_digest *d, struct octets o, unsigned char md[EVP_MAX_MD_SIZE], struct err *e)
{
	if (EVP_Digest(o.data, o.len, md, NULL, d->md, NULL) == 1)
		return 0;
	ERR_clear_error();
	return err_set(e, ERR_NOMEM, "digest %s", d->name);
}

int
sig_write_digest(
    const struct sig_digest *d, struct octets o, struct arena *a, const char **out, struct err *e)
{
	unsigned char md[EVP_MAX_MD_SIZE];

	*out = NULL;
	if (digest(d, o, md, e) != 0)
		return -1;
	if ((*out = sig_base64_write((struct octets){md, d->len}, a)) != NULL)
		return 0;
	return err_set(e, ERR_NOMEM, "digest");
}

int
sig_write_value(const struct pki_identity *identity, const struct sig_suite *suite, struct octets o,
    struct arena *a, const char **out, struct err *e)
{
	unsigned char md[EVP_MAX_MD_SIZE], value[MOST_SIGNATURE];
	size_t len = sizeof(value);

	*out = NULL;
	if (digest(suite->digest, o, md, e) != 0)
		return -1;
	ERR_clear_error();
	if (EVP_PKEY_sign(pki_identity_signer(identity), value, &len, md, suite->digest->len) !=
	    1) {
		bool memory = ERR_GET_REASON(ERR_peek_error()) == ERR_R_MALLOC_FAILURE;
		err_set(e, memory ? ERR_NOMEM : ERR_INTERNAL, "signing with %s: %s", suite->name,
		    ERR_reason_error_string(ERR_peek_error()));
		ERR_clear_error();
		return -1;
	}
	if ((*out = sig_base64_write((struct octets){value, len}, a)) != NULL)
		return 0;
	return err_set(e, ERR_NOMEM, "signature value");
}

int
sig_splice(struct octets text, size_t offset, struct octets piece, struct arena *a,
    struct octets *out, struct err *e)
{
	const struct octets pieces[] = {
	    {text.data, offset}, piece, {text.data + offset, text.len - offset}};

	return JOIN(pieces, a, out, e);
}

static int
write_issuer_serial(
    const struct pki_identity *identity, struct arena *a, struct octets *out, struct err *e)
{
	const struct pki_cert *cert = pki_identity_certificate(identity);
	char issuer[1024];
	struct pki_signer who;
	struct octets escaped;

	pki_describe(cert, &who);
	if (env_escape(octets_of(pki_issuer(cert, issuer, sizeof(issuer))), a, &escaped, e) != 0)
		return -1;
	const struct octets pieces[] = {
	    octets_of("<ds:X509Data><ds:X509IssuerSerial><ds:X509IssuerName>"), escaped,
	    octets_of("</ds:X509IssuerName><ds:X509SerialNumber>"), octets_of(who.serial),
	    octets_of("</ds:X509SerialNumber></ds:X509IssuerSerial></ds:X509Data>")};
	return JOIN(pieces, a, out, e);
}

static int
write_key_identifier(
    const struct pki_identity *identity, struct arena *a, struct octets *out, struct err *e)
{
	const struct octets pieces[] = {
	    octets_of(KEY_BEGIN), octets_of(pki_identity_base64(identity)), octets_of(KEY_END)};

	return JOIN(pieces, a, out, e);
}

static const char *
find(struct octets where, const char *what)
{
	return memmem(where.data, where.len, what, strlen(what));
}

/* Id and content of the Body, which is the last thing in the envelope. */
static int
find_body(struct octets envelope, struct octets *id, struct octets *content, struct err *e)
{
	const unsigned char *end =
	    envelope.data + envelope.len - strlen(BODY_END) - strlen(ENVELOPE_END);
	const char *body = find(envelope, BODY_WRITTEN), *tag_end;

	*id = *content = (struct octets){NULL, 0};
	if (body == NULL)
		return err_set(e, ERR_INTERNAL, "the envelope was not made by env_write()");
	id->data = (const unsigned char *)body + strlen(BODY_WRITTEN);
	id->len = (size_t)(end - id->data);
	tag_end = find(*id, BODY_TO_CONTENT);
	if (tag_end == NULL)
		return err_set(e, ERR_INTERNAL, "the envelope was not made by env_write()");
	id->len = (size_t)((const unsigned char *)tag_end - id->data);
	content->data = (const unsigned char *)tag_end + strlen(BODY_TO_CONTENT);
	content->len = (size_t)(end - content->data);
	return 0;
}

/* As a reader of these octets will see it, hence parsed and checked like a stranger's message. */
static int
read_canonical(struct octets envelope, struct arena *a, struct octets *out, struct err *e)
{
	struct dom_limits limits = dom_default_limits;
	struct dom *doc = NULL;
	struct env env;
	int rc = -1;

	limits.octets = envelope.len;
	if (dom_parse(envelope, &limits, &doc, e) == 0 && env_check(doc, a, &env, e) == 0)
		rc = dom_c14n(env.body, NULL, a, out, e);
	dom_free(doc);
	return rc;
}

/* What answers hold is canonical as it was written, as a rule. */
static int
digest_body(struct octets envelope, const struct sig_suite *suite, struct arena *a,
    struct octets *id, const char **digest, struct err *e)
{
	static const char *const outer[] = {"soap", "wsu", NULL};
	struct octets content, canonical;

	if (find_body(envelope, id, &content, e) != 0)
		return -1;
	const struct octets pieces[] = {octets_of(BODY_CANONICAL), *id, octets_of(BODY_TO_CONTENT),
	    content, octets_of(BODY_END)};
	if ((dom_is_canonical(content, outer) ? JOIN(pieces, a, &canonical, e)
					      : read_canonical(envelope, a, &canonical, e)) != 0)
		return -1;
	return sig_write_digest(suite->digest, canonical, a, digest, e);
}

/* The inside and the end tag of SignedInfo. */
static int
write_info(struct octets envelope, const struct sig_suite *suite, struct arena *a,
    struct octets *out, struct err *e)
{
	struct octets id;
	const char *digest;

	if (digest_body(envelope, suite, a, &id, &digest, e) != 0)
		return -1;
	const struct octets pieces[] = {octets_of(INFO_TO_METHOD), octets_of(suite->uri),
	    octets_of(INFO_TO_ID), id, octets_of(INFO_TO_DIGEST_METHOD),
	    octets_of(suite->digest->uri), octets_of(INFO_TO_DIGEST), octets_of(digest),
	    octets_of(INFO_END)};
	return JOIN(pieces, a, out, e);
}

static int
write_signature(struct octets envelope, const struct pki_identity *identity,
    enum sig_keyinfo keyinfo, struct arena *a, struct octets *out, struct err *e)
{
	struct octets info, canonical, key;
	const struct sig_suite *suite;
	const char *value;

	if (sig_choose_suite(identity, &suite, e) != 0 ||
	    write_info(envelope, suite, a, &info, e) != 0)
		return -1;
	const struct octets signed_pieces[] = {octets_of(INFO_CANONICAL), info};
	if (JOIN(signed_pieces, a, &canonical, e) != 0 ||
	    sig_write_value(identity, suite, canonical, a, &value, e) != 0)
		return -1;
	if ((keyinfo == SIG_ISSUER_SERIAL ? write_issuer_serial(identity, a, &key, e)
					  : write_key_identifier(identity, a, &key, e)) != 0)
		return -1;
	const struct octets pieces[] = {
	    octets_of("<ds:Signature xmlns:ds=\"" ENV_DS "\">" INFO_WRITTEN), info,
	    octets_of("<ds:SignatureValue>"), octets_of(value),
	    octets_of("</ds:SignatureValue><ds:KeyInfo><wsse:SecurityTokenReference>"), key,
	    octets_of("</wsse:SecurityTokenReference></ds:KeyInfo></ds:Signature>")};
	return JOIN(pieces, a, out, e);
}

int
sig_sign_envelope(struct octets envelope, const struct pki_identity *identity,
    enum sig_keyinfo keyinfo, struct arena *a, struct octets *out, struct err *e)
{
	const char *place = find(envelope, ENV_SIGNATURE_PLACE);
	struct octets signature;

	*out = (struct octets){NULL, 0};
	if (place == NULL)
		return err_set(e, ERR_INTERNAL, "the envelope was not made by env_write()");
	if (write_signature(envelope, identity, keyinfo, a, &signature, e) != 0)
		return -1;
	place += strlen(ENV_SIGNATURE_PLACE) - strlen(SECURITY_END);
	return sig_splice(
	    envelope, (size_t)(place - (const char *)envelope.data), signature, a, out, e);
}

/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See sign.h. Uses dom/'s C14N and the writers of sig/, never sig/'s reader.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/ec.h>

#include "dom/dom.h"
#include "env/env.h"
#include "fixture.h"
#include "judge_c14n.h"
#include "sig/base64.h"
#include "sig/sign.h"
#include "sign.h"

static void
need(bool ok, const char *what, const struct err *e)
{
	if (ok)
		return;
	fprintf(stderr, "sign: %s: %s\n", what, e == NULL ? "" : e->detail);
	exit(99);
}

const char *
sign_replace(struct arena *a, const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);

	need(at != NULL, from, NULL);
	for (; at != NULL; at = strstr(at, from)) {
		size_t before = (size_t)(at - text);
		text = arena_printf(a, "%.*s%s%s", (int)before, text, to, at + strlen(from));
		at = text + before + strlen(to);
	}
	return text;
}

/* Depth first, the first element that the test function likes. */
typedef bool like(const struct dom_node *, const char *, struct arena *);

static const struct dom_node *
find(const struct dom_node *n, like *likes, const char *text, struct arena *a)
{
	const struct dom_node *found = likes(n, text, a) ? n : NULL;

	for (n = dom_first(n); n != NULL && found == NULL; n = dom_next(n))
		found = find(n, likes, text, a);
	return found;
}

static bool
has_id(const struct dom_node *n, const char *id, struct arena *a)
{
	const char *wsu = dom_attribute(n, ENV_WSU, "Id", a),
		   *plain = dom_attribute(n, "", "Id", a);

	return (wsu != NULL && strcmp(wsu, id) == 0) || (plain != NULL && strcmp(plain, id) == 0);
}

static bool
has_name(const struct dom_node *n, const char *name, struct arena *a)
{
	(void)a;
	return strcmp(dom_name(n), name) == 0;
}

static bool
has_uri(const struct dom_node *n, const char *id, struct arena *a)
{
	const char *uri = dom_attribute(n, "", "URI", a);

	return uri != NULL && uri[0] == '#' && strcmp(uri + 1, id) == 0 &&
	       has_name(n, "Reference", a);
}

/* The PrefixList below a node, as dom_c14n() wants it. */
static const char *const *
prefixes_of(const struct dom_node *n, struct arena *a)
{
	const struct dom_node *list =
	    n == NULL ? NULL : find(n, has_name, "InclusiveNamespaces", a);
	const char *text = list == NULL ? NULL : dom_attribute(list, "", "PrefixList", a);
	const char **out = text == NULL ? NULL : arena_alloc(a, sizeof(*out) * (strlen(text) + 1));
	size_t count = 0;

	if (text == NULL)
		return NULL;
	char *rest = NULL, *copy = arena_strdup(a, text);
	for (char *p = strtok_r(copy, " ", &rest); p != NULL; p = strtok_r(NULL, " ", &rest))
		out[count++] = p;
	return out;
}

static struct dom *
parse(const char *text)
{
	struct err e = {0};
	struct dom *doc;

	need(dom_parse(octets_of(text), &dom_default_limits, &doc, &e) == 0, "template", &e);
	return doc;
}

/* The digest that the template names for this reference; of the suite's where it names none of
 * ours. */
static const struct sig_digest *
digest_named(struct arena *a, const struct dom_node *reference, const struct sig_suite *suite)
{
	const struct dom_node *method =
	    reference == NULL ? NULL : find(reference, has_name, "DigestMethod", a);
	const char *uri = method == NULL ? NULL : dom_attribute(method, "", "Algorithm", a);
	const struct sig_digest *named = uri == NULL ? NULL : sig_digest_by_uri(uri);

	return named == NULL ? suite->digest : named;
}

static const char *
digest_of(struct arena *a, const char *text, const char *id, const struct sig_suite *suite)
{
	struct dom *doc = parse(text);
	const struct dom_node *node = find(dom_root(doc), has_id, id, a);
	const struct dom_node *reference = find(dom_root(doc), has_uri, id, a);
	struct octets canonical;
	struct err e = {0};
	const char *digest;

	need(node != NULL, id, NULL);
	need(dom_c14n(node, prefixes_of(reference, a), a, &canonical, &e) == 0, "c14n", &e);
	need(sig_write_digest(digest_named(a, reference, suite), canonical, a, &digest, &e) == 0,
	    "digest", &e);
	dom_free(doc);
	return digest;
}

static const char *
fill_digests(struct arena *a, const char *text, const struct sig_suite *suite)
{
	static const char mark[] = "@DIGEST:";
	const char *at;

	while ((at = strstr(text, mark)) != NULL) {
		const char *id = at + strlen(mark), *end = strchr(id, '@');
		need(end != NULL, "@DIGEST: without end", NULL);
		char *name =
		    arena_string(a, (struct octets){(const unsigned char *)id, (size_t)(end - id)});
		const char *digest = digest_of(a, text, name, suite);
		text = sign_replace(a, text, arena_printf(a, "%s%s@", mark, name), digest);
	}
	return text;
}

/* r and s side by side, out of DER. */
static size_t
unpack(unsigned char value[1024], size_t len, size_t half)
{
	const unsigned char *p = value;
	ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &p, (long)len);

	need(pair != NULL && BN_bn2binpad(ECDSA_SIG_get0_r(pair), value, (int)half) > 0 &&
		 BN_bn2binpad(ECDSA_SIG_get0_s(pair), value + half, (int)half) > 0,
	    "r and s", NULL);
	ECDSA_SIG_free(pair);
	return 2 * half;
}

const char *
sign_value(struct arena *a, const struct pki_identity *identity, const struct sig_suite *suite,
    struct octets o)
{
	unsigned char md[EVP_MAX_MD_SIZE], value[1024];
	size_t len = sizeof(value);
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_pkey(NULL, pki_identity_key(identity), NULL);
	const char *text;

	need(c != NULL && EVP_PKEY_sign_init(c) == 1, "key", NULL);
	if (suite->family == PKI_RSA)
		need(EVP_PKEY_CTX_set_signature_md(c, suite->digest->md) == 1, "hash", NULL);
	need(EVP_Digest(o.data, o.len, md, NULL, suite->digest->md, NULL) == 1 &&
		 EVP_PKEY_sign(c, value, &len, md, suite->digest->len) == 1,
	    "sign", NULL);
	EVP_PKEY_CTX_free(c);
	if (suite->family == PKI_EC256 || suite->family == PKI_EC384)
		len = unpack(value, len, suite->value_len / 2);
	text = sig_base64_write((struct octets){value, len}, a);
	need(text != NULL, "base64", NULL);
	return text;
}

static const char *
fill_value(struct arena *a, const char *text, const struct pki_identity *identity,
    const struct sig_suite *suite)
{
	struct dom *doc = parse(text);
	const struct dom_node *info = find(dom_root(doc), has_name, "SignedInfo", a);
	struct octets canonical;
	struct err e = {0};
	const char *value;

	need(info != NULL, "SignedInfo", NULL);
	need(dom_c14n(info, prefixes_of(dom_first(info), a), a, &canonical, &e) == 0, "c14n", &e);
	value = sign_value(a, identity, suite, canonical);
	dom_free(doc);
	return sign_replace(a, text, "@VALUE@", value);
}

/* The suite that the template names, if the key is of its family; else the first of the key's. */
static const struct sig_suite *
suite_named(struct arena *a, const char *text, const struct pki_identity *identity)
{
	enum pki_family family = pki_family(pki_identity_certificate(identity));
	struct dom *doc = parse(text);
	const struct dom_node *method = find(dom_root(doc), has_name, "SignatureMethod", a);
	const char *uri = method == NULL ? NULL : dom_attribute(method, "", "Algorithm", a);
	const struct sig_suite *named = uri == NULL ? NULL : sig_suite_by_uri(uri);

	dom_free(doc);
	return named == NULL || named->family != family ? sig_suite_by_family(family) : named;
}

const char *
sign_template(struct arena *a, const char *text, const struct pki_identity *identity)
{
	const struct sig_suite *suite;

	suite = suite_named(a, text, identity);
	need(suite != NULL, "suite", NULL);
	if (strstr(text, "@CERT@") != NULL)
		text = sign_replace(a, text, "@CERT@", pki_identity_base64(identity));
	text = fill_digests(a, text, suite);
	return strstr(text, "@VALUE@") == NULL ? text : fill_value(a, text, identity, suite);
}

#define C14N "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
#define EXC "http://www.w3.org/2001/10/xml-exc-c14n#"

/* The digest of the named element, or of the whole document, before the signature is there. */
static const char *
digest_in_place(struct arena *a, const char *envelope, const char *id, bool inclusive,
    const struct sig_suite *suite)
{
	struct dom *doc = parse(envelope);
	const struct dom_node *node =
	    id == NULL ? dom_root(doc) : find(dom_root(doc), has_id, id, a);
	struct octets canonical;
	struct err e = {0};
	const char *digest;

	need(node != NULL, id, NULL);
	need(inclusive ? judge_inclusive(node, a, &canonical)
		       : judge_c14n(node, NULL, a, &canonical),
	    "canonical form", NULL);
	need(sig_write_digest(suite->digest, canonical, a, &digest, &e) == 0, "digest", &e);
	dom_free(doc);
	return digest;
}

const char *
sign_in_place(struct arena *a, const char *envelope, const char *id, bool inclusive,
    const struct pki_identity *identity)
{
	const struct sig_suite *suite =
	    sig_suite_by_family(pki_family(pki_identity_certificate(identity)));
	const char *digest = digest_in_place(a, envelope, id, inclusive, suite);
	const char *end = strstr(envelope, "</data>");

	need(end != NULL, "</data>", NULL);
	const char *signature = arena_printf(a,
	    "<ds:Signature xmlns:ds=\"" ENV_DS "\"><ds:SignedInfo><ds:CanonicalizationMethod "
	    "Algorithm=\"" EXC "\"/><ds:SignatureMethod Algorithm=\"%s\"/><ds:Reference "
	    "URI=\"%s%s\"><ds:Transforms><ds:Transform Algorithm=\"" ENV_DS
	    "enveloped-signature\"/><ds:Transform Algorithm=\"%s\"/></ds:Transforms>"
	    "<ds:DigestMethod Algorithm=\"%s\"/><ds:DigestValue>%s</ds:DigestValue>"
	    "</ds:Reference></ds:SignedInfo><ds:SignatureValue>@VALUE@</ds:SignatureValue>"
	    "<ds:KeyInfo><ds:X509Data><ds:X509Certificate>%s</ds:X509Certificate></ds:X509Data>"
	    "</ds:KeyInfo></ds:Signature>",
	    suite->uri, id == NULL ? "" : "#", id == NULL ? "" : id, inclusive ? C14N : EXC,
	    suite->digest->uri, digest, pki_identity_base64(identity));
	return arena_printf(a, "%.*s%s%s", (int)(end - envelope), envelope,
	    fill_value(a, signature, identity, suite), end);
}

struct pki_identity *
sign_identity(struct arena *a, const char *family, const char *name)
{
	const char *base = arena_printf(a, "%s/testpki/%s/%s", fixture_builddir(), family, name);
	struct pki_identity *identity;
	struct err e = {0};

	need(pki_identity_load(arena_printf(a, "%s.pem", base), arena_printf(a, "%s.key", base),
		 NULL, &identity, &e) == 0,
	    base, &e);
	return identity;
}

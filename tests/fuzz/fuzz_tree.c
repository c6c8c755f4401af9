/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Signed messages whose tree was rebuilt, and that another trusted key may have signed again in
 * part. An input is a script: which message, what is signed again, then five octets an edit.
 * Accepted means: the part is this Envelope's Body, its octets are what the named signer's key
 * signed, and they say what the tree says.
 */
#include "config.h"

#include <string.h>

#include <openssl/evp.h>

#include "dom/libxml.h"
#include "fuzz.h"
#include "gost/gost.h"
#include "sig/sign.h"
#include "sign.h"
#include "tree_edit.h"

#define MOST_EDITS 24
#define MOST_KNOWN 32

#define EXC "http://www.w3.org/2001/10/xml-exc-c14n#"
#define SHA256 "http://www.w3.org/2001/04/xmlenc#sha256"
#define RSA "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
#define OASIS "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
#define X509_TYPES                                                                                 \
	"EncodingType=\"" OASIS "soap-message-security-1.0#Base64Binary\" ValueType=\"" OASIS      \
	"x509-token-profile-1.0#X509v3\""
#define REFERENCE(id, list)                                                                        \
	"<ds:Reference URI=\"#" id "\"><ds:Transforms><ds:Transform Algorithm=\"" EXC "\">" list   \
	"</ds:Transform></ds:Transforms><ds:DigestMethod Algorithm=\"" SHA256                      \
	"\"/><ds:DigestValue>@DIGEST:" id "@</ds:DigestValue></ds:Reference>"
#define ENVELOPE(references, token, key, body)                                                     \
	"<soap:Envelope xmlns:soap=\"" ENV_SOAP "\" xmlns:wsse=\"" ENV_WSSE                        \
	"\" xmlns:wsu=\"" ENV_WSU "\" xmlns:xsi=\"" ENV_XSI                                        \
	"\" xmlns:x=\"urn:x\"><soap:Header><wsse:Security soap:mustUnderstand=\"1\">" token        \
	"<ds:Signature xmlns:ds=\"" ENV_DS                                                         \
	"\"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm=\"" EXC                            \
	"\"/><ds:SignatureMethod Algorithm=\"" RSA "\"/>" references                               \
	"</ds:SignedInfo><ds:SignatureValue>@VALUE@</ds:SignatureValue><ds:KeyInfo>"               \
	"<wsse:SecurityTokenReference>" key "</wsse:SecurityTokenReference></ds:KeyInfo>"          \
	"</ds:Signature></wsse:Security></soap:Header><soap:Body wsu:Id=\"b\">" body               \
	"</soap:Body></soap:Envelope>"
#define CERTIFICATE "<wsse:KeyIdentifier " X509_TYPES ">@CERT@</wsse:KeyIdentifier>"
#define TOKEN                                                                                      \
	"<wsu:Timestamp wsu:Id=\"t\"><wsu:Created>2026-06-30T23:59:00Z</wsu:Created><wsu:Expires>" \
	"2026-07-01T00:10:00Z</wsu:Expires></wsu:Timestamp><wsse:BinarySecurityToken "             \
	"wsu:Id=\"k\" " X509_TYPES ">@CERT@</wsse:BinarySecurityToken>"
#define OPERATION "<m:Send xmlns:m=\"urn:m\"><request><iin>000101300019</iin>"
#define OPERATION_END "</request></m:Send>"
#define DOCUMENT "<d:paper xmlns:d=\"urn:d\" Id=\"p\"><iin>000101300019</iin></d:paper>"

const char *const fuzz_name = "tree";
const char *const fuzz_shared[] = {NULL};

enum kind {
	OF_ENVELOPE,
	OF_DOCUMENT
};
static struct {
	enum kind kind;
	const char *text;
} bases[6];
#define BASES (sizeof(bases) / sizeof(bases[0]))

static struct arena *kept;
static struct pki *pki;
static struct instant at;
static struct pki_identity *gateway, *other, *person, *person2;

/* Whose key signed which octets: of the bases, and of what the input signs again. */
static struct known {
	char signer[65];
	struct octets octets;
} known[MOST_KNOWN];
static size_t known_count, known_always;

static void
learn(const struct pki_identity *who, struct octets o)
{
	struct pki_signer s;

	PROMISE(known_count < MOST_KNOWN);
	pki_describe(pki_identity_certificate(who), &s);
	known[known_count].octets = o;
	memcpy(known[known_count++].signer, s.fingerprint, sizeof(s.fingerprint));
}

static bool
is_known(const struct sig_part *part)
{
	for (size_t i = 0; i < known_count; i++)
		if (strcmp(known[i].signer, part->signer.fingerprint) == 0 &&
		    octets_equal(known[i].octets, part->digested))
			return true;
	return false;
}

/* --- the promise ------------------------------------------------------------------------------ */

/* What was digested reads as the tree does, comments and PrefixList aside. */
static void
says_the_same(struct octets digested, const struct dom_node *body, struct arena *a)
{
	struct octets form, again;
	struct dom *doc = NULL;
	struct err e = {0};

	PROMISE(dom_parse(digested, &dom_default_limits, &doc, &e) == 0);
	PROMISE(dom_c14n(body, NULL, a, &form, &e) == 0);
	PROMISE(dom_c14n(dom_root(doc), NULL, a, &again, &e) == 0);
	PROMISE(octets_equal(form, again));
	dom_free(doc);
}

static bool
judge_envelope(const struct dom *doc, struct arena *a, bool learning, const struct pki_identity *by)
{
	struct sig_part part;
	struct err e = {0};
	struct env env;

	if (env_check(doc, a, &env, &e) != 0 ||
	    sig_verify_transport(&env, pki, &sig_default_policy, at, a, &part, &e) != 0) {
		PROMISE(e.code != ERR_OK && e.code != ERR_INTERNAL);
		return false;
	}
	if (learning)
		learn(by, octets_of(arena_string(kept, part.digested)));
	PROMISE(part.verdict == SIG_VERIFIED && part.node == env.body);
	PROMISE(dom_parent(part.node) == dom_root(doc) && dom_is(part.node, ENV_SOAP, "Body"));
	PROMISE(is_known(&part));
	says_the_same(part.digested, env.body, a);
	return true;
}

static bool
judge_document(struct dom *doc, struct arena *a, const struct pki_identity *const *by)
{
	struct sig_part parts[SIG_MOST_SIGNERS];
	struct err e = {0};
	size_t count;

	if (sig_verify_document(
		doc, pki, &sig_default_policy, at, a, SIG_MOST_SIGNERS, parts, &count, &e) != 0) {
		PROMISE(e.code != ERR_OK && e.code != ERR_INTERNAL);
		return false;
	}
	PROMISE(count > 0);
	for (size_t i = 0; i < count; i++) {
		if (by != NULL)
			learn(by[i], octets_of(arena_string(kept, parts[i].digested)));
		PROMISE(parts[i].verdict == SIG_VERIFIED && parts[i].node == dom_root(doc));
		PROMISE(is_known(&parts[i]));
	}
	return true;
}

static bool
judge(enum kind kind, struct octets o, struct arena *a)
{
	struct dom *doc = NULL;
	struct err e = {0};
	bool accepted;

	if (dom_parse(o, &dom_default_limits, &doc, &e) != 0)
		return false;
	accepted = kind == OF_ENVELOPE ? judge_envelope(doc, a, false, NULL)
				       : judge_document(doc, a, NULL);
	dom_free(doc);
	return accepted;
}

/* --- the messages ----------------------------------------------------------------------------- */

static struct dom *
parsed(const char *text)
{
	struct dom *doc = NULL;
	struct err e = {0};

	PROMISE(dom_parse(octets_of(text), &dom_default_limits, &doc, &e) == 0);
	return doc;
}

static void
add_envelope(size_t i, const char *template)
{
	struct dom *doc;

	bases[i].kind = OF_ENVELOPE;
	bases[i].text = sign_template(kept, template, gateway);
	doc = parsed(bases[i].text);
	PROMISE(judge_envelope(doc, kept, true, gateway));
	dom_free(doc);
}

static const char *
sign_paper(const char *text, const struct pki_identity *by)
{
	struct octets o;
	struct err e = {0};

	PROMISE(sig_sign_document(octets_of(text), by, kept, &o, &e) == 0);
	return arena_string(kept, o);
}

static void
add_document(size_t i, const char *text, const struct pki_identity *const *by)
{
	struct dom *doc = parsed(text);

	bases[i].kind = OF_DOCUMENT;
	bases[i].text = text;
	PROMISE(judge_document(doc, kept, by));
	dom_free(doc);
}

static void
start(void)
{
	const struct pki_options o = {.trust = arena_printf(kept, "%s/testpki/trust",
					  getenv("BUILDDIR") ? getenv("BUILDDIR") : ".")};
	struct err e = {0};
	const char *paper;

	PROMISE(clock_init(&e) == 0 && gost_load(&e) == 0 && dom_init(&e) == 0);
	PROMISE(sig_init(&e) == 0 && pki_open(&o, NULL, NULL, &pki, &e) == 0);
	PROMISE(clock_read("2026-07-01T00:00:00Z", &at));
	gateway = sign_identity(kept, "rsa", "gateway");
	other = sign_identity(kept, "rsa", "system");
	person = sign_identity(kept, "rsa", "person");
	person2 = sign_identity(kept, "rsa", "person2");
	paper = sign_paper(DOCUMENT, person);
	add_envelope(0, ENVELOPE(REFERENCE("b", ""), "", CERTIFICATE, OPERATION OPERATION_END));
	add_envelope(1, ENVELOPE(REFERENCE("b", "") REFERENCE("t", "") REFERENCE("k", ""), TOKEN,
			    "<wsse:Reference URI=\"#k\"/>", OPERATION OPERATION_END));
	add_envelope(
	    2, ENVELOPE(REFERENCE("b",
			    "<ec:InclusiveNamespaces xmlns:ec=\"" EXC "\" PrefixList=\"x xsi\"/>"),
		   "", CERTIFICATE, OPERATION "<data xsi:type=\"x:T\">1</data>" OPERATION_END));
	add_envelope(
	    3, sign_replace(kept,
		   ENVELOPE(REFERENCE("b", ""), "", CERTIFICATE, OPERATION "@PAPER@" OPERATION_END),
		   "@PAPER@", paper));
	add_document(4, paper, (const struct pki_identity *const[]){person});
	add_document(
	    5, sign_paper(paper, person2), (const struct pki_identity *const[]){person2, person});
	known_always = known_count;
}

/* --- signing again ---------------------------------------------------------------------------- */

static struct octets
written(xmlDoc *doc, struct arena *a)
{
	xmlChar *text = NULL;
	int len = 0;
	struct octets o;

	xmlDocDumpMemory(doc, &text, &len);
	PROMISE(text != NULL);
	o = (struct octets){text, (size_t)len};
	o.data = (const unsigned char *)arena_string(a, o);
	xmlFree(text);
	return o;
}

enum {
	SIGN_DIGESTS = 1,
	SIGN_VALUE = 2,
	SIGN_CERTIFICATE = 4
};

/* What signs here: the other trusted key, over whatever the References lead to now. */
struct again {
	xmlNode *elements[TREE_ELEMENTS];
	size_t count;
	const struct sig_suite *suite;
	struct arena *arena;
};

static bool
is_named(const xmlNode *n, const char *name)
{
	return strcmp((const char *)n->name, name) == 0;
}

static xmlNode *
first_named(const struct again *s, const char *name)
{
	for (size_t i = 0; i < s->count; i++)
		if (is_named(s->elements[i], name))
			return s->elements[i];
	return NULL;
}

/* The first bearer, as a careless signer would take it. */
static xmlNode *
first_with_id(const struct again *s, const char *id)
{
	for (size_t i = 0; i < s->count; i++)
		for (const xmlAttr *a = s->elements[i]->properties; a != NULL; a = a->next)
			if (is_named((const xmlNode *)a, "Id") && a->children != NULL &&
			    strcmp((const char *)a->children->content, id) == 0)
				return s->elements[i];
	return NULL;
}

/* The PrefixList inside an element, as dom_c14n() wants it; NULL for none. */
static const char *const *
prefixes_in(const struct again *s, const xmlNode *of)
{
	const char **out = NULL, *text = NULL;
	char *rest = NULL;
	size_t count = 0;

	for (size_t i = 0; i < s->count && text == NULL; i++)
		if (tree_is_inside(s->elements[i], of) &&
		    is_named(s->elements[i], "InclusiveNamespaces"))
			text =
			    dom_attribute(dom_from_xml(s->elements[i]), "", "PrefixList", s->arena);
	if (text == NULL)
		return NULL;
	PROMISE((out = arena_alloc(s->arena, (strlen(text) + 2) * sizeof(*out))) != NULL);
	for (char *p = strtok_r(arena_strdup(s->arena, text), " ", &rest); p != NULL;
	     p = strtok_r(NULL, " ", &rest))
		out[count++] = p;
	return out;
}

static bool
canonical(const struct again *s, const xmlNode *n, const xmlNode *method, struct octets *out)
{
	struct err e = {0};

	return dom_c14n(dom_from_xml(n), prefixes_in(s, method), s->arena, out, &e) == 0;
}

/* Not where elements were put: they are still listed. */
static void
put_text(xmlNode *n, const char *text)
{
	if (xmlFirstElementChild(n) == NULL)
		xmlNodeSetContent(n, (const xmlChar *)text);
}

static void
sign_reference(const struct again *s, xmlNode *reference)
{
	const char *uri = dom_attribute(dom_from_xml(reference), "", "URI", s->arena), *digest;
	xmlNode *value = xmlLastElementChild(reference), *target;
	struct octets o;
	struct err e = {0};

	if (value == NULL || uri == NULL || uri[0] != '#' ||
	    (target = first_with_id(s, uri + 1)) == NULL || !canonical(s, target, reference, &o))
		return;
	PROMISE(sig_write_digest(s->suite->digest, o, s->arena, &digest, &e) == 0);
	put_text(value, digest);
	if (known_count < MOST_KNOWN)
		learn(other, o);
}

/* Where digests stay, the other key puts its name under what the first one had signed. */
static void
sign_tree(const struct again *s, unsigned what)
{
	xmlNode *info = first_named(s, "SignedInfo"), *value = first_named(s, "SignatureValue");
	struct octets o;
	struct err e = {0};
	const char *text;

	for (size_t i = 0; i < known_always && (what & SIGN_DIGESTS) == 0; i++)
		learn(other, known[i].octets);
	for (size_t i = 0; i < s->count && (what & SIGN_CERTIFICATE); i++)
		if (is_named(s->elements[i], "KeyIdentifier") ||
		    is_named(s->elements[i], "BinarySecurityToken"))
			put_text(s->elements[i], pki_identity_base64(other));
	for (size_t i = 0; i < s->count && (what & SIGN_DIGESTS); i++)
		if (is_named(s->elements[i], "Reference"))
			sign_reference(s, s->elements[i]);
	if (info == NULL || value == NULL || !(what & SIGN_VALUE) ||
	    !canonical(s, info, xmlFirstElementChild(info), &o))
		return;
	PROMISE(sig_write_value(other, s->suite, o, s->arena, &text, &e) == 0);
	put_text(value, text);
}

static void
sign_again(struct octets *o, unsigned what, struct arena *a)
{
	struct again s = {.suite = sig_suite_by_family(PKI_RSA), .arena = a};
	struct dom *doc = NULL;
	struct err e = {0};
	xmlNode *root;

	if (dom_parse(*o, &dom_default_limits, &doc, &e) != 0)
		return;
	root = dom_to_xml(dom_root(doc));
	s.count = tree_elements(root, s.elements);
	sign_tree(&s, what);
	*o = written(dom_to_doc(doc), a);
	dom_free(doc);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a;
	struct octets o;
	xmlDoc *doc;

	if (kept == NULL) {
		PROMISE((kept = arena_new()) != NULL);
		start();
	}
	if (size < 2)
		return 0;
	PROMISE((a = arena_new()) != NULL);
	known_count = known_always;
	const char *text = bases[data[0] % BASES].text;
	enum kind kind = bases[data[0] % BASES].kind;
	doc = xmlReadMemory(text, (int)strlen(text), NULL, NULL, XML_PARSE_NONET);
	PROMISE(doc != NULL);
	for (size_t i = 2; i + 5 <= size && i < MOST_EDITS * 5; i += 5)
		tree_edit(doc, data + i);
	o = written(doc, a);
	if (kind == OF_ENVELOPE && data[1] % 8 != 0)
		sign_again(&o, data[1] % 8, a);
	/* what nobody edited and somebody signed as a whole is accepted: the promises see something
	 */
	bool must = size == 2 && (data[1] % 8 == 0 || data[1] % 8 == 7);
	PROMISE(judge(kind, o, a) || !must);
	xmlFreeDoc(doc);
	arena_free(a);
	return 0;
}

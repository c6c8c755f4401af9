/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Signing a stand-alone document in NCALayer's form: enveloped, inclusive C14N, the certificate
 * inside.
 *
 * Inclusive C14N puts every namespace in scope on SignedInfo, so its canonical form is read from
 * the tree of the finished document, with the value still empty. Not on the request path.
 */
#include "config.h"

#include <string.h>

#include <libxml/c14n.h>

#include "dom/libxml.h"
#include "sig/sign.h"

#define C14N "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
#define SIGNATURE                                                                                  \
	"<ds:Signature xmlns:ds=\"" ENV_DS "\">\n<ds:SignedInfo>\n"                                \
	"<ds:CanonicalizationMethod Algorithm=\"" C14N "\"/>\n"                                    \
	"<ds:SignatureMethod Algorithm=\"%s\"/>\n<ds:Reference URI=\"\">\n<ds:Transforms>\n"       \
	"<ds:Transform Algorithm=\"" ENV_DS "enveloped-signature\"/>\n"                            \
	"<ds:Transform Algorithm=\"" C14N "#WithComments\"/>\n</ds:Transforms>\n"                  \
	"<ds:DigestMethod Algorithm=\"%s\"/>\n<ds:DigestValue>%s</ds:DigestValue>\n"               \
	"</ds:Reference>\n</ds:SignedInfo>\n" VALUE VALUE_END "\n<ds:KeyInfo>\n<ds:X509Data>\n"    \
	"<ds:X509Certificate>%s</ds:X509Certificate>\n</ds:X509Data>\n</ds:KeyInfo>\n"             \
	"</ds:Signature>"
#define VALUE "<ds:SignatureValue>"
#define VALUE_END "</ds:SignatureValue>"

static int
is_inside(void *apex, xmlNode *node, xmlNode *parent)
{
	/* a namespace node has no parent of its own */
	for (const xmlNode *n = node->type == XML_NAMESPACE_DECL ? parent : node; n != NULL;
	     n = n->parent)
		if (n == apex)
			return 1;
	return 0;
}

/* Inclusive C14N without comments: of the whole document, or of the subtree at apex. */
static int
canonicalise(const struct dom *doc, const struct dom_node *apex, struct arena *a,
    struct octets *out, struct err *e)
{
	xmlOutputBuffer *b = xmlAllocOutputBuffer(NULL);
	int rc = -1;

	*out = (struct octets){NULL, 0};
	if (b == NULL)
		return err_set(e, ERR_NOMEM, "C14N");
	if (xmlC14NExecute(dom_to_doc(doc), apex == NULL ? NULL : is_inside, dom_to_xml(apex),
		XML_C14N_1_0, NULL, 0, b) < 0) {
		err_set(e, ERR_INTERNAL, "C14N of our own document");
		goto out;
	}
	out->len = xmlOutputBufferGetSize(b);
	out->data = (const unsigned char *)arena_string(
	    a, (struct octets){xmlOutputBufferGetContent(b), out->len});
	rc = out->data == NULL ? err_set(e, ERR_NOMEM, "C14N") : 0;
out:
	xmlOutputBufferClose(b);
	return rc;
}

/* The document without its prologue, and where its root's end tag begins. */
static int
open_end(const struct dom *doc, struct arena *a, struct octets *out, size_t *end, struct err *e)
{
	const struct dom_node *root = dom_root(doc);
	const char *prefix = dom_prefix(root), *text;

	*end = 0;
	if (dom_write(root, a, out, e) != 0)
		return -1;
	text = (const char *)out->data;
	if (out->len > 2 && memcmp(text + out->len - 2, "/>", 2) == 0) {
		text = arena_printf(a, "%.*s></%s%s%s>", (int)out->len - 2, text, prefix,
		    prefix[0] == '\0' ? "" : ":", dom_name(root));
		if (text == NULL)
			return err_set(e, ERR_NOMEM, "document");
		*out = octets_of(text);
	}
	for (*end = out->len; *end > 0 && memcmp(text + *end - 1, "</", 2) != 0; (*end)--)
		;
	*end -= *end > 0;
	return 0;
}

/* The signature with an empty value, over the document as it is. */
static int
write_unsigned(const struct dom *doc, const struct pki_identity *identity,
    const struct sig_suite *suite, struct arena *a, const char **out, struct err *e)
{
	const char *digest;
	struct octets canonical;

	*out = NULL;
	if (canonicalise(doc, NULL, a, &canonical, e) != 0 ||
	    sig_write_digest(suite->digest, canonical, a, &digest, e) != 0)
		return -1;
	*out = arena_printf(
	    a, SIGNATURE, suite->uri, suite->digest->uri, digest, pki_identity_base64(identity));
	return *out == NULL ? err_set(e, ERR_NOMEM, "Signature") : 0;
}

static int
value_of(struct octets document, const struct pki_identity *identity, const struct sig_suite *suite,
    struct arena *a, const char **out, struct err *e)
{
	struct dom_limits limits = dom_default_limits;
	const struct dom_node *signature;
	struct octets canonical;
	struct dom *doc = NULL;
	int rc = -1;

	*out = NULL;
	limits.octets = document.len;
	if (dom_parse(document, &limits, &doc, e) != 0)
		return -1;
	signature = dom_from_xml(dom_to_xml(dom_root(doc))->last);
	if (canonicalise(doc, dom_child(signature, ENV_DS, "SignedInfo"), a, &canonical, e) == 0)
		rc = sig_write_value(identity, suite, canonical, a, out, e);
	dom_free(doc);
	return rc;
}

/* The last place of what in text; it is there. */
static size_t
find_last(struct octets text, const char *what)
{
	size_t n = strlen(what), i = text.len - n;

	while (i > 0 && memcmp(text.data + i, what, n) != 0)
		i--;
	return i;
}

int
sig_sign_document(struct octets document, const struct pki_identity *identity, struct arena *a,
    struct octets *out, struct err *e)
{
	struct dom_limits limits = dom_default_limits;
	const struct sig_suite *suite;
	const char *signature, *value;
	struct octets text, unsigned_text;
	struct dom *doc = NULL;
	size_t end;
	int rc = -1;

	*out = (struct octets){NULL, 0};
	limits.octets = document.len;
	if (sig_choose_suite(identity, &suite, e) != 0 ||
	    dom_parse(document, &limits, &doc, e) != 0)
		return -1;
	if (write_unsigned(doc, identity, suite, a, &signature, e) != 0 ||
	    open_end(doc, a, &text, &end, e) != 0 ||
	    sig_splice(text, end, octets_of(signature), a, &unsigned_text, e) != 0 ||
	    value_of(unsigned_text, identity, suite, a, &value, e) != 0)
		goto out;
	rc = sig_splice(
	    unsigned_text, find_last(unsigned_text, VALUE_END), octets_of(value), a, out, e);
out:
	dom_free(doc);
	return rc;
}

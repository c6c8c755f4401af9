/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The allow-list walk over one ds:Signature; see shape.h.
 */
#include "config.h"

#include <string.h>

#include "dom/libxml.h"
#include "sig/base64.h"
#include "sig/shape.h"
#include "sig/walk.h"

#define ENVELOPED ENV_DS "enveloped-signature"
#define MOST_LIST 512 /* octets of a PrefixList: blanks are prefixes to xmlsec */
#define MOST_ID 128   /* */

bool
sig_prefix_listed(const char *list, const char *prefix)
{
	const char *p = list;

	while (p != NULL && *(p += strspn(p, " ")) != '\0') {
		size_t n = strcspn(p, " ");
		if (n == strlen(prefix) && strncmp(p, prefix, n) == 0)
			return true;
		p += n;
	}
	return false;
}

static bool
is_prefix(const char *p)
{
	return strcmp(p, "#default") == 0 || xmlValidateNCName((const xmlChar *)p, 0) == 0;
}

/* At most 16 NCNames; "#default" stands for the default namespace (exc-c14n 3). */
static int
check_prefixes(const char *list, struct arena *a, struct err *e)
{
	char *copy = arena_strdup(a, list), *rest = NULL;
	unsigned count = 0;

	if (copy == NULL)
		return err_set(e, ERR_NOMEM, "PrefixList");
	if (strlen(copy) > MOST_LIST)
		return err_set(e, ERR_SIG_STRUCTURE, "PrefixList of over %d octets", MOST_LIST);
	for (char *p = strtok_r(copy, " ", &rest); p != NULL; p = strtok_r(NULL, " ", &rest))
		if (++count > SIG_MOST_PREFIXES || !is_prefix(p))
			return err_set(e, ERR_SIG_STRUCTURE, "PrefixList: over %d or not an NCName",
			    SIG_MOST_PREFIXES);
	return 0;
}

/* The InclusiveNamespaces of an exc-c14n element, "" for none. */
static int
read_prefixes(const struct dom_node *method, struct arena *a, const char **out, struct err *e)
{
	struct sig_children c;

	*out = "";
	if (sig_children(method, &c, e) != 0 || c.count == 0)
		return e->code == ERR_OK ? 0 : -1;
	if (c.count > 1)
		return err_set(
		    e, ERR_SIG_STRUCTURE, "%s has more than InclusiveNamespaces", dom_name(method));
	if (sig_expect(c.at[0], SIG_EXC_C14N, "InclusiveNamespaces", "PrefixList", e) != 0)
		return -1;
	if (dom_to_xml(c.at[0])->children != NULL)
		return err_set(e, ERR_SIG_STRUCTURE, "InclusiveNamespaces is not empty");
	if ((*out = dom_attribute(c.at[0], "", "PrefixList", a)) == NULL)
		return err_set(e, ERR_SIG_STRUCTURE, "InclusiveNamespaces without PrefixList");
	return check_prefixes(*out, a, e);
}

/* The Algorithm of a method element, which may hold InclusiveNamespaces if it is exc-c14n. */
static int
read_method(const struct dom_node *method, const char *name, struct arena *a,
    const char **algorithm, const char **prefixes, struct err *e)
{
	struct sig_children c;

	*prefixes = NULL;
	if (sig_expect(method, ENV_DS, name, "Algorithm", e) != 0)
		return -1;
	if ((*algorithm = dom_attribute(method, "", "Algorithm", a)) == NULL)
		return err_set(e, ERR_SIG_STRUCTURE, "%s without Algorithm", name);
	if (strcmp(*algorithm, SIG_EXC_C14N) == 0)
		return read_prefixes(method, a, prefixes, e) == 0 ? 0 : err_rule(e, "R-23");
	if (sig_children(method, &c, e) != 0)
		return -1;
	if (c.count > 0)
		return err_set(e, ERR_SIG_ALGORITHM, "%s with parameters", name);
	return 0;
}

static int
read_c14n(const struct dom_node *method, const char *name, enum sig_form form, struct arena *a,
    const char **prefixes, struct err *e)
{
	const char *algorithm;

	if (read_method(method, name, a, &algorithm, prefixes, e) != 0)
		return -1;
	if (strcmp(algorithm, SIG_EXC_C14N) == 0)
		return 0;
	if (form != SIG_FORM_TRANSPORT &&
	    (strcmp(algorithm, SIG_C14N) == 0 || strcmp(algorithm, SIG_C14N_COMMENTS) == 0))
		return 0;
	return err_set(e, ERR_SIG_ALGORITHM, "%s %.100s", name, algorithm);
}

/* Transport: one exc-c14n. The others: enveloped-signature, then one c14n. An absent Transform
 * would mean inclusive C14N by default, which no list names, and is refused. */
static int
read_transforms(const struct dom_node *transforms, enum sig_form form, struct arena *a,
    const char **prefixes, struct err *e)
{
	size_t want = form == SIG_FORM_TRANSPORT ? 1 : 2;
	const char *first, *none;
	struct sig_children c;

	if (sig_expect(transforms, ENV_DS, "Transforms", "", e) != 0 ||
	    sig_children(transforms, &c, e) != 0)
		return -1;
	if (c.count != want)
		return err_set(e, ERR_SIG_ALGORITHM, "%zu transforms, %zu wanted", c.count, want);
	if (form != SIG_FORM_TRANSPORT) {
		if (read_method(c.at[0], "Transform", a, &first, &none, e) != 0)
			return -1;
		if (strcmp(first, ENVELOPED) != 0)
			return err_set(e, ERR_SIG_ALGORITHM, "first transform %.100s", first);
	}
	return read_c14n(c.at[want - 1], "Transform", form, a, prefixes, e);
}

/* xmlsec lets #xpointer(...) through as "same document", and pastes the name into an XPath.
 */
static bool
is_bare_name(const char *uri)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
	static const char others[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789.-";
	size_t n = strlen(uri);

	return n >= 2 && n <= MOST_ID + 1 && uri[0] == '#' && strchr(letters, uri[1]) != NULL &&
	       strspn(uri + 1, others) == n - 1;
}

static int
read_uri(const struct dom_node *reference, enum sig_form form, struct arena *a, const char **out,
    struct err *e)
{
	const char *uri = *out = dom_attribute(reference, "", "URI", a);

	if (uri == NULL)
		return err_set(e, ERR_SIG_STRUCTURE, "Reference without URI");
	if (form == SIG_FORM_DOCUMENT && uri[0] != '\0')
		return err_set(e, ERR_SIG_COVERAGE, "Reference is not to the whole document");
	if (form == SIG_FORM_TRANSPORT && uri[0] == '\0')
		return err_set(
		    e, ERR_SIG_COVERAGE, "Reference to the whole envelope, not the Body");
	if (uri[0] != '\0' && !is_bare_name(uri))
		return err_set(e, ERR_SIG_STRUCTURE, "Reference URI is not a bare name");
	return 0;
}

static int
read_base64(const struct dom_node *node, struct arena *a, struct octets *out, struct err *e)
{
	struct octets text;

	*out = (struct octets){NULL, 0};
	if (sig_text(node, a, &text, e) != 0)
		return -1;
	if (!sig_base64_read(text, a, out))
		return err_set(e, ERR_SIG_STRUCTURE, "%s is not base64", dom_name(node));
	return 0;
}

static int
read_digest_value(const struct dom_node *node, const struct sig_digest *d, struct arena *a,
    struct octets *out, struct err *e)
{
	if (read_base64(node, a, out, e) != 0)
		return -1;
	if (out->len != d->len)
		return err_set(
		    e, ERR_SIG_STRUCTURE, "DigestValue has %zu octets, not %zu", out->len, d->len);
	return 0;
}

static int
read_reference(const struct dom_node *node, const struct sig_shape *shape, struct arena *a,
    struct sig_reference *out, struct err *e)
{
	const char *digest, *none;
	struct sig_children c;

	out->node = node;
	if (sig_expect(node, ENV_DS, "Reference", "URI Id", e) != 0 ||
	    sig_children(node, &c, e) != 0)
		return -1;
	if (read_uri(node, shape->form, a, &out->uri, e) != 0)
		return err_rule(e, shape->form == SIG_FORM_TRANSPORT ? "R-22" : "R-53");
	if (c.count == 2) /* */
		return err_set(e, ERR_SIG_ALGORITHM, "Reference without Transforms");
	if (c.count != 3)
		return err_set(e, ERR_SIG_STRUCTURE, "Reference has %zu children", c.count);
	if (read_transforms(c.at[0], shape->form, a, &out->prefixes, e) != 0 ||
	    read_method(c.at[1], "DigestMethod", a, &digest, &none, e) != 0 ||
	    sig_expect(c.at[2], ENV_DS, "DigestValue", "", e) != 0)
		return -1;
	out->digest = sig_digest_by_uri(digest);
	if (out->digest == NULL || out->digest->kin != shape->suite->digest->kin)
		return err_set(
		    e, ERR_SIG_ALGORITHM, "digest %.100s with %s", digest, shape->suite->name);
	return read_digest_value(c.at[2], out->digest, a, &out->value, e);
}

static int
read_suite(
    const struct dom_node *method, struct arena *a, const struct sig_suite **out, struct err *e)
{
	const char *uri, *none;

	if (read_method(method, "SignatureMethod", a, &uri, &none, e) != 0)
		return -1;
	if ((*out = sig_suite_by_uri(uri)) == NULL)
		return err_set(e, ERR_SIG_ALGORITHM, "SignatureMethod %.100s", uri);
	return 0;
}

static int
read_signed_info(const struct dom_node *node, struct arena *a, struct sig_shape *out, struct err *e)
{
	size_t most = out->form == SIG_FORM_TRANSPORT ? SIG_MOST_REFERENCES : 1;
	struct sig_children c;

	out->signed_info = node;
	if (sig_expect(node, ENV_DS, "SignedInfo", "Id", e) != 0 || sig_children(node, &c, e) != 0)
		return -1;
	if (c.count < 3 || c.count - 2 > most)
		return err_set(e, ERR_SIG_STRUCTURE, "SignedInfo has %zu children", c.count);
	if (read_c14n(c.at[0], "CanonicalizationMethod", out->form, a, &out->prefixes, e) != 0 ||
	    read_suite(c.at[1], a, &out->suite, e) != 0)
		return -1;
	for (size_t i = 2; i < c.count; i++)
		if (read_reference(c.at[i], out, a, &out->references[out->reference_count++], e) !=
		    0)
			return -1;
	return 0;
}

int
sig_read_shape(const struct dom_node *signature, enum sig_form form, struct arena *a,
    struct sig_shape *out, struct err *e)
{
	struct sig_children c;

	*out = (struct sig_shape){.form = form, .signature = signature};
	if (sig_expect(signature, ENV_DS, "Signature", "Id", e) != 0 ||
	    sig_children(signature, &c, e) != 0)
		return -1;
	/* no Object, no Manifest, nothing before SignedInfo */
	if (c.count == 2)
		return err_set(e, ERR_SIG_KEYINFO, "Signature without KeyInfo");
	if (c.count != 3)
		return err_set(e, ERR_SIG_STRUCTURE, "Signature has %zu children", c.count);
	if (read_signed_info(c.at[0], a, out, e) != 0 ||
	    sig_expect(c.at[1], ENV_DS, "SignatureValue", "Id", e) != 0 ||
	    read_base64(c.at[1], a, &out->value, e) != 0)
		return -1;
	out->key_info = c.at[2];
	return sig_expect(out->key_info, ENV_DS, "KeyInfo", "Id", e);
}

/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The payload in data: prefix, business signature, placement, escaping (shep.md 4.2).
 *
 * Every change is made before the signature that covers it, and nothing is written anew behind it.
 */
#include "config.h"

#include <string.h>

#include "run/letter.h"

#define STRING_TYPE "xmlns:xsi=\"" ENV_XSI "\" xmlns:xs=\"" ENV_XS "\" xsi:type=\"xs:string\""
#define PAYLOAD_MOST ((size_t)64 * 1024 * 1024)

static int
join(struct arena *a, struct octets *out, struct err *e, size_t count, const struct octets *parts)
{
	unsigned char *to;
	size_t len = 0;

	for (size_t i = 0; i < count; i++)
		len += parts[i].len;
	if ((to = arena_alloc(a, len + 1)) == NULL)
		return err_set(e, ERR_NOMEM, "payload");
	*out = (struct octets){to, len};
	for (size_t i = 0; i < count; i++) {
		if (parts[i].len > 0)
			memcpy(to, parts[i].data, parts[i].len);
		to += parts[i].len;
	}
	return 0;
}

/* As one document without XML declaration, with the prefix that the profile wants. */
static int
normalise(const struct route_profile *p, struct octets payload, struct arena *a, struct octets *out,
    struct err *e)
{
	struct dom_limits limits = dom_default_limits;
	struct dom *doc = NULL;
	bool plain = strcmp(p->prefix, "default") == 0;
	int rc = -1;

	limits.octets = PAYLOAD_MOST;
	if (dom_parse(payload, &limits, &doc, e) != 0)
		return -1;
	if (p->prefix[0] == '\0' || dom_set_prefix(doc, plain ? "" : p->prefix, e) == 0)
		rc = dom_write(dom_root(doc), a, out, e);
	dom_free(doc);
	return rc;
}

/* Where the first tag's ">" is; values in it stand in double quotes and may hold one. */
static size_t
end_of_tag(struct octets d)
{
	bool quoted = false;
	size_t i = 0;

	while (i < d.len && (quoted || d.data[i] != '>'))
		quoted ^= d.data[i++] == '"';
	return i;
}

/* The document's root as data itself: its attributes, and what stands in it. */
static int
open_root(struct octets d, struct arena *a, struct octets *attributes, struct octets *content,
    struct err *e)
{
	size_t end = end_of_tag(d), name = 1, last = d.len;
	bool empty = end > 0 && d.data[end - 1] == '/';

	while (name < end - empty && d.data[name] != ' ')
		name++;
	while (last > 0 && d.data[last - 1] != '<')
		last--;
	*attributes = (struct octets){d.data + name, end - empty - name};
	*content = (struct octets){NULL, 0};
	if (!empty && last > end + 2)
		*content = (struct octets){d.data + end + 1, last - 1 - (end + 1)};
	const char *text =
	    arena_printf(a, "%.*s", (int)attributes->len, (const char *)attributes->data);
	if (text == NULL)
		return err_set(e, ERR_NOMEM, "data");
	if (strstr(text, " xmlns=\"") != NULL)
		return err_set(e, ERR_CONFIG,
		    "a payload in a default namespace cannot stand as data: the profile needs a "
		    "prefix");
	*attributes = octets_of(text);
	return 0;
}

/* data as a document of its own, signed; its tags, which the codec writes, come off again. */
static int
sign_data(const struct pki_identity *identity, struct octets attributes, struct octets *content,
    struct arena *a, struct err *e)
{
	const struct octets parts[] = {
	    octets_of("<data"), attributes, octets_of(">"), *content, octets_of("</data>")};
	size_t before = parts[0].len + attributes.len + parts[2].len;
	struct octets whole;

	if (join(a, &whole, e, sizeof(parts) / sizeof(parts[0]), parts) != 0 ||
	    sig_sign_document(whole, identity, a, &whole, e) != 0)
		return -1;
	*content = (struct octets){whole.data + before, whole.len - before - parts[4].len};
	return 0;
}

/* CDATA ends at its first "]]>", so that is written across two of them. */
static int
write_cdata(struct octets text, struct arena *a, struct octets *out, struct err *e)
{
	static const char open[] = "<![CDATA[", split[] = "]]]]><![CDATA[>";
	static const unsigned char close[] = {']', ']', '>'};
	size_t most = text.len + sizeof(open) + sizeof(close), n = 0;

	for (size_t i = 0; i + 3 <= text.len; i++)
		most += memcmp(text.data + i, close, 3) == 0 ? sizeof(split) : 0;
	unsigned char *to = arena_alloc(a, most);
	if (to == NULL)
		return err_set(e, ERR_NOMEM, "CDATA");
	*out = (struct octets){to, 0};
	memcpy(to, open, n = sizeof(open) - 1);
	for (size_t i = 0; i < text.len; i++) {
		if (i + 3 <= text.len && memcmp(text.data + i, close, 3) == 0) {
			memcpy(to + n, split, sizeof(split) - 1);
			n += sizeof(split) - 1;
			i += 2;
		} else {
			to[n++] = text.data[i];
		}
	}
	memcpy(to + n, close, sizeof(close));
	out->len = n + 3;
	return 0;
}

static int
place_text(const struct route_profile *p, struct octets document, struct arena *a,
    struct msg_content *out, struct err *e)
{
	out->attributes = STRING_TYPE;
	return p->cdata ? write_cdata(document, a, &out->octets, e)
			: env_escape(document, a, &out->octets, e);
}

int
run_letter_place(const struct route_profile *p, const struct pki_identity *identity,
    struct octets payload, struct arena *a, struct msg_content *out, struct err *e)
{
	struct octets document, attributes = {NULL, 0};

	*out = (struct msg_content){{NULL, 0}, NULL};
	if (normalise(p, payload, a, &document, e) != 0 ||
	    (p->signs == ROUTE_SIGNS_ROOT &&
		sig_sign_document(document, identity, a, &document, e) != 0))
		return -1;
	if (p->placement == ROUTE_TEXT)
		return place_text(p, document, a, out, e);
	out->octets = document;
	if (p->placement == ROUTE_DATA && open_root(document, a, &attributes, &out->octets, e) != 0)
		return -1;
	if (p->signs == ROUTE_SIGNS_DATA &&
	    sign_data(identity, attributes, &out->octets, a, e) != 0)
		return -1;
	if (attributes.len > 0)
		out->attributes = (const char *)attributes.data + 1; /* without its first space */
	return 0;
}

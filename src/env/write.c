/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Reply envelopes as octets, with the prefixes that partners search for literally (shep.md 4.1).
 *
 * Text joined to text: nothing is serialised twice, so what is signed is what is sent.
 */
#include "config.h"

#include <string.h>

#include "base/utf8.h"
#include "env/env.h"

#define HEAD                                                                                       \
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<soap:Envelope xmlns:soap=\"" ENV_SOAP "\">"
#define SIGNED_BODY                                                                                \
	"<soap:Header>" ENV_SIGNATURE_PLACE "</soap:Header>"                                       \
	"<soap:Body xmlns:wsu=\"" ENV_WSU "\" wsu:Id=\""

/* what every resolver reads alike. */
static bool
is_plain_id(const char *id)
{
	static const char first[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
	static const char rest[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789.-";
	size_t len = strlen(id);

	return len > 0 && len <= 128 && strspn(id, first) > 0 && strspn(id, rest) == len;
}

int
env_write(struct octets operation, const char *body_id, struct arena *arena, struct octets *out,
    struct err *e)
{
	const struct octets head = octets_of(HEAD),
			    tail = octets_of("</soap:Body></soap:Envelope>");

	*out = (struct octets){NULL, 0};
	if (body_id == NULL) {
		const struct octets plain[] = {head, octets_of("<soap:Body>"), operation, tail};

		return arena_join(arena, plain, sizeof(plain) / sizeof(plain[0]), out, e);
	}
	if (!is_plain_id(body_id))
		return err_set(e, ERR_INTERNAL, "\"%.40s\" is no Id", body_id);
	const struct octets with_place[] = {
	    head, octets_of(SIGNED_BODY), octets_of(body_id), octets_of("\">"), operation, tail};
	return arena_join(arena, with_place, sizeof(with_place) / sizeof(with_place[0]), out, e);
}

int
env_write_fault(const struct env_fault *f, struct arena *arena, struct octets *out, struct err *e)
{
	struct octets code, text;

	*out = (struct octets){NULL, 0};
	if (env_escape(octets_of(f->faultcode), arena, &code, e) != 0 ||
	    env_escape(octets_of(f->faultstring), arena, &text, e) != 0)
		return -1;
	const struct octets pieces[] = {
	    octets_of(f->bare ? "<soap:Fault><faultcode>" : "<soap:Fault><faultcode>soap:"), code,
	    octets_of("</faultcode><faultstring>"), text, octets_of("</faultstring>"),
	    octets_of(f->detail.len > 0 ? "<detail>" : ""), f->detail,
	    octets_of(f->detail.len > 0 ? "</detail></soap:Fault>" : "</soap:Fault>")};
	return arena_join(arena, pieces, sizeof(pieces) / sizeof(pieces[0]), out, e);
}

/* What stands for the character at p, which is *n octets long. */
static struct octets
spell(const unsigned char *p, size_t left, size_t *n)
{
	size_t length = utf8_length(p, left);

	*n = length == 0 ? 1 : length;
	switch (*p) {
	case '&':
		return octets_of("&amp;");
	case '<':
		return octets_of("&lt;");
	case '>':
		return octets_of("&gt;");
	case '"':
		return octets_of("&quot;");
	case '\r':
		return octets_of("&#13;");
	case '\t':
	case '\n':
		return (struct octets){p, 1};
	default:
		if (length == 0 || *p < 0x20 || utf8_is_nonchar(p, length))
			return octets_of("\xEF\xBF\xBD");
		return (struct octets){p, length};
	}
}

/* Writes to `into`, or only counts when that is NULL. */
static size_t
escape(struct octets text, unsigned char *into)
{
	size_t len = 0, n;

	for (size_t i = 0; i < text.len; i += n) {
		struct octets piece = spell(text.data + i, text.len - i, &n);

		if (into != NULL)
			memcpy(into + len, piece.data, piece.len);
		len += piece.len;
	}
	return len;
}

int
env_escape(struct octets text, struct arena *arena, struct octets *out, struct err *e)
{
	unsigned char *into = arena_alloc(arena, escape(text, NULL) + 1);

	*out = (struct octets){NULL, 0};
	if (into == NULL)
		return err_set(e, ERR_NOMEM, "text of %zu octets", text.len);
	*out = (struct octets){into, escape(text, into)};
	return 0;
}

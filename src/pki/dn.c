/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Names as text against names in certificates: the same set of RDNs, whatever their order.
 *
 * Partners write issuer names as RFC 2253, RFC 4514 or RFC 1779 text, first or last RDN first, with
 * names of attributes of their own taste (shep.md 4.1). Values are compared as RFC 5280 7.1 has it
 * and OpenSSL does it: as UTF-8 whatever their type, white space as one space, ASCII without case.
 */
#include "config.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <openssl/err.h>
#include <openssl/objects.h>

#include "pki/inner.h"

enum {
	OID_TEXT = 64,
	DN_PARTS = 32, /* attributes of one name */
	DN_TEXT = 4096 /* octets of all its values */
};

struct part {
	char oid[OID_TEXT];
	const char *value;
	size_t len;
	int rdn; /* those with the same number stand in one RDN */
};

struct name {
	struct part part[DN_PARTS];
	size_t n;
	char text[DN_TEXT];
	size_t used;
};

static const struct {
	const char *name, *oid;
} attributes[] = {
    {"CN", "2.5.4.3"},
    {"SN", "2.5.4.4"},
    {"SURNAME", "2.5.4.4"},
    {"SERIALNUMBER", "2.5.4.5"},
    {"C", "2.5.4.6"},
    {"L", "2.5.4.7"},
    {"ST", "2.5.4.8"},
    {"S", "2.5.4.8"},
    {"STREET", "2.5.4.9"},
    {"O", "2.5.4.10"},
    {"OU", "2.5.4.11"},
    {"T", "2.5.4.12"},
    {"TITLE", "2.5.4.12"},
    {"BUSINESSCATEGORY", "2.5.4.15"},
    {"G", "2.5.4.42"},
    {"GN", "2.5.4.42"},
    {"GIVENNAME", "2.5.4.42"},
    {"UID", "0.9.2342.19200300.100.1.1"},
    {"POSTALCODE", "2.5.4.17"},
    {"INITIALS", "2.5.4.43"},
    {"GENERATION", "2.5.4.44"},
    {"DNQ", "2.5.4.46"},
    {"DNQUALIFIER", "2.5.4.46"},
    {"ORGANIZATIONIDENTIFIER", "2.5.4.97"},
    {"DC", "0.9.2342.19200300.100.1.25"},
    {"E", "1.2.840.113549.1.9.1"},
    {"EMAIL", "1.2.840.113549.1.9.1"},
    {"EMAILADDRESS", "1.2.840.113549.1.9.1"},
};

static const char white[] = " \t\r\n";

static bool
put(struct name *n, char c)
{
	if (n->used == sizeof(n->text))
		return false;
	n->text[n->used++] = c;
	return true;
}

static bool
is_white(char c)
{
	return c != '\0' && strchr(white, c) != NULL;
}

/* Without the spaces round it. */
static void
trim(struct part *part)
{
	while (part->len > 0 && is_white(part->value[0]))
		part->value++, part->len--;
	while (part->len > 0 && is_white(part->value[part->len - 1]))
		part->len--;
}

/* The next character of a value without case, all white space in a row as one space. */
static int
next_folded(const struct part *part, size_t *at)
{
	char c = part->value[(*at)++];

	if (!is_white(c))
		return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
	while (*at < part->len && is_white(part->value[*at]))
		++*at;
	return ' ';
}

static bool
same_value(const struct part *a, const struct part *b)
{
	size_t i = 0, j = 0;

	while (i < a->len && j < b->len)
		if (next_folded(a, &i) != next_folded(b, &j))
			return false;
	return i == a->len && j == b->len;
}

/* The dotted OID of a name of an attribute, of OID.1.2.3, or of 1.2.3 itself; NULL when it is none.
 */
static const char *
oid_of(const char *type)
{
	for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++)
		if (strcasecmp(type, attributes[i].name) == 0)
			return attributes[i].oid;
	if (strncasecmp(type, "OID.", 4) == 0)
		type += 4;
	return isdigit((unsigned char)type[0]) && type[strspn(type, "0123456789.")] == '\0' ? type
											    : NULL;
}

static bool
read_type(const char **at, char oid[OID_TEXT])
{
	const char *p = *at, *found;
	size_t n = strcspn(p, "=,+;\"\\#<>");
	char type[OID_TEXT];

	if (p[n] != '=')
		return false;
	*at = p + n + 1;
	while (n > 0 && p[n - 1] == ' ')
		n--;
	if (n >= sizeof(type))
		return false;
	memcpy(type, p, n);
	type[n] = '\0';
	found = oid_of(type);
	return found != NULL && snprintf(oid, OID_TEXT, "%s", found) < OID_TEXT;
}

static int
hex_pair(const char *p)
{
	static const char digits[] = "0123456789abcdef";
	int value = 0;

	for (int i = 0; i < 2; i++) {
		const char *d = p[i] != '\0' ? strchr(digits, tolower((unsigned char)p[i])) : NULL;
		if (d == NULL)
			return -1;
		value = value * 16 + (int)(d - digits);
	}
	return value;
}

/* The octets of a string in BER, given as #hex (RFC 4514 2.4), as UTF-8 text of the name. */
static bool
read_hex(const char **at, struct name *n)
{
	unsigned char ber[512], *text = NULL;
	const unsigned char *p = ber;
	long len = 0;
	ASN1_TYPE *value;
	int octets = -1;

	for (int c; (c = hex_pair(*at)) >= 0; *at += 2) {
		if (len == (long)sizeof(ber))
			return false;
		ber[len++] = (unsigned char)c;
	}
	value = d2i_ASN1_TYPE(NULL, &p, len);
	if (value != NULL && p == ber + len &&
	    ASN1_tag2bit(ASN1_TYPE_get(value)) & (B_ASN1_DIRECTORYSTRING | B_ASN1_IA5STRING))
		octets = ASN1_STRING_to_UTF8(&text, value->value.asn1_string);
	if (octets >= 0 && (size_t)octets <= sizeof(n->text) - n->used) {
		memcpy(n->text + n->used, text, (size_t)octets);
		n->used += (size_t)octets;
	} else {
		octets = -1;
	}
	OPENSSL_free(text);
	ASN1_TYPE_free(value);
	return octets >= 0;
}

/* \, and the like, or \C3 (RFC 4514 2.4). */
static bool
read_escape(const char **at, struct name *n)
{
	int octet = hex_pair(*at);

	if (octet > 0) {
		*at += 2;
		return put(n, (char)octet);
	}
	return **at != '\0' && strchr(" \"#+,;<=>\\", **at) != NULL && put(n, *(*at)++);
}

static bool
read_quoted(const char **at, struct name *n)
{
	while (**at != '"') {
		if (**at == '\0')
			return false;
		if (**at == '\\') {
			(*at)++;
			if (!read_escape(at, n))
				return false;
		} else if (!put(n, *(*at)++)) {
			return false;
		}
	}
	(*at)++;
	return true;
}

/* Up to a separator. An escaped space at the end belongs to the value, bare white space does not:
 * writers break long names over lines. */
static bool
read_bare(const char **at, struct name *n)
{
	size_t end = n->used;

	while (**at != '\0' && strchr(",;+", **at) == NULL) {
		char c = *(*at)++;
		if (c == '"')
			return false;
		if (c == '\\' ? !read_escape(at, n) : !put(n, c))
			return false;
		if (strchr(white, c) == NULL)
			end = n->used;
	}
	n->used = end;
	return true;
}

static bool
read_value(const char **at, struct name *n)
{
	if (**at != '#' && **at != '"')
		return read_bare(at, n);
	bool quoted = *(*at)++ == '"';
	if (!(quoted ? read_quoted(at, n) : read_hex(at, n)))
		return false;
	*at += strspn(*at, white);
	return true;
}

static bool
read_text(const char *text, struct name *n)
{
	int rdn = 0;

	for (;;) {
		if (n->n == DN_PARTS)
			return false;
		struct part *part = &n->part[n->n++];
		text += strspn(text, white);
		if (!read_type(&text, part->oid))
			return false;
		text += strspn(text, white);
		part->rdn = rdn;
		part->value = n->text + n->used;
		if (!read_value(&text, n))
			return false;
		part->len = (size_t)(n->text + n->used - part->value);
		trim(part);
		if (*text == '\0')
			return true;
		rdn += *text == '+' ? 0 : 1;
		if (strchr(",;+", *text++) == NULL)
			return false;
	}
}

static bool
read_entry(const X509_NAME_ENTRY *entry, struct name *n)
{
	struct part *part = &n->part[n->n++];
	unsigned char *text = NULL;
	int len = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(entry));
	bool fits = len >= 0 && (size_t)len <= sizeof(n->text) - n->used;

	if (fits) {
		OBJ_obj2txt(part->oid, sizeof(part->oid), X509_NAME_ENTRY_get_object(entry), 1);
		part->rdn = X509_NAME_ENTRY_set(entry);
		part->value = memcpy(n->text + n->used, text, (size_t)len);
		part->len = (size_t)len;
		n->used += part->len;
		trim(part);
	}
	OPENSSL_free(text);
	return fits;
}

static bool
read_name(const X509_NAME *name, struct name *n)
{
	int entries = X509_NAME_entry_count(name);

	if (entries > DN_PARTS)
		return false;
	for (int i = 0; i < entries; i++)
		if (!read_entry(X509_NAME_get_entry(name, i), n))
			return false;
	return true;
}

/* Each attribute finds one of its own, and two that share an RDN here share one there; asked both
 * ways it is equality. */
static bool
same(const struct name *a, const struct name *b)
{
	int rdn[DN_PARTS];
	bool taken[DN_PARTS] = {false};

	if (a->n != b->n)
		return false;
	memset(rdn, -1, sizeof(rdn));
	for (size_t i = 0; i < a->n; i++) {
		const struct part *x = &a->part[i];
		size_t j = 0;
		for (; j < b->n; j++) {
			const struct part *y = &b->part[j];
			if (!taken[j] && strcmp(x->oid, y->oid) == 0 && same_value(x, y) &&
			    (rdn[x->rdn] < 0 || rdn[x->rdn] == y->rdn))
				break;
		}
		if (j == b->n)
			return false;
		taken[j] = true;
		rdn[x->rdn] = b->part[j].rdn;
	}
	return true;
}

bool
pki_name_is(const X509_NAME *name, const char *text)
{
	struct name theirs = {0}, ours = {0};
	bool is = read_text(text, &theirs) && read_name(name, &ours) && same(&theirs, &ours) &&
		  same(&ours, &theirs);

	ERR_clear_error();
	return is;
}

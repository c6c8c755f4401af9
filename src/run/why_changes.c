/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What is tried, in order: the commonest first, because the first that holds is told.
 */
#include "config.h"

#include <string.h>

#include "dom/retouch.h"
#include "run/why.h"
#include "run/why_octets.h"

#define BOM "\xEF\xBB\xBF"

/* --- the message ------------------------------------------------------------------------------ */

/* Its UTF-8 was taken for `how` on the way: back, octet for octet. */
static bool
misread(struct octets in, const char *how, struct arena *a, struct octets *out)
{
	return why_convert(in, "UTF-8", how, a, out);
}

/* The signer took UTF-8 for `how`, and somebody has repaired it since. */
static bool
repaired(struct octets in, const char *how, struct arena *a, struct octets *out)
{
	return why_convert(in, how, "UTF-8", a, out);
}

static bool
unescape_markup(struct octets in, const char *how, struct arena *a, struct octets *out)
{
	struct octets half;

	(void)how;
	*out = in;
	if (why_replace(in, "&lt;", "<", a, &half))
		*out = half;
	if (why_replace(*out, "&gt;", ">", a, &half))
		*out = half;
	return !octets_equal(in, *out);
}

const struct why_change why_messages[] = {
    {WHY_LINE_ENDS, "", why_drop_cr, NULL, "CR references were added"},
    {WHY_ENCODING, "CP1251", misread, NULL, "UTF-8 was read as CP1251"},
    {WHY_ENCODING, "CP1252", misread, NULL, "UTF-8 was read as CP1252"},
    {WHY_ENCODING, "ISO-8859-1", misread, NULL, "UTF-8 was read as ISO-8859-1"},
    {WHY_ENCODING, "KOI8-R", misread, NULL, "UTF-8 was read as KOI8-R"},
    {WHY_ENCODING, "CP866", misread, NULL, "UTF-8 was read as CP866"},
    {WHY_ENCODING, "CP1251", repaired, NULL, "the signer read UTF-8 as CP1251"},
    {WHY_ENCODING, "CP1252", repaired, NULL, "the signer read UTF-8 as CP1252"},
    {WHY_ENCODING, "ISO-8859-1", repaired, NULL, "the signer read UTF-8 as ISO-8859-1"},
    {WHY_ENCODING, "KOI8-R", repaired, NULL, "the signer read UTF-8 as KOI8-R"},
    {WHY_UNICODE, "NFC", why_unicode, NULL, "signed as NFC"},
    {WHY_UNICODE, "NFD", why_unicode, NULL, "signed as NFD"},
    {WHY_ESCAPING, "", why_unescape_once, NULL, "escaped once more"},
    {WHY_ESCAPING, "", unescape_markup, NULL, "markup was escaped into text"},
    {WHY_NONE, NULL, NULL, NULL, NULL}};

/* --- the tree --------------------------------------------------------------------------------- */

static unsigned
depth_of(const struct dom_node *n)
{
	unsigned depth = 0;

	while ((n = dom_parent(n)) != NULL)
		depth++;
	return depth;
}

static bool
strip(const struct sig_probe *p, const char *how)
{
	(void)how;
	dom_respace(p->target, NULL, 0);
	return true;
}

/* As deep as it stands in the message. */
static bool
indent(const struct sig_probe *p, const char *how)
{
	dom_respace(p->target, how, depth_of(p->target));
	return true;
}

/* As a document of its own. */
static bool
indent_alone(const struct sig_probe *p, const char *how)
{
	if (depth_of(p->target) == 0)
		return false;
	dom_respace(p->target, how, 0);
	return true;
}

static bool
beside_signature(const struct sig_probe *p, const char *how)
{
	(void)how;
	if (p->leave_out != NULL)
		dom_respace_beside(p->leave_out);
	return p->leave_out != NULL;
}

static bool
trim(const struct sig_probe *p, const char *how)
{
	(void)how;
	dom_trim(p->target);
	return true;
}

static const struct {
	const char *prefix, *ns;
} common[] = {{"xsi", ENV_XSI}, {"xsd", ENV_XS}, {"xs", ENV_XS}, {"soap", ENV_SOAP},
    {"soapenv", ENV_SOAP}, {"SOAP-ENV", ENV_SOAP}, {"S", ENV_SOAP}, {"s", ENV_SOAP},
    {"wsu", ENV_WSU}, {"wsse", ENV_WSSE}, {"ds", ENV_DS}, {"ns2", CODEC_SYNC_TYPES},
    {"typ", CODEC_SYNC_TYPES}};
#define COMMON (sizeof(common) / sizeof(common[0]))

static bool
declare_one(struct dom_node *target, const char *prefix, size_t len)
{
	for (size_t i = 0; i < COMMON; i++)
		if (strlen(common[i].prefix) == len && strncmp(common[i].prefix, prefix, len) == 0)
			return dom_declare(target, common[i].prefix, common[i].ns);
	return false;
}

/* Blank-separated prefixes out of the table. */
static bool
declare(const struct sig_probe *p, const char *how)
{
	for (const char *at = how; *at != '\0'; at += strspn(at, " ")) {
		size_t len = strcspn(at, " ");
		if (!declare_one(p->target, at, len))
			return false;
		at += len;
	}
	return true;
}

static bool
undeclare(const struct sig_probe *p, const char *how)
{
	(void)how;
	return dom_undeclare_unused(p->target);
}

static bool
drop_wsu_id(const struct sig_probe *p, const char *how)
{
	(void)how;
	return dom_drop_attribute(p->target, ENV_WSU, "Id", false);
}

static bool
drop_plain(const struct sig_probe *p, const char *how)
{
	return dom_drop_attribute(p->target, "", how, true);
}

static bool
drop_xsi(const struct sig_probe *p, const char *how)
{
	return dom_drop_attribute(p->target, ENV_XSI, how, true);
}

static bool
drop_encoding_style(const struct sig_probe *p, const char *how)
{
	return dom_drop_attribute(p->target, ENV_SOAP, how, true);
}

const struct why_change why_trees[] = {
    {WHY_RESPACED, "", NULL, beside_signature, "white space was put beside the Signature"},
    {WHY_RESPACED, "", NULL, strip, "white space was added"},
    {WHY_RESPACED, "  ", NULL, indent, "the signer indented by 2"},
    {WHY_RESPACED, "  ", NULL, indent_alone, "the signer indented by 2"},
    {WHY_RESPACED, "    ", NULL, indent, "the signer indented by 4"},
    {WHY_RESPACED, "    ", NULL, indent_alone, "the signer indented by 4"},
    {WHY_RESPACED, "\t", NULL, indent, "the signer indented by tabs"},
    {WHY_RESPACED, "\t", NULL, indent_alone, "the signer indented by tabs"},
    {WHY_RESPACED, "   ", NULL, indent, "the signer indented by 3"},
    {WHY_RESPACED, " ", NULL, indent, "the signer indented by 1"},
    {WHY_RESPACED, "", NULL, indent, "the signer wrote a line an element"},
    {WHY_TRIMMED, "", NULL, trim, ""}, {WHY_NAMESPACE, "xsi", NULL, declare, NULL},
    {WHY_NAMESPACE, "xsd", NULL, declare, NULL}, {WHY_NAMESPACE, "xs", NULL, declare, NULL},
    {WHY_NAMESPACE, "soap", NULL, declare, NULL}, {WHY_NAMESPACE, "soapenv", NULL, declare, NULL},
    {WHY_NAMESPACE, "SOAP-ENV", NULL, declare, NULL}, {WHY_NAMESPACE, "S", NULL, declare, NULL},
    {WHY_NAMESPACE, "s", NULL, declare, NULL}, {WHY_NAMESPACE, "wsu", NULL, declare, NULL},
    {WHY_NAMESPACE, "ds", NULL, declare, NULL}, {WHY_NAMESPACE, "ns2", NULL, declare, NULL},
    {WHY_NAMESPACE, "typ", NULL, declare, NULL}, {WHY_NAMESPACE, "xsi xsd", NULL, declare, NULL},
    {WHY_NAMESPACE, "xsi xs", NULL, declare, NULL},
    {WHY_NAMESPACE, "soap xsi xsd", NULL, declare, NULL},
    {WHY_NAMESPACE, "soap xsi xs", NULL, declare, NULL},
    {WHY_NAMESPACE, "soap wsu", NULL, declare, NULL},
    {WHY_NAMESPACE, "soapenv typ", NULL, declare, NULL},
    {WHY_NAMESPACE, "soap wsse wsu", NULL, declare, NULL},
    {WHY_NAMESPACE_ADDED, "", NULL, undeclare, "one that no name uses"},
    {WHY_ATTRIBUTES, "", NULL, drop_wsu_id, "wsu:Id"},
    {WHY_ATTRIBUTES, "Id", NULL, drop_plain, NULL},
    {WHY_ATTRIBUTES, "type", NULL, drop_xsi, "xsi:type"},
    {WHY_ATTRIBUTES, "nil", NULL, drop_xsi, "xsi:nil"},
    {WHY_ATTRIBUTES, "schemaLocation", NULL, drop_xsi, "xsi:schemaLocation"},
    {WHY_ATTRIBUTES, "encodingStyle", NULL, drop_encoding_style, NULL},
    {WHY_NONE, NULL, NULL, NULL, NULL}};

/* --- the canonical form ----------------------------------------------------------------------- */

static bool
in_charset(struct octets in, const char *how, struct arena *a, struct octets *out)
{
	return why_convert(in, "UTF-8", how, a, out);
}

static bool
crlf(struct octets in, const char *how, struct arena *a, struct octets *out)
{
	return why_replace(in, "\n", how, a, out);
}

static bool
behind(struct octets in, const char *how, struct arena *a, struct octets *out)
{
	return why_put_around(in, "", how, a, out);
}

static bool
before(struct octets in, const char *how, struct arena *a, struct octets *out)
{
	return why_put_around(in, how, "", a, out);
}

static bool
plain_gt(struct octets in, const char *how, struct arena *a, struct octets *out)
{
	return why_replace(in, "&gt;", how, a, out);
}

#define DECLARED(rest) "<?xml version=\"1.0\" " rest "?>"

const struct why_change why_forms[] = {
    {WHY_LINE_ENDS, "\r\n", crlf, NULL, "CRLF was signed as two octets"},
    {WHY_LINE_ENDS, "&#xD;\n", crlf, NULL, "CRLF was signed, LF was sent"},
    {WHY_LINE_ENDS, "", why_drop_cr, NULL, "CR references were added"},
    {WHY_CHARSET, "CP1251", in_charset, NULL, NULL},
    {WHY_CHARSET, "RK1048", in_charset, NULL, "KZ-1048"},
    {WHY_CHARSET, "KOI8-R", in_charset, NULL, NULL}, {WHY_CHARSET, "CP866", in_charset, NULL, NULL},
    {WHY_CHARSET, "UTF-16LE", in_charset, NULL, NULL},
    {WHY_CHARSET, "UTF-16BE", in_charset, NULL, NULL}, {WHY_BOM, BOM, before, NULL, ""},
    {WHY_DECLARATION, DECLARED("encoding=\"UTF-8\""), before, NULL, NULL},
    {WHY_DECLARATION, DECLARED("encoding=\"UTF-8\"") "\n", before, NULL, NULL},
    {WHY_DECLARATION, DECLARED("encoding=\"utf-8\""), before, NULL, NULL},
    {WHY_DECLARATION, DECLARED("encoding=\"utf-8\"") "\n", before, NULL, NULL},
    {WHY_DECLARATION, DECLARED("encoding=\"utf-8\"") "\r\n", before, NULL, NULL},
    {WHY_DECLARATION, DECLARED("encoding=\"UTF-8\" standalone=\"no\""), before, NULL, NULL},
    {WHY_DECLARATION, DECLARED("encoding=\"UTF-8\" standalone=\"yes\""), before, NULL, NULL},
    {WHY_END, "\n", behind, NULL, "LF behind"}, {WHY_END, "\r\n", behind, NULL, "CRLF behind"},
    {WHY_END, "\n", before, NULL, "LF before"},
    {WHY_ESCAPING, "&amp;", why_respell, NULL, "escaped once less than signed"},
    {WHY_WRITTEN, "/>", why_empty_tags, NULL, "empty elements as one tag"},
    {WHY_WRITTEN, " />", why_empty_tags, NULL, "empty elements as one tag"},
    {WHY_WRITTEN, "'", why_respell, NULL, "attributes in apostrophes"},
    {WHY_WRITTEN, "&quot;", why_respell, NULL, "quotes in text were escaped"},
    {WHY_WRITTEN, "&quot; &apos;", why_respell, NULL, "quotes in text were escaped"},
    {WHY_WRITTEN, ">", plain_gt, NULL, "> in text was not escaped"},
    {WHY_NONE, NULL, NULL, NULL, NULL}};

/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The table of known deviations: what real partners send although the contract has it otherwise
 * (shep.md 1.4), how it shows in the verified tree, and what becomes of it.
 *
 * Some show only while the elements are walked, and form.c notes them: order, empty properties, an
 * empty answer.
 */
#include "config.h"

#include <string.h>

#include "codec/form.h"

#define XSI "http://www.w3.org/2001/XMLSchema-instance"
#define XS "http://www.w3.org/2001/XMLSchema"

struct sight {
	const struct form_values *values;
	const char *session; /* NULL = no such element */
	const struct dom_node *data;
	bool typed;
	const char *type_ns,
	    *type_name; /* of xsi:type; ns "" when its prefix is bound to nothing */
};

static bool
data_qualified(const struct sight *s)
{
	return s->data != NULL && *dom_ns(s->data) != '\0';
}

static bool
data_type_unknown(const struct sight *s)
{
	return s->typed && strcmp(s->type_ns, XS) != 0;
}

static bool
data_string_with_children(const struct sight *s)
{
	return s->typed && strcmp(s->type_ns, XS) == 0 && strcmp(s->type_name, "string") == 0 &&
	       dom_first(s->data) != NULL;
}

static bool
session_without_braces(const struct sight *s)
{
	return s->session != NULL && form_is_guid(s->session, false);
}

static bool
session_empty(const struct sight *s)
{
	return s->session != NULL && *s->session == '\0';
}

static bool
is_there(const struct form_values *v, enum form_slot slot)
{
	const char *text = form_text(v, slot);

	return text[strspn(text, " \t\r\n")] != '\0';
}

static bool
is_request(const struct form_values *v)
{
	return strcmp(form_text(v, FORM_TYPE), "REQUEST") == 0;
}

static bool
message_id_filled(const struct sight *s)
{
	return s->values->info != NULL && s->values->to_gateway &&
	       is_there(s->values, FORM_MESSAGE_ID);
}

static bool
correlation_filled(const struct sight *s)
{
	return s->values->info != NULL && s->values->to_gateway && is_request(s->values) &&
	       is_there(s->values, FORM_CORRELATION_ID);
}

static bool
correlation_empty(const struct sight *s)
{
	return s->values->info != NULL && !s->values->to_gateway &&
	       !is_there(s->values, FORM_CORRELATION_ID);
}

static const struct deviation {
	enum codec_deviation bit;
	const char *name;
	bool (*seen)(const struct sight *); /* NULL: form.c sees it */
					    /* what becomes of it */
} deviations[] = {
    /* found by its local name */
    {CODEC_DATA_QUALIFIED, "data-qualified", data_qualified},
    /* never used to choose a reader: exc-C14N does not cover what the prefix is bound to (4.3) */
    {CODEC_DATA_TYPE_UNKNOWN, "data-type-unknown", data_type_unknown},
    /* the children are the payload */
    {CODEC_DATA_STRING_WITH_CHILDREN, "data-string-with-children", data_string_with_children},
    /* kept as received; answered with braces */
    {CODEC_SESSION_WITHOUT_BRACES, "session-without-braces", session_without_braces},
    /* as if it were not there */
    {CODEC_SESSION_EMPTY, "session-empty", session_empty},
    /* left out */
    {CODEC_PROPERTY_EMPTY, "property-empty", NULL},
    /* read in any order */
    {CODEC_OUT_OF_ORDER, "out-of-order", NULL},
    /* kept as received: a repeat is known by it; the gateway's own number is another */
    {CODEC_MESSAGE_ID_FILLED, "message-id-filled", message_id_filled},
    /* kept as received */
    {CODEC_CORRELATION_FILLED, "correlation-filled", correlation_filled},
    /* delivered all the same: what it belongs to is for the handler to find */
    {CODEC_CORRELATION_EMPTY, "correlation-empty", correlation_empty},
    /* the message was taken */
    {CODEC_ANSWER_EMPTY, "answer-empty", NULL},
};

const char *
codec_deviation_name(unsigned one_bit)
{
	for (size_t i = 0; i < sizeof(deviations) / sizeof(deviations[0]); i++)
		if (deviations[i].bit == one_bit)
			return deviations[i].name;
	return NULL;
}

static bool
is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* shep.md 1.2: \{8-4-4-4-12 hex\} */
bool
form_is_guid(const char *text, bool braces)
{
	static const char shape[] = "{xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx}";
	size_t from = braces ? 0 : 1, len = sizeof(shape) - 1 - 2 * from;

	if (strlen(text) != len)
		return false;
	for (size_t i = 0; i < len; i++)
		if (shape[from + i] == 'x' ? !is_hex(text[i]) : text[i] != shape[from + i])
			return false;
	return true;
}

static int
look_at_type(struct sight *s, struct arena *arena, struct err *e)
{
	const char *type = dom_attribute(s->data, XSI, "type", arena), *colon, *ns;
	char *prefix;

	if (type == NULL)
		return 0;
	colon = strchr(type, ':');
	prefix = arena_strdup(arena, type);
	if (prefix == NULL)
		return err_set(e, ERR_NOMEM, "xsi:type of data");
	prefix[colon == NULL ? 0 : colon - type] = '\0';
	ns = dom_lookup_prefix(s->data, prefix);
	s->typed = true;
	s->type_ns = ns == NULL ? "" : ns;
	s->type_name = colon == NULL ? type : colon + 1;
	return 0;
}

/* The ids are the gateway's: what it delivers has a messageId, what it gets says which chain it
 * continues (shep.md 1.2). */
static int
check_ids(const struct form_values *v, struct arena *arena, struct err *e)
{
	const char *missing = NULL, *path;

	if (v->info == NULL)
		return 0;
	if (!v->to_gateway && !is_there(v, FORM_MESSAGE_ID))
		missing = "messageId: is empty in a message that is delivered";
	else if (v->to_gateway && !is_request(v) && !is_there(v, FORM_CORRELATION_ID))
		missing = "correlationId: is empty in a message that is no REQUEST";
	if (missing == NULL)
		return 0;
	path = dom_path(v->info, arena);
	return err_tell(e, ERR_MSG_FORMAT, "%s/%s", path == NULL ? "" : path, missing);
}

int
form_find_deviations(struct form_values *v, struct arena *arena, struct err *e)
{
	struct sight s = {
	    .values = v, .session = (const char *)v->value[FORM_SESSION_ID].data, .data = v->data};
	const char *path;

	if (check_ids(v, arena, e) != 0)
		return -1;
	if (s.data != NULL && look_at_type(&s, arena, e) != 0)
		return -1;
	for (size_t i = 0; i < sizeof(deviations) / sizeof(deviations[0]); i++)
		if (deviations[i].seen != NULL && deviations[i].seen(&s))
			v->deviations |= deviations[i].bit;
	if (s.session == NULL || form_is_guid(s.session, true) ||
	    (v->deviations & (CODEC_SESSION_EMPTY | CODEC_SESSION_WITHOUT_BRACES)) != 0)
		return 0;
	path = dom_path(v->session, arena);
	return err_tell(e, ERR_MSG_FORMAT, "%s: is no guid", path == NULL ? "sessionId" : path);
}

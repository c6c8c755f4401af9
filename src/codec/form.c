/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A table of each element's children and one walk over it; see form.h.
 *
 * Order is let go (a known deviation), everything else is held. Names come before values: a message
 * that lacks an element is told its path.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "codec/form.h"

#define FORM_MOST 8 /* children that one element may have by name */
#define XSI "http://www.w3.org/2001/XMLSchema-instance"

struct walk {
	struct arena *arena;
	struct form_values *values;
};

struct form {
	const char *name;
	int (*take)(struct walk *, const struct dom_node *, const struct form *, struct err *);
	const struct form *inside; /* of a group */
	size_t count;
	size_t characters; /* of a text, at most; 0 = as many as the document may hold */
	unsigned least, most;
	enum form_slot slot; /* of a text */
	bool filled;	     /* a text that must not be empty */
	bool any_namespace;  /* known deviation */
};

static int take_text(struct walk *, const struct dom_node *, const struct form *, struct err *);
static int take_group(struct walk *, const struct dom_node *, const struct form *, struct err *);
static int take_property(struct walk *, const struct dom_node *, const struct form *, struct err *);
static int take_data(struct walk *, const struct dom_node *, const struct form *, struct err *);

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))
#define GROUP(n, children)                                                                         \
	{                                                                                          \
		.name = (n), .least = 1, .most = 1, .take = take_group, .inside = (children),      \
		.count = LENGTH(children)                                                          \
	}
#define KEY(n, s)                                                                                  \
	{                                                                                          \
		.name = (n), .least = 1, .most = 1, .take = take_text, .slot = (s),                \
		.characters = CODEC_ID_MOST, .filled = true                                        \
	}
#define OPTIONAL(n, s)                                                                             \
	{                                                                                          \
		.name = (n), .least = 0, .most = 1, .take = take_text, .slot = (s),                \
		.characters = CODEC_ID_MOST                                                        \
	}

static const struct form sender[] = {
    KEY("senderId", FORM_SENDER_ID),
    OPTIONAL("password", FORM_PASSWORD),
};

static const struct form data[] = {
    {.name = "data", .least = 0, .most = 1, .take = take_data, .any_namespace = true},
};

static const struct form request_info[] = {
    KEY("messageId", FORM_MESSAGE_ID),
    OPTIONAL("correlationId", FORM_CORRELATION_ID),
    KEY("serviceId", FORM_SERVICE_ID),
    KEY("messageDate", FORM_DATE),
    OPTIONAL("routeId", FORM_ROUTE_ID),
    GROUP("sender", sender),
    {.name = "properties", .least = 0, .most = CODEC_PROPERTIES_MOST, .take = take_property},
    OPTIONAL("sessionId", FORM_SESSION_ID),
};

static const struct form request[] = {
    GROUP("requestInfo", request_info),
    GROUP("requestData", data),
};

static const struct form send_message[] = {GROUP("request", request)};

static const struct form status[] = {
    KEY("code", FORM_STATUS_CODE),
    {.name = "message", .least = 1, .most = 1, .take = take_text, .slot = FORM_STATUS_MESSAGE},
};

static const struct form response_info[] = {
    KEY("messageId", FORM_MESSAGE_ID),
    OPTIONAL("correlationId", FORM_CORRELATION_ID),
    KEY("responseDate", FORM_DATE),
    GROUP("status", status),
    OPTIONAL("sessionId", FORM_SESSION_ID),
};

static const struct form response[] = {
    GROUP("responseInfo", response_info),
    GROUP("responseData", data),
};

static const struct form send_message_response[] = {GROUP("response", response)};

static int
refuse(struct walk *w, const struct dom_node *n, const char *what, struct err *e)
{
	const char *path = dom_path(n, w->arena);

	return err_tell(e, ERR_MSG_FORMAT, "%s: %s", path == NULL ? dom_name(n) : path, what);
}

static int
refuse_child(struct walk *w, const struct dom_node *parent, const char *child, const char *what,
    struct err *e)
{
	const char *path = dom_path(parent, w->arena);

	return err_tell(e, ERR_MSG_FORMAT, "%s/%s: %s", path == NULL ? "" : path, child, what);
}

static bool
is_nil(const struct dom_node *n, struct arena *arena)
{
	const char *nil = dom_attribute(n, XSI, "nil", arena);

	return nil != NULL && (strcmp(nil, "true") == 0 || strcmp(nil, "1") == 0);
}

static bool
is_blank(struct octets o)
{
	for (size_t i = 0; i < o.len; i++)
		if (strchr(" \t\r\n", o.data[i]) == NULL)
			return false;
	return true;
}

size_t
form_characters(struct octets text)
{
	size_t n = 0;

	for (size_t i = 0; i < text.len; i++)
		n += (text.data[i] & 0xC0) != 0x80;
	return n;
}

static int
read_text(struct walk *w, const struct dom_node *n, size_t most, struct octets *out, struct err *e)
{
	char what[48];

	if (dom_text(n, w->arena, out, e) != 0)
		return -1;
	if (most > 0 && form_characters(*out) > most) {
		snprintf(what, sizeof(what), "longer than %zu characters", most);
		return refuse(w, n, what, e);
	}
	return 0;
}

static int
take_text(struct walk *w, const struct dom_node *n, const struct form *f, struct err *e)
{
	struct octets *value = &w->values->value[f->slot];

	if (read_text(w, n, f->characters, value, e) != 0)
		return -1;
	return f->filled && is_blank(*value) ? refuse(w, n, "is empty", e) : 0;
}

static int
take_data(struct walk *w, const struct dom_node *n, const struct form *f, struct err *e)
{
	(void)f;
	(void)e;
	w->values->data = n;
	return 0;
}

static size_t
find(const struct form *forms, size_t count, const struct dom_node *n)
{
	size_t i = 0;

	while (i < count && !(strcmp(forms[i].name, dom_name(n)) == 0 &&
				(forms[i].any_namespace || *dom_ns(n) == '\0')))
		i++;
	return i;
}

static int
check_missing(struct walk *w, const struct dom_node *parent, const struct form *forms, size_t count,
    const unsigned *seen, struct err *e)
{
	for (size_t i = 0; i < count; i++)
		if (seen[i] < forms[i].least)
			return refuse_child(w, parent, forms[i].name, "is missing", e);
	return 0;
}

static int
check_child(
    struct walk *w, const struct dom_node *n, const struct form *f, unsigned seen, struct err *e)
{
	if (seen > f->most)
		return refuse(w, n, "occurs too often", e);
	if (f->take != take_data && is_nil(n, w->arena))
		return refuse(w, n, "must not be nil", e);
	return f->take(w, n, f, e);
}

static int
check_children(struct walk *w, const struct dom_node *parent, const struct form *forms,
    size_t count, struct err *e)
{
	unsigned seen[FORM_MOST] = {0};
	size_t i, last = 0;

	if (dom_has_text(parent))
		return refuse(w, parent, "has text between its elements", e);
	for (const struct dom_node *n = dom_first(parent); n != NULL; n = dom_next(n)) {
		if ((i = find(forms, count, n)) == count)
			return refuse(w, n,
			    *dom_ns(n) == '\0' ? "is not expected here"
					       : "is in a namespace where the contract has none",
			    e);
		if (i < last)
			w->values->deviations |= CODEC_OUT_OF_ORDER;
		last = i;
		if (check_child(w, n, &forms[i], ++seen[i], e) != 0)
			return -1;
	}
	return check_missing(w, parent, forms, count, seen, e);
}

static int
take_group(struct walk *w, const struct dom_node *n, const struct form *f, struct err *e)
{
	return check_children(w, n, f->inside, f->count, e);
}

/* { key 1 string(0..30), value 1 string(0..500) }; an empty one is a known deviation and left out.
 */
static int
take_property(struct walk *w, const struct dom_node *n, const struct form *f, struct err *e)
{
	struct msg_property *p = &w->values->properties[w->values->property_count];
	const struct dom_node *key = dom_child(n, "", "key"), *value = dom_child(n, "", "value");
	struct octets k, v;

	(void)f;
	if (dom_first(n) == NULL && !dom_has_text(n)) {
		w->values->deviations |= CODEC_PROPERTY_EMPTY;
		return 0;
	}
	if (key == NULL || value == NULL)
		return refuse_child(w, n, key == NULL ? "key" : "value", "is missing", e);
	if (dom_has_text(n) || dom_next(dom_next(dom_first(n))) != NULL)
		return refuse(w, n, "holds more than key and value", e);
	if (is_nil(key, w->arena) || is_nil(value, w->arena))
		return refuse(w, n, "must not be nil", e);
	if (read_text(w, key, 30, &k, e) != 0 || read_text(w, value, 500, &v, e) != 0)
		return -1;
	if (dom_first(n) != key)
		w->values->deviations |= CODEC_OUT_OF_ORDER;
	p->key = (const char *)k.data;
	p->value = (const char *)v.data;
	w->values->property_count++;
	return 0;
}

static int
check_operation(const struct dom_node *body, const char *name, const struct form *forms,
    size_t count, struct arena *arena, struct form_values *out, struct err *e)
{
	struct walk w = {arena, out};
	const struct dom_node *operation = dom_first(body);

	memset(out, 0, sizeof(*out));
	if (operation == NULL || dom_next(operation) != NULL) {
		refuse(&w, body, "must hold exactly one operation", e);
		return err_rule(e, "R-05");
	}
	if (!dom_is(operation, CODEC_SYNC_TYPES, name)) {
		err_tell(e, ERR_MSG_FORMAT, "{%s}%s is not {%s}%s", dom_ns(operation),
		    dom_name(operation), CODEC_SYNC_TYPES, name);
		return err_rule(e, "R-04");
	}
	if (check_children(&w, operation, forms, count, e) != 0)
		return -1;
	return form_find_deviations(out, arena, e);
}

int
form_check_request(
    const struct dom_node *body, struct arena *arena, struct form_values *out, struct err *e)
{
	return check_operation(
	    body, "SendMessage", send_message, LENGTH(send_message), arena, out, e);
}

int
form_check_response(
    const struct dom_node *body, struct arena *arena, struct form_values *out, struct err *e)
{
	return check_operation(body, "SendMessageResponse", send_message_response,
	    LENGTH(send_message_response), arena, out, e);
}

const char *
form_text(const struct form_values *v, enum form_slot slot)
{
	return v->value[slot].data == NULL ? "" : (const char *)v->value[slot].data;
}

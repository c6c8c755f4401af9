/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The one walk over the tables of form_table.c; see form.h.
 *
 * Order is let go (a known deviation), everything else is held. Names come before values: a message
 * that lacks an element is told its path.
 */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/form_table.h"

#define XSI "http://www.w3.org/2001/XMLSchema-instance"

struct walk {
	struct arena *arena;
	struct form_values *values; /* of the level */
};

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

	if (f->slot == FORM_SESSION_ID)
		w->values->session = n;
	if (read_text(w, n, f->characters, value, e) != 0)
		return -1;
	return f->filled && is_blank(*value) ? refuse(w, n, "is empty", e) : 0;
}

int
form_choice(const char *const *names, const char *text)
{
	for (int i = 0; names[i] != NULL; i++)
		if (strcmp(names[i], text) == 0)
			return i + 1;
	return 0;
}

static int
take_choice(struct walk *w, const struct dom_node *n, const struct form *f, struct err *e)
{
	if (take_text(w, n, f, e) != 0)
		return -1;
	return form_choice(f->choices, form_text(w->values, f->slot)) == 0
		   ? refuse(w, n, "is none of the values that it may have", e)
		   : 0;
}

/* The text without white space around it, in the arena, or NULL. */
static const char *
trim(const char *text, struct arena *arena)
{
	size_t from = strspn(text, " \t\r\n"), len = strlen(text + from);

	while (len > 0 && strchr(" \t\r\n", text[from + len - 1]) != NULL)
		len--;
	return arena_string(arena, (struct octets){(const unsigned char *)text + from, len});
}

/* xs:dateTime's white space collapses; date without time, and time without offset, are let in
 * (shep.md 5.4). */
static int
take_instant(struct walk *w, const struct dom_node *n, const struct form *f, struct err *e)
{
	const char *trimmed;

	if (take_text(w, n, f, e) != 0)
		return -1;
	if ((trimmed = trim(form_text(w->values, f->slot), w->arena)) == NULL)
		return err_set(e, ERR_NOMEM, "%s", f->name);
	return clock_read(trimmed, &w->values->date[f->slot]) ? 0
							      : refuse(w, n, "is no dateTime", e);
}

bool
form_number(const char *text, int *out)
{
	char *end;
	long n;

	errno = 0;
	n = strtol(text, &end, 10);
	if (end == text || end[strspn(end, " \t\r\n")] != '\0' || errno != 0 || n < 0 ||
	    n > INT_MAX)
		return false;
	*out = (int)n;
	return true;
}

static int
take_count(struct walk *w, const struct dom_node *n, const struct form *f, struct err *e)
{
	int number;

	if (take_text(w, n, f, e) != 0)
		return -1;
	return form_number(form_text(w->values, f->slot), &number)
		   ? 0
		   : refuse(w, n, "is no number from 0 on", e);
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

static int take(struct walk *, const struct dom_node *, const struct form *, struct err *);

static int
check_child(
    struct walk *w, const struct dom_node *n, const struct form *f, unsigned seen, struct err *e)
{
	if (seen > f->most)
		return refuse(w, n, "occurs too often", e);
	if (f->kind != FORM_DATA && is_nil(n, w->arena))
		return refuse(w, n, "must not be nil", e);
	return take(w, n, f, e);
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

/* Elements of a level of their own: an error, one message of several. */
static int
take_level(struct walk *w, const struct dom_node *n, const struct form *f, struct form_values **out,
    struct err *e)
{
	struct walk below = {w->arena, arena_alloc(w->arena, sizeof(*below.values))};

	if ((*out = below.values) == NULL)
		return err_set(e, ERR_NOMEM, "%s", f->name);
	memset(below.values, 0, sizeof(*below.values));
	if (check_children(&below, n, f->inside, f->count, e) != 0 ||
	    form_find_deviations(below.values, w->arena, e) != 0)
		return -1;
	w->values->deviations |= below.values->deviations;
	return 0;
}

static int
take_message(struct walk *w, const struct dom_node *n, const struct form *f, struct err *e)
{
	struct form_values *v = w->values;

	if (v->append == NULL)
		v->append = &v->messages;
	if (take_level(w, n, f, v->append, e) != 0)
		return -1;
	v->append = &(*v->append)->next;
	v->message_count++;
	return 0;
}

/* { key 1 string(0..30), value 1 string(0..500) }; an empty one is a known deviation and left out.
 */
static int
take_property(struct walk *w, const struct dom_node *n, struct err *e)
{
	struct msg_property *p = &w->values->properties[w->values->property_count];
	const struct dom_node *key = dom_child(n, "", "key"), *value = dom_child(n, "", "value");
	struct octets k, v;

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
take(struct walk *w, const struct dom_node *n, const struct form *f, struct err *e)
{
	switch (f->kind) {
	case FORM_TEXT:
		return take_text(w, n, f, e);
	case FORM_CHOICE:
		return take_choice(w, n, f, e);
	case FORM_INSTANT:
		return take_instant(w, n, f, e);
	case FORM_COUNT:
		return take_count(w, n, f, e);
	case FORM_INFO:
		w->values->info = n;
		return check_children(w, n, f->inside, f->count, e);
	case FORM_GROUP:
		return check_children(w, n, f->inside, f->count, e);
	case FORM_ERROR:
		return take_level(w, n, f, &w->values->error, e);
	case FORM_MESSAGE:
		return take_message(w, n, f, e);
	case FORM_PROPERTY:
		return take_property(w, n, e);
	case FORM_DATA:
		w->values->data = n;
		return 0;
	}
	return err_set(e, ERR_INTERNAL, "%s is of no kind", f->name);
}

static const struct form_shape *
shape_of(const struct form_operation *o, bool answer)
{
	return answer ? &o->answer : &o->request;
}

/* The wanted operation that the element is, or NULL. *only is set when no other could be. */
static const struct form_operation *
find_operation(const struct form_wanted *wanted, const struct dom_node *operation,
    const struct form_operation **only)
{
	size_t possible = 0;

	for (size_t i = 0; i < form_operation_count; i++) {
		const struct form_operation *o = &form_operations[i];

		if ((o->channels & 1u << wanted->channel) == 0 ||
		    (wanted->operation != MSG_NO_OPERATION && wanted->operation != o->operation))
			continue;
		if (dom_is(operation, o->ns, shape_of(o, wanted->answer)->name))
			return o;
		*only = possible++ == 0 ? o : NULL;
	}
	return NULL;
}

static int
refuse_operation(const struct form_wanted *wanted, const struct dom_node *operation,
    const struct form_operation *only, struct err *e)
{
	const char *ns = dom_ns(operation), *name = dom_name(operation);

	if (only != NULL)
		err_tell(e, ERR_MSG_FORMAT, "{%s}%s is not {%s}%s", ns, name, only->ns,
		    shape_of(only, wanted->answer)->name);
	else
		err_tell(e, ERR_MSG_FORMAT, "{%s}%s is no operation of this channel", ns, name);
	return err_rule(e, "R-04");
}

enum msg_operation
codec_operation(enum msg_channel channel, const struct dom_node *body)
{
	const struct form_wanted wanted = {.channel = channel};
	const struct dom_node *operation = dom_first(body);
	const struct form_operation *only = NULL,
				    *o = operation == NULL || dom_next(operation) != NULL
					     ? NULL
					     : find_operation(&wanted, operation, &only);

	return o == NULL ? MSG_NO_OPERATION : o->operation;
}

int
form_check(const struct form_wanted *wanted, const struct dom_node *body, struct arena *arena,
    struct form_values *out, struct err *e)
{
	struct walk w = {arena, out};
	const struct dom_node *operation = dom_first(body);
	const struct form_operation *o, *only = NULL;

	memset(out, 0, sizeof(*out));
	if (operation == NULL || dom_next(operation) != NULL) {
		refuse(&w, body, "must hold exactly one operation", e);
		return err_rule(e, "R-05");
	}
	if ((o = find_operation(wanted, operation, &only)) == NULL)
		return refuse_operation(wanted, operation, only, e);
	out->operation = o->operation;
	out->to_gateway = wanted->channel == MSG_ASYNC && !wanted->answer;
	if (wanted->answer && o->may_be_empty && dom_first(operation) == NULL &&
	    !dom_has_text(operation)) {
		out->is_empty = true;
		out->deviations = CODEC_ANSWER_EMPTY;
		return 0;
	}
	if (check_children(&w, operation, &shape_of(o, wanted->answer)->inside, 1, e) != 0)
		return -1;
	return form_find_deviations(out, arena, e);
}

const char *
form_text(const struct form_values *v, enum form_slot slot)
{
	return v->value[slot].data == NULL ? "" : (const char *)v->value[slot].data;
}

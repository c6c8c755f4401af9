/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See fill.h.
 */
#include "config.h"

#include <string.h>

#include "codec/fill.h"
#include "codec/form.h"
#include "codec/text.h"

/* shep.md 1.2 */
#define PROPERTY_KEY_MOST 30
#define PROPERTY_VALUE_MOST 500

#define NIL_UUID "{00000000-0000-0000-0000-000000000000}" /* RFC 9562 5.9 */

char *
fill_lend(const char *text)
{
	union {
		const char *in;
		char *out;
	} u = {.in = text};

	return u.out;
}

void *
fill_alloc(struct fill *f, size_t size)
{
	void *p = arena_alloc(f->arena, size);

	if (p == NULL)
		f->failed = true;
	else
		memset(p, 0, size);
	return p;
}

char *
fill_text(struct fill *f, const char *text, size_t most)
{
	const char *clean = text_clean(f->arena, text, most);

	if (clean == NULL) {
		f->failed = true;
		clean = "";
	}
	f->size += strlen(clean);
	return fill_lend(clean);
}

char *
fill_optional(struct fill *f, const char *text)
{
	return text == NULL || *text == '\0' ? NULL : fill_text(f, text, 0);
}

char *
fill_session(struct fill *f, const char *text)
{
	return fill_optional(f, text_guid(f->arena, text));
}

char *
fill_session_always(struct fill *f, const char *text)
{
	char *session = fill_session(f, text);

	return session == NULL ? fill_lend(NIL_UUID) : session;
}

char *
fill_date(struct fill *f, struct instant date)
{
	char *text = fill_alloc(f, CLOCK_TEXT);

	return text == NULL ? NULL : fill_lend(clock_write(date, text));
}

struct codec_data
fill_data(struct fill *f, struct octets content, const char *attributes)
{
	struct codec_data d = {(const char *)content.data, content.len, NULL};

	f->size += content.len;
	if (attributes != NULL && *attributes != '\0') {
		f->size += strlen(attributes) + 1;
		if ((d.attributes = arena_printf(f->arena, " %s", attributes)) == NULL)
			f->failed = true;
	}
	return d;
}

struct common__SenderInfo *
fill_sender(struct fill *f, struct msg_sender sender)
{
	struct common__SenderInfo *s = fill_alloc(f, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->senderId = fill_text(f, sender.sender_id, 0);
	s->password = fill_optional(f, sender.password);
	return s;
}

struct common__ErrorInfo *
fill_error(struct fill *f, const struct msg_fault *error)
{
	struct common__ErrorInfo *first = NULL, **to = &first;

	for (; error != NULL; error = error->sub, to = &(*to)->subError) {
		if ((*to = fill_alloc(f, sizeof(**to))) == NULL)
			return NULL;
		(*to)->errorCode = fill_text(f, error->code, 0);
		(*to)->errorMessage = fill_text(f, error->message, 0);
		(*to)->errorData = fill_optional(f, error->data);
		(*to)->errorDate = fill_date(f, error->date);
		(*to)->sessionId = fill_session(f, error->session_id);
	}
	return first;
}

int
fill_properties(struct fill *f, const struct msg_property *properties, size_t count,
    struct common__Property **out, int *out_count, struct err *e)
{
	struct common__Property *p;

	*out_count = 0;
	*out = NULL;
	if (count > CODEC_PROPERTIES_MOST)
		return err_set(e, ERR_INTERNAL, "%zu properties", count);
	if (count == 0)
		return 0;
	if ((p = fill_alloc(f, count * sizeof(*p))) == NULL)
		return err_set(e, ERR_NOMEM, "properties");
	for (size_t i = 0; i < count; i++) {
		p[i].key = fill_text(f, properties[i].key, 0);
		p[i].value = fill_text(f, properties[i].value, 0);
		if (form_characters(octets_of(p[i].key)) > PROPERTY_KEY_MOST ||
		    form_characters(octets_of(p[i].value)) > PROPERTY_VALUE_MOST)
			return err_set(e, ERR_INTERNAL, "property %s is too long", p[i].key);
	}
	*out = p;
	*out_count = (int)count;
	return 0;
}

int
fill_write(
    struct codec *c, struct wire_job job, const struct fill *f, struct octets *out, struct err *e)
{
	*out = (struct octets){NULL, 0};
	if (f->failed)
		return err_set(e, ERR_NOMEM, "texts of a message");
	job.size = f->size + f->size / 8; /* some are escaped */
	return wire_write(c, &job, f->arena, out, e);
}

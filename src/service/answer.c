/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See answer.h.
 */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "service/answer.h"

#define PREFIX "hq"
#define NAMESPACE "urn:shepd:hq:1"
#define DONE "00000"

/* --- violations --------------------------------------------------------------------------------
 */

void
service_violations_init(struct service_violations *v, struct arena *a)
{
	*v = (struct service_violations){.arena = a};
	v->end = &v->first;
}

void
service_violate(struct service_violations *v, enum err_code code, const struct rules_text *about,
    const char *path, ...)
{
	struct service_violation *one = arena_alloc(v->arena, sizeof(*one));
	char text[200];
	va_list ap;

	va_start(ap, path);
	vsnprintf(text, sizeof(text), path, ap);
	va_end(ap);
	if (one == NULL || (one->path = arena_strdup(v->arena, text)) == NULL) {
		v->no_memory = true;
		return;
	}
	one->code = code;
	one->about = about;
	*v->end = one;
	v->end = &one->next;
}

bool
service_violated(const struct service_violations *v)
{
	return v->first != NULL || v->no_memory;
}

enum err_code
service_violations_code(const struct service_violations *v, enum err_code mixed)
{
	if (v->first == NULL)
		return mixed;
	for (const struct service_violation *one = v->first; one != NULL; one = one->next)
		if (one->code != v->first->code)
			return mixed;
	return v->first->code;
}

/* --- XML ---------------------------------------------------------------------------------------
 */

static void
append(struct answer *w, const char *data, size_t n)
{
	if (n > w->size - w->length) {
		size_t size = (w->length + n) * 2;
		char *larger = arena_alloc(w->arena, size);

		if (larger == NULL) {
			w->no_memory = true;
			return;
		}
		if (w->length > 0)
			memcpy(larger, w->text, w->length);
		w->text = larger;
		w->size = size;
	}
	memcpy(w->text + w->length, data, n);
	w->length += n;
}

static void
add(struct answer *w, const char *text)
{
	append(w, text, strlen(text));
}

static const char *
escape_of(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	default:
		return "&#xD;";
	}
}

static void
escape(struct answer *w, const char *text)
{
	for (;;) {
		size_t plain = strcspn(text, "&<>\r");

		append(w, text, plain);
		text += plain;
		if (*text == '\0')
			return;
		add(w, escape_of(*text++));
	}
}

void
answer_open(struct answer *w, const char *name)
{
	add(w, "<" PREFIX ":");
	add(w, name);
	add(w, ">");
}

void
answer_close(struct answer *w, const char *name)
{
	add(w, "</" PREFIX ":");
	add(w, name);
	add(w, ">");
}

void
answer_put(struct answer *w, const char *name, const char *text)
{
	answer_open(w, name);
	escape(w, text);
	answer_close(w, name);
}

void
answer_begin(
    struct answer *w, struct arena *a, const char *root, enum err_code code, struct instant now)
{
	const struct err_row *row = err_row(code);
	char text[CLOCK_TEXT];

	*w = (struct answer){.arena = a, .root = root};
	add(w, "<" PREFIX ":");
	add(w, root);
	add(w, " xmlns:" PREFIX "=\"" NAMESPACE "\">");
	answer_open(w, "messageResult");
	answer_put(w, "code", code == ERR_OK ? DONE : row->wire);
	answer_put(w, "nameRu", row->text[ERR_RU]);
	answer_put(w, "nameKz", row->text[ERR_KK]);
	answer_put(w, "changeDate", clock_write(now, text));
	answer_close(w, "messageResult");
}

/* "A required document is missing: Identity document" */
static void
put_about(struct answer *w, const char *name, const char *text, const char *about)
{
	answer_open(w, name);
	escape(w, text);
	if (about != NULL) {
		add(w, ": ");
		escape(w, about);
	}
	answer_close(w, name);
}

void
answer_put_violations(struct answer *w, const struct service_violations *v)
{
	if (v->no_memory)
		w->no_memory = true;
	if (v->first == NULL)
		return;
	answer_open(w, "violations");
	for (const struct service_violation *one = v->first; one != NULL; one = one->next) {
		const struct err_row *row = err_row(one->code);
		const struct rules_text *about = one->about;

		answer_open(w, "violation");
		answer_put(w, "path", one->path);
		answer_put(w, "code", row->wire);
		put_about(w, "textKk", row->text[ERR_KK], about != NULL ? about->kk : NULL);
		put_about(w, "textRu", row->text[ERR_RU], about != NULL ? about->ru : NULL);
		put_about(w, "textEn", row->text[ERR_EN], about != NULL ? about->en : NULL);
		answer_close(w, "violation");
	}
	answer_close(w, "violations");
}

int
answer_finish(struct answer *w, enum err_code code, struct service_answer *out, struct err *e)
{
	answer_close(w, w->root);
	if (w->no_memory)
		return err_set(e, ERR_NOMEM, "answer");
	out->payload = (struct octets){(const unsigned char *)w->text, w->length};
	out->code = code;
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The table behind err.h, and the first-error-wins rule.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"

static const struct err_row rows[ERR_CODES] = {
    [ERR_OK] = {"OK", ERR_CLASS_TRADE, "SCSS001", "SCSS001", "", 200, "",
	{"Message has been processed successfully", "Сообщение успешно обработано",
	    "Хабарлама сәтті өңделді"}},
#define X(code, class, wire, wire_business, fault, http, rule, en, ru, kk)                         \
	[ERR_##code] = {                                                                           \
	    #code, ERR_CLASS_##class, wire, wire_business, fault, http, rule, {en, ru, kk}},
#include "base/err.def"
#undef X
};

/* Cuts at the last whole UTF-8 character, so that a cut text is still text. */
static void
cut_utf8(char *text)
{
	size_t n = strlen(text), i = n;

	while (i > 0 && n - i < 4 && ((unsigned char)text[i - 1] & 0xC0) == 0x80)
		i--;
	if (i == 0)
		return;
	unsigned char lead = (unsigned char)text[i - 1];
	size_t want = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
	if (n - i + 1 < want)
		text[i - 1] = '\0';
}

static void PRINTF(3, 0) put(char *into, size_t size, const char *format, va_list ap)
{
	if (vsnprintf(into, size, format, ap) >= (int)size)
		cut_utf8(into);
}

/* False when there is an error already: the first one wins. */
static bool
begin(struct err *e, enum err_code code, const char *where)
{
	if (e->code != ERR_OK)
		return false;
	e->code = code;
	e->where = where;
	return true;
}

int
err_set_at(struct err *e, enum err_code code, const char *where, const char *format, ...)
{
	va_list ap;

	if (!begin(e, code, where))
		return -1;
	va_start(ap, format);
	put(e->detail, sizeof(e->detail), format, ap);
	va_end(ap);
	return -1;
}

int
err_tell_at(struct err *e, enum err_code code, const char *where, const char *format, ...)
{
	va_list ap;

	if (!begin(e, code, where))
		return -1;
	va_start(ap, format);
	put(e->detail, sizeof(e->detail), format, ap);
	va_end(ap);
	va_start(ap, format);
	put(e->public_, sizeof(e->public_), format, ap);
	va_end(ap);
	return -1;
}

int
err_at(struct err *e, const char *context)
{
	char was[sizeof(e->detail)];

	memcpy(was, e->detail, sizeof(was));
	if (snprintf(e->detail, sizeof(e->detail), "%s: %s", context, was) >=
	    (int)sizeof(e->detail))
		cut_utf8(e->detail);
	return -1;
}

int
err_rule(struct err *e, const char *rule)
{
	if (e->rule == NULL && err_row(e->code)->class == ERR_CLASS_PEER)
		e->rule = rule;
	return -1;
}

const char *
err_rule_of(const struct err *e)
{
	return e->rule != NULL ? e->rule : err_row(e->code)->rule;
}

void
err_clear(struct err *e)
{
	memset(e, 0, sizeof(*e));
}

const struct err_row *
err_row(enum err_code code)
{
	return &rows[code < ERR_CODES ? code : ERR_INTERNAL];
}

const char *
err_wire(const struct err *e)
{
	const struct err_row *row = err_row(e->code);

	return e->level == ERR_BUSINESS && row->wire_business[0] != '\0' ? row->wire_business
									 : row->wire;
}

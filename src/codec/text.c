/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See text.h. Characters are counted, not octets: a limit must not cut a Kazakh letter in two.
 */
#include "config.h"

#include <stdbool.h>
#include <string.h>

#include "codec/form.h"
#include "codec/text.h"

static bool
follows(const unsigned char *s, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if ((s[i] & 0xC0) != 0x80)
			return false;
	return true;
}

/* Octets of the XML character at s, which is NUL-terminated; 0 = there is none. RFC 3629 without
 * surrogates and overlong forms; XML 1.0, production 2. */
static size_t
character(const unsigned char *s)
{
	if (s[0] < 0x80)
		return s[0] >= 0x20 || s[0] == '\t' || s[0] == '\n' || s[0] == '\r' ? 1 : 0;
	if (s[0] >= 0xC2 && s[0] <= 0xDF)
		return follows(s, 2) ? 2 : 0;
	if ((s[0] & 0xF0) == 0xE0) {
		if (!follows(s, 3) || (s[0] == 0xE0 && s[1] < 0xA0) ||
		    (s[0] == 0xED && s[1] > 0x9F) || (s[0] == 0xEF && s[1] == 0xBF && s[2] > 0xBD))
			return 0;
		return 3;
	}
	if (s[0] < 0xF0 || s[0] > 0xF4 || !follows(s, 4) || (s[0] == 0xF0 && s[1] < 0x90) ||
	    (s[0] == 0xF4 && s[1] > 0x8F))
		return 0;
	return 4;
}

static bool
is_clean(const char *text, size_t most)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t n, count = 0;

	while (*s != '\0') {
		if ((n = character(s)) == 0)
			return false;
		s += n;
		count++;
	}
	return most == 0 || count <= most;
}

const char *
text_clean(struct arena *arena, const char *text, size_t most)
{
	if (text == NULL)
		return "";
	if (is_clean(text, most))
		return text;
	const unsigned char *s = (const unsigned char *)text;
	char *copy = arena_alloc(arena, 3 * strlen(text) + 1), *to = copy;

	for (size_t count = 0; copy != NULL && *s != '\0' && (most == 0 || count < most); count++) {
		size_t n = character(s);

		if (n == 0) {
			to = stpcpy(to, "\xEF\xBF\xBD");
			s++;
		} else {
			to = mempcpy(to, s, n);
			s += n;
		}
	}
	return copy;
}

const char *
text_guid(struct arena *arena, const char *text)
{
	if (text == NULL)
		return NULL;
	if (form_is_guid(text, true))
		return text;
	return form_is_guid(text, false) ? arena_printf(arena, "{%s}", text) : NULL;
}

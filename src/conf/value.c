/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * One value of the table: its default, its type, its range.
 *
 * The field is found by the row's offset, so no key has code of its own here.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "conf/room.h"

struct list {
	const char *const *items;
	size_t count;
};
/* PATHS and STRINGS rows are written as one struct list. */
_Static_assert(offsetof(struct conf_sender, certificate_count) ==
		   offsetof(struct conf_sender, certificates) + offsetof(struct list, count),
    "the count follows the pointer");
_Static_assert(offsetof(struct conf_sender, tls_certificate_count) ==
		   offsetof(struct conf_sender, tls_certificates) + offsetof(struct list, count),
    "the count follows the pointer");
_Static_assert(offsetof(struct conf_service, caller_count) ==
		   offsetof(struct conf_service, callers) + offsetof(struct list, count),
    "the count follows the pointer");
_Static_assert(offsetof(struct conf_service, algorithm_count) ==
		   offsetof(struct conf_service, algorithms) + offsetof(struct list, count),
    "the count follows the pointer");
_Static_assert(offsetof(struct conf_receiver, certificate_count) ==
		   offsetof(struct conf_receiver, certificates) + offsetof(struct list, count),
    "the count follows the pointer");
_Static_assert(offsetof(struct conf, trust.policy_count) ==
		   offsetof(struct conf, trust.policies) + offsetof(struct list, count),
    "the count follows the pointer");
_Static_assert(offsetof(struct conf, trust.algorithm_count) ==
		   offsetof(struct conf, trust.algorithms) + offsetof(struct list, count),
    "the count follows the pointer");

static void *
field_of(const struct conf_row *row, void *base)
{
	return (char *)base + row->offset;
}

void
conf_put_default(struct conf_reader *r, const struct conf_row *row, void *base)
{
	const char *value = row->key.value != NULL ? row->key.value : "";

	switch (row->type) {
	case CONF_STRING:
	case CONF_CHOICE:
	case CONF_PATH:
		*(const char **)field_of(row, base) = conf_copy(r, value);
		break;
	case CONF_NUMBER:
		*(unsigned *)field_of(row, base) = (unsigned)strtoul(value, NULL, 10);
		break;
	case CONF_BOOL:
		*(bool *)field_of(row, base) = strcmp(value, "true") == 0;
		break;
	case CONF_STRINGS:
	case CONF_PATHS:
		memcpy(field_of(row, base), &(struct list){NULL, 0}, sizeof(struct list));
		break;
	}
}

/* true when word is one of "a|b|c". */
static bool
is_choice(const char *choices, const char *word)
{
	size_t len = strlen(word);

	for (const char *p = choices; p != NULL; p = strchr(p, '|')) {
		p += *p == '|';
		if (strncmp(p, word, len) == 0 && (p[len] == '|' || p[len] == '\0') && len > 0)
			return true;
	}
	return false;
}

static const char *
text_of(struct conf_reader *r, const struct conf_row *row, const config_setting_t *s)
{
	const char *text = config_setting_get_string(s);
	struct conf_place at = conf_place_of(r, s);

	if (text == NULL) {
		conf_mistake(r, at, "%s must be a string", row->key.name);
		return NULL;
	}
	if (row->key.value == NULL && text[0] == '\0') {
		conf_mistake(r, at, "%s must not be empty", row->key.name);
		return NULL;
	}
	if ((row->type == CONF_CHOICE || row->type == CONF_STRINGS) && row->key.range[0] != '\0' &&
	    !is_choice(row->key.range, text)) {
		conf_mistake(r, at, "%s must be one of %s", row->key.name, row->key.range);
		return NULL;
	}
	if (row->type == CONF_PATH || row->type == CONF_PATHS)
		return conf_resolve(r, conf_folder(r, at.file), text);
	return conf_copy(r, text);
}

/* true when the line says "name = value" or "name : value". */
static bool
line_says(const char *line, const char *name, long long value)
{
	size_t len = strlen(name);
	char *end;

	for (const char *p = line; (p = strstr(p, name)) != NULL; p += len) {
		const char *q = p + len + strspn(p + len, " \t");
		if (*q != '=' && *q != ':')
			continue;
		q += 1 + strspn(q + 1, " \t");
		errno = 0;
		long long written = strtoll(q, &end, strncasecmp(q, "0x", 2) == 0 ? 16 : 10);
		if (end != q && errno == 0 && written == value)
			return true;
	}
	return false;
}

/* libconfig 1.5 cuts a whole number to 32 bits without a word (4294971392 reads as 4096), so what
 * it gave is looked up in the file. */
static bool
is_written(struct conf_place at, const char *name, long long value)
{
	FILE *f = fopen(at.file, "r");
	char *line = NULL;
	size_t room = 0;
	bool found = false;

	for (int n = 1; f != NULL && n <= at.line && getline(&line, &room, f) >= 0; n++)
		found = n == at.line && line_says(line, name, value);
	free(line);
	if (f != NULL)
		fclose(f);
	return found;
}

static void
put_number(struct conf_reader *r, const struct conf_row *row, const config_setting_t *s, void *base)
{
	int type = config_setting_type(s);
	long long least = 0, most = 0, value = config_setting_get_int64(s);

	if (type != CONFIG_TYPE_INT && type != CONFIG_TYPE_INT64) {
		conf_mistake(r, conf_place_of(r, s), "%s must be a whole number", row->key.name);
		return;
	}
	if (sscanf(row->key.range, "%lld..%lld", &least, &most) != 2 || value < least ||
	    value > most ||
	    (type == CONFIG_TYPE_INT && !is_written(conf_place_of(r, s), row->key.name, value))) {
		conf_mistake(
		    r, conf_place_of(r, s), "%s must be within %s", row->key.name, row->key.range);
		return;
	}
	*(unsigned *)field_of(row, base) = (unsigned)value;
}

static void
put_bool(struct conf_reader *r, const struct conf_row *row, const config_setting_t *s, void *base)
{
	if (config_setting_type(s) != CONFIG_TYPE_BOOL)
		conf_mistake(r, conf_place_of(r, s), "%s must be true or false", row->key.name);
	else
		*(bool *)field_of(row, base) = config_setting_get_bool(s) == CONFIG_TRUE;
}

static void
put_list(struct conf_reader *r, const struct conf_row *row, const config_setting_t *s, void *base)
{
	int type = config_setting_type(s), count = config_setting_length(s);
	const char **items;

	if (type != CONFIG_TYPE_ARRAY && type != CONFIG_TYPE_LIST) {
		conf_mistake(r, conf_place_of(r, s), "%s must be a list of strings: ( \"...\" )",
		    row->key.name);
		return;
	}
	items = arena_alloc(r->arena, ((size_t)count + 1) * sizeof(*items));
	if (items == NULL) {
		r->nomem = true;
		return;
	}
	for (int i = 0; i < count; i++) {
		const char *item = text_of(r, row, config_setting_get_elem(s, (unsigned)i));
		items[i] = item != NULL ? item : "";
	}
	memcpy(field_of(row, base), &(struct list){items, (size_t)count}, sizeof(struct list));
}

void
conf_put_value(
    struct conf_reader *r, const struct conf_row *row, const config_setting_t *s, void *base)
{
	const char *text;

	switch (row->type) {
	case CONF_STRING:
	case CONF_CHOICE:
	case CONF_PATH:
		if ((text = text_of(r, row, s)) != NULL)
			*(const char **)field_of(row, base) = text;
		break;
	case CONF_NUMBER:
		put_number(r, row, s, base);
		break;
	case CONF_BOOL:
		put_bool(r, row, s, base);
		break;
	case CONF_STRINGS:
	case CONF_PATHS:
		put_list(r, row, s, base);
		break;
	}
}

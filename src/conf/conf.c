/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * From libconfig's trees to struct conf, by the table of conf_def.h: groups, keys, defaults.
 *
 * Unknown keys, keys said twice and keys that are missing are found here; one value is read in
 * value.c, what concerns several values in check.c.
 */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/room.h"

const struct conf_row conf_rows[CONF_ROWS] = {
#define X(group, name, type, record, field, value, range, help)                                    \
	{{group, #name, "", value, range, help}, CONF_##type, offsetof(struct record, field)},
#include "conf/conf_def.h"
#undef X
};

/* The groups of the file. A list's elements are counted at count and stand at items. */
struct group {
	const char *name;
	bool list;
	size_t size, items, count; /* of a list */
	size_t at;		   /* place: in an element, in struct conf, or NO_PLACE */
	void (*finish)(struct conf_reader *, void *element);
};
#define NO_PLACE ((size_t)-1)
#define LIST(group, record, array, finish)                                                         \
	{                                                                                          \
		group, true, sizeof(struct record), offsetof(struct conf, array##s),               \
		    offsetof(struct conf, array##_count), offsetof(struct record, at), finish      \
	}
#define GROUP(group, at)                                                                           \
	{                                                                                          \
		group, false, 0, 0, 0, at, NULL                                                    \
	}
static void finish_listener(struct conf_reader *, void *element);
static const struct group groups[] = {
    GROUP("", NO_PLACE),
    LIST("listen", conf_listener, listener, finish_listener),
    GROUP("database", offsetof(struct conf, database.at)),
    GROUP("trust", offsetof(struct conf, trust.at)),
    LIST("authorities", conf_issuer, issuer, NULL),
    GROUP("fetch", offsetof(struct conf, fetch.at)),
    GROUP("signing", offsetof(struct conf, signing.at)),
    LIST("senders", conf_sender, sender, NULL),
    LIST("services", conf_service, service, NULL),
    LIST("receivers", conf_receiver, receiver, NULL),
    LIST("profiles", conf_profile, profile, conf_finish_profile),
    GROUP("retention", NO_PLACE),
    GROUP("limits", NO_PLACE),
};
#define GROUPS (sizeof(groups) / sizeof(groups[0]))

struct whole { /* what conf_free() gets back */
	struct conf conf;
	struct arena *arena;
};

void
conf_mistake(struct conf_reader *r, struct conf_place at, const char *format, ...)
{
	char what[512];
	va_list ap;

	va_start(ap, format);
	vsnprintf(what, sizeof(what), format, ap);
	va_end(ap);
	r->mistakes++;
	if (r->complain != NULL)
		r->complain(r->self, at.file, at.line, what);
}

const char *
conf_copy(struct conf_reader *r, const char *text)
{
	const char *copy = arena_strdup(r->arena, text);

	r->nomem |= copy == NULL;
	return copy != NULL ? copy : "";
}

static const struct group *
find_group(const char *name)
{
	for (size_t i = 0; i < GROUPS; i++)
		if (strcmp(groups[i].name, name) == 0)
			return &groups[i];
	return NULL;
}

static bool
in_group(size_t row, const struct group *g)
{
	return strcmp(conf_rows[row].key.group, g->name) == 0;
}

/* The row of a key, or CONF_ROWS. */
static size_t
find_row(const struct group *g, const char *name)
{
	size_t i = 0;

	while (i < CONF_ROWS && !(in_group(i, g) && strcmp(conf_rows[i].key.name, name) == 0))
		i++;
	return i;
}

struct conf_place
conf_key_place(
    struct conf_reader *r, const char *group, const char *name, struct conf_place otherwise)
{
	const config_setting_t *said = r->seen[find_row(find_group(group), name)];

	return said != NULL ? conf_place_of(r, said) : otherwise;
}

/* The usual port of HTTPS here, unless the file says one (0 is one, too). */
static void
finish_listener(struct conf_reader *r, void *element)
{
	struct conf_listener *l = element;

	if (l->tls && r->seen[find_row(find_group("listen"), "port")] == NULL)
		l->port = 8443;
}

static void
put_defaults(struct conf_reader *r, const struct group *g, void *base)
{
	for (size_t i = 0; i < CONF_ROWS; i++) {
		if (!in_group(i, g))
			continue;
		r->seen[i] = NULL;
		conf_put_default(r, &conf_rows[i], base);
	}
}

static void
tell_missing(struct conf_reader *r, const struct group *g, struct conf_place at)
{
	for (size_t i = 0; i < CONF_ROWS; i++)
		if (in_group(i, g) && conf_rows[i].key.value == NULL && r->seen[i] == NULL)
			conf_mistake(r, at, "%s is missing in %s", conf_rows[i].key.name, g->name);
}

static void
read_key(struct conf_reader *r, const struct group *g, const config_setting_t *s, void *base)
{
	size_t row = find_row(g, config_setting_name(s));

	if (row == CONF_ROWS) {
		conf_mistake(r, conf_place_of(r, s), "unknown key %s%s%s", g->name,
		    g->name[0] != '\0' ? "." : "", config_setting_name(s));
		return;
	}
	if (r->seen[row] != NULL) {
		struct conf_place first = conf_place_of(r, r->seen[row]);
		conf_mistake(r, conf_place_of(r, s), "%s is set already at %s:%d",
		    config_setting_name(s), first.file, first.line);
		return;
	}
	r->seen[row] = s;
	conf_put_value(r, &conf_rows[row], s, base);
}

static void
read_keys(struct conf_reader *r, const struct group *g, const config_setting_t *in, void *base)
{
	for (unsigned i = 0; i < (unsigned)config_setting_length(in); i++)
		read_key(r, g, config_setting_get_elem(in, i), base);
}

/* How many elements a list has over all files. */
static size_t
count_elements(const struct conf_reader *r, const struct group *g)
{
	size_t n = 0;

	for (size_t i = 0; i < r->file_count; i++) {
		const config_setting_t *list =
		    config_setting_get_member(config_root_setting(&r->files[i]), g->name);
		if (list != NULL && config_setting_type(list) == CONFIG_TYPE_LIST)
			n += (size_t)config_setting_length(list);
	}
	return n;
}

/* Room for the elements of all files, at the first of them. The pointer is copied as octets because
 * the list's own type is not known here. */
static void *
elements_of(struct conf_reader *r, const struct group *g)
{
	char *field = (char *)r->conf + g->items;
	void *items = NULL;

	memcpy(&items, field, sizeof(items));
	if (items == NULL)
		items = arena_alloc(r->arena, (count_elements(r, g) + 1) * g->size);
	memcpy(field, &items, sizeof(items));
	r->nomem |= items == NULL;
	return items;
}

static void
read_element(
    struct conf_reader *r, const struct group *g, const config_setting_t *element, void *base)
{
	struct conf_place at = conf_place_of(r, element);

	if (config_setting_type(element) != CONFIG_TYPE_GROUP) {
		conf_mistake(r, at, "an element of %s must be a group: { ... }", g->name);
		return;
	}
	put_defaults(r, g, base);
	read_keys(r, g, element, base);
	tell_missing(r, g, at);
	*(struct conf_place *)(void *)((char *)base + g->at) = at;
	if (g->finish != NULL)
		g->finish(r, base);
	++*(size_t *)(void *)((char *)r->conf + g->count);
}

static void
read_elements(struct conf_reader *r, const struct group *g, const config_setting_t *list)
{
	char *items = elements_of(r, g);
	const size_t *count = (const size_t *)(const void *)((const char *)r->conf + g->count);

	for (unsigned i = 0; items != NULL && i < (unsigned)config_setting_length(list); i++)
		read_element(r, g, config_setting_get_elem(list, i), items + *count * g->size);
}

/* Without a word about listening: plain HTTP on this machine. */
static void
default_listener(struct conf_reader *r)
{
	const struct group *g = find_group("listen");
	struct conf_listener *l = elements_of(r, g);

	if (l == NULL || r->conf->listener_count > 0)
		return;
	put_defaults(r, g, l);
	l->at = (struct conf_place){r->main_file, 0};
	r->conf->listener_count = 1;
}

static void
read_group(struct conf_reader *r, const struct group *g, const config_setting_t *s)
{
	struct conf_place at = conf_place_of(r, s);

	if (g->list && config_setting_type(s) != CONFIG_TYPE_LIST) {
		conf_mistake(r, at, "%s must be a list of groups: ( { ... } )", g->name);
		return;
	}
	if (g->list) {
		read_elements(r, g, s);
		return;
	}
	if (config_setting_type(s) != CONFIG_TYPE_GROUP) {
		conf_mistake(r, at, "%s must be a group: { ... }", g->name);
		return;
	}
	if (g->at != NO_PLACE)
		*(struct conf_place *)(void *)((char *)r->conf + g->at) = at;
	r->conf->signing.set |= strcmp(g->name, "signing") == 0;
	read_keys(r, g, s, r->conf);
}

static void
read_root(struct conf_reader *r, const config_setting_t *root)
{
	for (unsigned i = 0; i < (unsigned)config_setting_length(root); i++) {
		const config_setting_t *s = config_setting_get_elem(root, i);
		const struct group *g = find_group(config_setting_name(s));

		if (g != NULL)
			read_group(r, g, s);
		else
			read_key(r, &groups[0], s, r->conf);
	}
}

/* A signing group may be left out as a whole (run/ decides), so its keys are missing only in it. */
static void
finish_groups(struct conf_reader *r)
{
	for (size_t i = 1; i < GROUPS; i++) {
		struct conf_place at = {r->main_file, 0};

		if (groups[i].list ||
		    (strcmp(groups[i].name, "signing") == 0 && !r->conf->signing.set))
			continue;
		if (groups[i].at != NO_PLACE) {
			struct conf_place *place =
			    (struct conf_place *)(void *)((char *)r->conf + groups[i].at);
			at = place->file != NULL ? *place : at;
			*place = at;
		}
		tell_missing(r, &groups[i], at);
	}
}

static void
read_all(struct conf_reader *r)
{
	conf_read_files(r);
	for (size_t i = 0; i < GROUPS; i++)
		if (!groups[i].list)
			put_defaults(r, &groups[i], r->conf);
	for (size_t i = 0; i < r->file_count; i++)
		if (config_error_type(&r->files[i]) == CONFIG_ERR_NONE)
			read_root(r, config_root_setting(&r->files[i]));
	/* what is missing is not known while a file was not read to its end */
	if (r->broken || r->nomem)
		return;
	r->conf->data_at = conf_key_place(r, "", "data_dir", (struct conf_place){r->main_file, 0});
	finish_groups(r);
	default_listener(r);
	conf_check(r);
}

static int
outcome(const struct conf_reader *r, struct err *e)
{
	if (r->nomem)
		return err_set(e, ERR_NOMEM, "configuration");
	if (r->broken)
		return err_set(e, ERR_CONFIG, "%s: %u mistake%s, not read to its end", r->main_file,
		    r->mistakes, r->mistakes == 1 ? "" : "s");
	return 0;
}

int
conf_read(const char *file, conf_complain *complain, void *self, struct conf **out,
    unsigned *mistakes, struct err *e)
{
	struct whole *whole = calloc(1, sizeof(*whole));
	struct conf_reader r = {.complain = complain, .self = self};
	int rc = -1;

	*out = NULL;
	*mistakes = 0;
	if (whole == NULL || (whole->arena = arena_new()) == NULL) {
		err_set(e, ERR_NOMEM, "configuration");
		goto out;
	}
	r.conf = &whole->conf;
	r.arena = whole->arena;
	r.main_file = r.conf->file = conf_copy(&r, file);
	r.folder = conf_folder(&r, r.main_file);
	read_all(&r);
	*mistakes = r.mistakes;
	if (outcome(&r, e) != 0)
		goto out;
	*out = &whole->conf;
	whole = NULL; /* moved */
	rc = 0;
out:
	conf_forget_files(&r);
	conf_free(whole != NULL ? &whole->conf : NULL);
	return rc;
}

int
conf_load(const char *file, conf_complain *complain, void *self, struct conf **out, struct err *e)
{
	unsigned mistakes;

	if (conf_read(file, complain, self, out, &mistakes, e) != 0)
		return -1;
	if (mistakes == 0)
		return 0;
	conf_free(*out);
	*out = NULL;
	return err_set(e, ERR_CONFIG, "%s: %u mistake%s", file, mistakes, mistakes == 1 ? "" : "s");
}

void
conf_free(struct conf *conf)
{
	struct whole *whole = (struct whole *)(void *)conf;

	if (whole == NULL)
		return;
	arena_free(whole->arena);
	free(whole);
}

void
conf_each_key(conf_visit *visit, void *self)
{
	static const char *const words[] = {
	    [CONF_STRING] = "string",
	    [CONF_PATH] = "path",
	    [CONF_CHOICE] = "choice",
	    [CONF_NUMBER] = "number",
	    [CONF_BOOL] = "boolean",
	    [CONF_STRINGS] = "strings",
	    [CONF_PATHS] = "paths",
	};

	for (size_t i = 0; i < CONF_ROWS; i++) {
		struct conf_key key = conf_rows[i].key;

		key.type = words[conf_rows[i].type];
		visit(self, &key);
	}
}

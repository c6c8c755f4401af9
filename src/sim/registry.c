/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See registry.h. Names become names of folders, so they are held to letters, digits and ._-
 */
#include "config.h"

#include <string.h>

#include "run/file.h"
#include "sim/lines.h"
#include "sim/registry.h"
#include "sim/spool.h"

#define MOST 64

struct service {
	const char *id;
	const struct sim_participant *provider;
};

struct sim_registry {
	struct arena *arena;
	struct sim_participant participants[MOST];
	struct service services[MOST];
	size_t participant_count, service_count;
	bool open;
};

static int
read_attribute(const struct sim_registry *r, const char *name, const char *value,
    struct sim_participant *p, struct err *e)
{
	if (strcmp(name, "sync") == 0)
		p->sync = value;
	else if (strcmp(name, "push") == 0)
		p->push = value;
	else if (strcmp(name, "secret-file") == 0)
		return run_file_secret(value, r->arena, &p->secret, e);
	else if (strcmp(name, "password-file") == 0)
		return run_file_secret(value, r->arena, &p->password, e);
	else
		return err_set(e, ERR_CONFIG, "a participant has no %s", name);
	return 0;
}

static int
read_participant(struct sim_registry *r, const struct sim_line *l, struct err *e)
{
	struct sim_participant *p = &r->participants[r->participant_count];

	if (r->participant_count == MOST || l->count < 2 || l->count % 2 != 0)
		return sim_line_fail(l, "this is no participant", l->words[l->count - 1], e);
	if (!sim_spool_is_name(l->words[1]) || sim_registry_find(r, l->words[1]) != NULL)
		return sim_line_fail(l, "no name, or taken", l->words[1], e);
	*p = (struct sim_participant){.name = l->words[1], .password = ""};
	for (size_t i = 2; i < l->count; i += 2)
		if (read_attribute(r, l->words[i], l->words[i + 1], p, e) != 0)
			return err_at(e, l->file);
	r->participant_count++;
	return 0;
}

static int
read_service(struct sim_registry *r, const struct sim_line *l, struct err *e)
{
	struct service *s = &r->services[r->service_count];

	if (r->service_count == MOST || l->count != 4 || strcmp(l->words[2], "provider") != 0)
		return sim_line_fail(l, "this is no service", l->words[l->count - 1], e);
	s->id = l->words[1];
	if ((s->provider = sim_registry_find(r, l->words[3])) == NULL)
		return sim_line_fail(l, "no such participant above", l->words[3], e);
	r->service_count++;
	return 0;
}

static int
take_line(void *self, const struct sim_line *l, struct err *e)
{
	if (strcmp(l->words[0], "participant") == 0)
		return read_participant(self, l, e);
	if (strcmp(l->words[0], "service") == 0)
		return read_service(self, l, e);
	return sim_line_fail(l, "neither participant nor service", l->words[0], e);
}

int
sim_registry_load(const char *file, struct arena *a, struct sim_registry **out, struct err *e)
{
	struct sim_registry *r = arena_alloc(a, sizeof(*r));

	*out = r;
	if (r == NULL)
		return err_set(e, ERR_NOMEM, "registry");
	r->arena = a;
	r->open = file == NULL;
	return r->open ? 0 : sim_lines(file, a, take_line, r, e);
}

bool
sim_registry_is_open(const struct sim_registry *r)
{
	return r->open;
}

const struct sim_participant *
sim_registry_at(const struct sim_registry *r, size_t i)
{
	return i < r->participant_count ? &r->participants[i] : NULL;
}

const struct sim_participant *
sim_registry_find(const struct sim_registry *r, const char *name)
{
	for (size_t i = 0; i < r->participant_count; i++)
		if (strcmp(r->participants[i].name, name) == 0)
			return &r->participants[i];
	return NULL;
}

const struct sim_participant *
sim_registry_provider(const struct sim_registry *r, const char *service)
{
	for (size_t i = 0; i < r->service_count; i++)
		if (strcmp(r->services[i].id, service) == 0)
			return r->services[i].provider;
	return NULL;
}

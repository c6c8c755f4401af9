/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Reading profiles; see rules.h. The schema has checked form, order and types before anything here
 * looks, so what is read here is there.
 */
#include "config.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dom/dom.h"
#include "rules/inner.h"

#define NS "urn:shepd:rules:1"
#define FILE_MOST ((long)1024 * 1024)

/* --- one file ----------------------------------------------------------------------------------
 */

static int
read_file(const char *path, struct arena *a, struct octets *out, struct err *e)
{
	FILE *f = fopen(path, "rb");
	unsigned char *data = NULL;
	long size = -1;

	if (f != NULL && fseek(f, 0, SEEK_END) == 0 && (size = ftell(f)) >= 0 &&
	    size <= FILE_MOST) {
		rewind(f);
		data = arena_alloc(a, (size_t)size + 1);
		if (data != NULL && fread(data, 1, (size_t)size, f) != (size_t)size)
			data = NULL;
	}
	if (f != NULL)
		fclose(f);
	if (data == NULL)
		return err_set(e, ERR_CONFIG, "cannot be read");
	*out = (struct octets){data, (size_t)size};
	return 0;
}

/* What one file is read with: the first failure of any reader stays in *e. */
struct reader {
	struct arena *arena;
	struct err *e;
};

static struct dom_node *
part(const struct dom_node *of, const char *name)
{
	return dom_child(of, NS, name);
}

static const char *
text_of(struct reader *r, const struct dom_node *n)
{
	struct octets o = {NULL, 0};

	if (n == NULL || dom_text(n, r->arena, &o, r->e) != 0)
		return "";
	return (const char *)o.data; /* NUL-terminated by dom_text() */
}

static const char *
text(struct reader *r, const struct dom_node *of, const char *name)
{
	return text_of(r, part(of, name));
}

static bool
is_true(const char *value)
{
	return value != NULL && (strcmp(value, "true") == 0 || strcmp(value, "1") == 0);
}

static struct cal_date
date(struct reader *r, const struct dom_node *of, const char *name)
{
	struct cal_date d = {0};
	const char *value = text(r, of, name);

	if (!cal_read(value, &d))
		(void)err_set(r->e, ERR_CONFIG, "%s: not a date without zone", name);
	return d;
}

static struct rules_text
name_of(struct reader *r, const struct dom_node *of)
{
	return (struct rules_text){text(r, of, "kk"), text(r, of, "ru"), text(r, of, "en")};
}

/* Copied: the document goes, the rules stay. */
static const char *
attribute(struct reader *r, const struct dom_node *of, const char *name)
{
	const char *value = dom_attribute(of, "", name, r->arena);
	const char *copy = value == NULL ? "" : arena_strdup(r->arena, value);

	if (copy == NULL)
		(void)err_set(r->e, ERR_NOMEM, "%s", name);
	return copy == NULL ? "" : copy;
}

static struct rules_list
list(struct reader *r, const struct dom_node *root, const char *name)
{
	const struct dom_node *of = part(root, name);
	size_t count = dom_count(of, NS, "item");
	struct rules_item *items = arena_alloc(r->arena, count * sizeof(*items)), *i = items;

	if (items == NULL) {
		(void)err_set(r->e, ERR_NOMEM, "%s", name);
		return (struct rules_list){NULL, 0};
	}
	for (const struct dom_node *n = dom_first(of); n != NULL; n = dom_next(n), i++)
		*i = (struct rules_item){.code = attribute(r, n, "code"),
		    .name = name_of(r, n),
		    .required = is_true(attribute(r, n, "required")),
		    .required_for = attribute(r, n, "requiredFor")};
	return (struct rules_list){items, count};
}

static void
read_regions(struct reader *r, const struct dom_node *root, struct rules_hq_profile *p)
{
	const struct dom_node *of = part(root, "regions");
	size_t count = dom_count(of, NS, "region"), i = 0;
	const char **regions = arena_alloc(r->arena, count * sizeof(*regions));

	if (regions == NULL) {
		(void)err_set(r->e, ERR_NOMEM, "regions");
		return;
	}
	for (const struct dom_node *n = dom_first(of); n != NULL; n = dom_next(n))
		regions[i++] = text_of(r, n);
	p->regions = regions;
	p->region_count = count;
}

static void
read_channels(struct reader *r, const struct dom_node *root, struct rules_hq_profile *p)
{
	for (const struct dom_node *n = dom_first(part(root, "channels")); n != NULL;
	     n = dom_next(n)) {
		const char *channel = text_of(r, n);

		p->channel_pep |= strcmp(channel, "PEP") == 0;
		p->channel_provider |= strcmp(channel, "PROVIDER") == 0;
		p->channel_csc |= strcmp(channel, "CSC") == 0;
	}
}

/* A requirement for a category that the profile does not have would never be met or missed. */
static void
check_required_for(const struct rules_hq_profile *p, struct err *e)
{
	for (size_t i = 0; i < p->documents.count; i++) {
		const char *codes = p->documents.items[i].required_for;

		while (*codes != '\0') {
			char code[24];
			size_t n = strcspn(codes, " ");

			snprintf(code, sizeof(code), "%.*s", (int)n, codes);
			if (n > 0 && rules_item(&p->categories, code) == NULL)
				(void)err_set(e, ERR_CONFIG,
				    "document %s is required for category %s, which is not there",
				    p->documents.items[i].code, code);
			codes += n + (codes[n] != '\0');
		}
	}
}

static void
read_profile(struct reader *r, const struct dom_node *root, struct rules_hq_profile *p)
{
	*p = (struct rules_hq_profile){.name = attribute(r, root, "name"),
	    .act = text(r, root, "act"),
	    .provider = text(r, root, "provider"),
	    .number_template = text(r, root, "numberTemplate"),
	    .valid_from = date(r, root, "validFrom"),
	    .valid_to = date(r, root, "validTo"),
	    .term_days = atoi(text(r, root, "termDays")),
	    .one_open_application = is_true(text(r, root, "oneOpenApplication")),
	    .attachment_octets = (size_t)atoi(text(r, root, "attachmentOctets")),
	    .service_name = name_of(r, part(root, "serviceName")),
	    .documents = list(r, root, "documents"),
	    .categories = list(r, root, "categories"),
	    .consents = list(r, root, "consents"),
	    .kinships = list(r, root, "kinships"),
	    .statuses = list(r, root, "statuses")};
	read_regions(r, root, p);
	read_channels(r, root, p);
	check_required_for(p, r->e);
}

static int
load_file(struct rules *rules, const struct dom_schema *schema, const char *path, struct err *e)
{
	struct reader r = {rules->arena, e};
	struct rules_hq_profile *p = &rules->hq[rules->hq_count];
	struct octets xml = {NULL, 0};
	struct dom *doc = NULL;
	int rc = -1;

	if (read_file(path, rules->arena, &xml, e) != 0 ||
	    dom_parse(xml, &dom_default_limits, &doc, e) != 0 ||
	    dom_schema_check(schema, doc, e) != 0)
		goto out;
	read_profile(&r, dom_root(doc), p);
	if (e->code != ERR_OK)
		goto out;
	if (rules_hq(rules, p->name) != NULL) {
		(void)err_set(e, ERR_CONFIG, "profile %s is there already", p->name);
		goto out;
	}
	rules->hq_count++;
	rc = 0;
out:
	dom_free(doc);
	return rc;
}

/* --- all files ---------------------------------------------------------------------------------
 */

static int
is_xml(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return n > 4 && strcmp(d->d_name + n - 4, ".xml") == 0;
}

/* Whatever was wrong with a file is a mistake of the installation, not of a message. */
static int
blame(const char *path, const struct err *why, struct err *e)
{
	return err_set(
	    e, why->code == ERR_NOMEM ? ERR_NOMEM : ERR_CONFIG, "%s: %s", path, why->detail);
}

static int
load_folder(struct rules *rules, const char *folder, struct err *e)
{
	struct dirent **files = NULL;
	struct dom_schema *schema = NULL;
	struct err why = {0};
	char path[4096];
	int n = scandir(folder, &files, is_xml, alphasort), rc = -1;

	snprintf(path, sizeof(path), "%s/hq-profile.xsd", folder);
	if (n <= 0) {
		(void)err_set(e, ERR_CONFIG, "%s: no rule profiles", folder);
		goto out;
	}
	rules->hq = arena_alloc(rules->arena, (size_t)n * sizeof(*rules->hq));
	if (rules->hq == NULL) {
		(void)err_set(e, ERR_NOMEM, "rules");
		goto out;
	}
	if (dom_schema_load(path, &schema, &why) != 0) {
		(void)blame(path, &why, e);
		goto out;
	}
	for (int i = 0; i < n; i++) {
		if (snprintf(path, sizeof(path), "%s/%s", folder, files[i]->d_name) >=
		    (int)sizeof(path))
			(void)err_set(&why, ERR_CONFIG, "the path is too long");
		if (why.code != ERR_OK || load_file(rules, schema, path, &why) != 0) {
			(void)blame(path, &why, e);
			goto out;
		}
	}
	rc = 0;
out:
	dom_schema_free(schema);
	for (int i = 0; i < n; i++)
		free(files[i]);
	free(files);
	return rc;
}

int
rules_load(const char *data_dir, struct rules **out, struct err *e)
{
	struct rules *rules = calloc(1, sizeof(*rules));
	char folder[4000];
	int rc = -1;

	*out = NULL;
	if (rules == NULL || (rules->arena = arena_new()) == NULL) {
		(void)err_set(e, ERR_NOMEM, "rules");
		goto out;
	}
	snprintf(folder, sizeof(folder), "%s/schemas/rules", data_dir);
	if (load_folder(rules, folder, e) != 0)
		goto out;
	*out = rules;
	rules = NULL; /* moved */
	rc = 0;
out:
	rules_free(rules);
	return rc;
}

void
rules_free(struct rules *rules)
{
	if (rules == NULL)
		return;
	arena_free(rules->arena);
	free(rules);
}

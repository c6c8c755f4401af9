/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Rules with dates, read from schemas/rules/ (XML, checked by XSD) into plain structs before the
 * fork.
 *
 * A profile says what a service does in one time and place: term, documents, categories, number
 * template, who may sign. Nothing here is a constant in code (design.md decision 10).
 */
#ifndef RULES_RULES_H
#define RULES_RULES_H

#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "cal/cal.h"

struct rules;

struct rules_text {
	const char *kk, *ru, *en;
};

struct rules_item { /* a document, a category, a consent, a kinship, a status */
	const char *code;
	struct rules_text name;
	bool required;		  /* documents, consents: of every application on the channel PEP */
	const char *required_for; /* the categories that ask for it: "3 5 10", or "" */
};

struct rules_list {
	const struct rules_item *items;
	size_t count;
};

struct rules_hq_profile {
	const char *name;		      /* "2012-almaty-oblast" */
	const char *act;		      /* the act it comes from */
	const char *provider;		      /* code in the number template */
	const char *number_template;	      /* "{provider}-{yyyy}-{seq:6}" */
	struct cal_date valid_from, valid_to; /* of the regulation; for the record */
	int term_days;			      /* calendar days from registration, HQ-T1.8 */
	bool one_open_application;	      /* HQ-E104 in force */
	bool channel_pep, channel_provider, channel_csc;
	struct rules_text service_name;
	struct rules_list documents, categories, consents, kinships, statuses;
	const char *const *regions; /* KATO region prefixes, two digits */
	size_t region_count;
	size_t attachment_octets; /* largest attachment */
};

/* Reads every profile (*.xml) below data_dir/schemas/rules, checked by hq-profile.xsd beside them;
 * after dom_init(). ERR_CONFIG with file and reason. */
int rules_load(const char *data_dir, struct rules **out, struct err *) MUSTCHECK;
void rules_free(struct rules *);

/* NULL when there is none of that name. */
const struct rules_hq_profile *rules_hq(const struct rules *, const char *name);

/* The item with this code, or NULL. */
const struct rules_item *rules_item(const struct rules_list *, const char *code);

/* true when one of the item's required_for is this category. */
bool rules_asked_by(const struct rules_item *, const char *category);

/* The counter that this template counts with in this year: one per year when the number shows it
 * ("2012-almaty-oblast/2026"), else one for ever. NULL when memory is out. */
const char *rules_counter(const struct rules_hq_profile *, int year, struct arena *);

/* The number by the template: {provider}, {yyyy}, {seq:N} with at least N digits. NULL when memory
 * is out. */
const char *rules_number(const struct rules_hq_profile *, int year, int64_t seq, struct arena *);

#endif

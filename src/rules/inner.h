/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the files of rules/ share: the loaded profiles, all in one arena.
 */
#ifndef RULES_INNER_H
#define RULES_INNER_H

#include "rules/rules.h"

struct rules {
	struct arena *arena;
	struct rules_hq_profile *hq;
	size_t hq_count;
};

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Ids by which a Reference speaks of an element.
 *
 * Only what a signature may cover is registered, and must be what the library then finds: it keeps
 * the first of duplicates without a word.
 */
#ifndef SIG_IDENT_H
#define SIG_IDENT_H

#include "dom/dom.h"

/* Is id the node's wsu:Id or, where that is missing and `plain` allows it, its Id? false for NULL.
 */
bool sig_is_called(const struct dom_node *, bool plain, const char *id);

/* ERR_ENV_DUPLICATE_ID when id leads, or is known to lead, to anything but this node, which is
 * called so. */
int sig_check_id(const struct dom_node *, const char *id, struct err *) MUSTCHECK;

/* Makes id lead to this node, which is called so. ERR_ENV_DUPLICATE_ID when it leads elsewhere. */
int sig_register_id(const struct dom_node *, const char *id, struct err *) MUSTCHECK;

#endif

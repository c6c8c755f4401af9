/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * For dom_init() and dom_fini(): libxml2's memory, watched and kept; see libxml.h for who looks at
 * the watch.
 */
#ifndef DOM_MEMORY_H
#define DOM_MEMORY_H

#include <stdbool.h>

/* Before libxml2 is used for the first time; 0 or -1. */
int dom_own_memory(void);

/* Are small pieces made in blocks, of which some stay for the next document? false: what is kept is
 * given back, and from now on each is an allocation of its own, for the end and for a test that
 * wants to see them. */
void dom_keep_memory(bool keep);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * For dom_init() and dom_fini(): libxml2's memory, watched and kept; see libxml.h for who looks at
 * the watch.
 */
#ifndef DOM_MEMORY_H
#define DOM_MEMORY_H

/* Before libxml2 is used for the first time; 0 or -1. */
int dom_own_memory(void);

/* Gives back what is kept for the next document; at the end, and where a test wants to see each
 * allocation. */
void dom_forget_memory(void);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * For dom_init(): puts the watch over libxml2's memory in place; see libxml.h for who looks at it.
 */
#ifndef DOM_MEMORY_H
#define DOM_MEMORY_H

/* Before libxml2 is used for the first time; 0 or -1. */
int dom_own_memory(void);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Changes of octets that why_changes.c puts into its tables. Each is false when it changes nothing,
 * or when memory is out: then it explains nothing.
 */
#ifndef RUN_WHY_OCTETS_H
#define RUN_WHY_OCTETS_H

#include <stdbool.h>

#include "base/arena.h"

bool why_replace(
    struct octets, const char *from, const char *to, struct arena *, struct octets *out);

/* From one charset of iconv's to another; false when a character has no place there. */
bool why_convert(
    struct octets, const char *from, const char *to, struct arena *, struct octets *out);

bool why_put_around(
    struct octets, const char *before, const char *behind, struct arena *, struct octets *out);

/* Without `how` at the end. */
bool why_take_end(struct octets, const char *how, struct arena *, struct octets *out);

/* &amp;lt; as &lt; and so on, once. */
bool why_unescape_once(struct octets, const char *how, struct arena *, struct octets *out);

/* Without character references to carriage returns. */
bool why_drop_cr(struct octets, const char *how, struct arena *, struct octets *out);

/* A canonical form as a careless writer spells it: `how` is "'" for quotes of attributes, "&quot;",
 * or "&quot; &apos;" for quotes in text, "&amp;" for what is escaped once more. */
bool why_respell(struct octets, const char *how, struct arena *, struct octets *out);

/* Empty elements with one tag, which ends with `how`. */
bool why_empty_tags(struct octets, const char *how, struct arena *, struct octets *out);

/* `how` is "NFC" or "NFD". */
bool why_unicode(struct octets, const char *how, struct arena *, struct octets *out);

#endif

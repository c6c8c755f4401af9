/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Text that is to stand in XML 1.0: only its characters, and not more of them than allowed.
 */
#ifndef CODEC_TEXT_H
#define CODEC_TEXT_H

#include "base/arena.h"

/* text (NULL = "") with every octet that begins no character of XML 1.0 in UTF-8 as U+FFFD, cut
 * after `most` characters (0 = uncut). Text that is right already is given back itself; else a copy
 * in the arena; NULL when memory is out. */
const char *text_clean(struct arena *, const char *text, size_t most);

/* The contract's guid: braces are added where only they are missing; NULL when it is no guid. */
const char *text_guid(struct arena *, const char *text);

#endif

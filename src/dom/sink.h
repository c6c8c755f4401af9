/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Markup as it is written out: names and escaped text into a piece of the arena that grows.
 */
#ifndef DOM_SINK_H
#define DOM_SINK_H

#include "dom/libxml.h"

struct sink {
	struct arena *arena;
	unsigned char *at;
	size_t len, room;
	bool failed; /* memory was out once: what is there is worth nothing */
};

void sink_put(struct sink *, const void *data, size_t len);
void sink_string(struct sink *, const char *text);

/* Canonical XML 1.0, 2.3: text and attribute nodes. */
void sink_escaped(struct sink *, const char *text, bool in_value);

/* prefix:name, or name. */
void sink_name(struct sink *, const xmlNs *, const xmlChar *name);

/* " xmlns:p="..."", " xmlns="..."" */
void sink_declaration(struct sink *, const char *prefix, const char *ns);

/* " name="value"" */
void sink_attribute(struct sink *, const xmlAttr *);

void sink_comment(struct sink *, const char *content);

void sink_end_tag(struct sink *, const xmlNode *);

/* What was written, NUL-terminated; ERR_NOMEM. */
int sink_take(struct sink *, struct octets *out, struct err *) MUSTCHECK;

#endif

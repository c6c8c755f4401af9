/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * gSOAP's contexts as a codec: octets in, octets out, nothing else.
 *
 * No HTTP, no file, no socket; a context is cleaned after each use, and nothing that gSOAP
 * allocated is kept. What the reader gets is known to be well-formed: the same octets went through
 * dom/.
 */
#ifndef CODEC_WIRE_H
#define CODEC_WIRE_H

#include <shep_H.h>

#include "base/arena.h"

/* Which namespace the root of what is written declares. */
enum wire_names {
	WIRE_SYNC,
	WIRE_ASYNC,
	WIRE_CLIENT, /* changeMassageStatusNotification */
	WIRE_NAMES
};

struct codec {
	struct soap *reader;
	struct soap *writers[WIRE_NAMES];
	struct octets left; /* what the reader has not been given yet */
	size_t given;	    /* the most that it was given at once since it was wiped */
	bool in_order; /* the reader came to the end of the last message and left nothing open */
};

/* Makes the reader read from these octets and opens the SOAP Body that they are. ERR_MSG_FORMAT
 * when they are none. */
int wire_open_body(struct codec *, struct octets body, struct err *) MUSTCHECK;

/* Ends the reading: `read` is what the generated reader gave, NULL = failed. The Body must end
 * here. */
int wire_close_body(struct codec *, const void *read, struct err *) MUSTCHECK;

/* Frees what the reader allocated and wipes its buffers, which held a password. Always called after
 * wire_open_body(). */
void wire_clean(struct codec *);

/* One element to be written. */
struct wire_job {
	enum wire_names names;
	int (*put)(struct soap *, const void *from); /* the generated writer */
	const void *from;
	size_t size; /* octets of text in it: a guess */
};
int wire_write(struct codec *, const struct wire_job *, struct arena *, struct octets *out,
    struct err *) MUSTCHECK;

/* Writes text as element content: & < > and CR escaped. */
int wire_escape(
    struct codec *, const char *text, struct arena *, struct octets *out, struct err *) MUSTCHECK;

#endif

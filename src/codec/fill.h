/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the writers of both channels share: values of msg/ as gSOAP's structs hold them, made to fit
 * the contract.
 *
 * Nothing here fails by itself: `failed` is set when memory ran out, and fill_write() says so.
 */
#ifndef CODEC_FILL_H
#define CODEC_FILL_H

#include "codec/codec.h"
#include "codec/wire.h"

/* Collects the texts of one element. */
struct fill {
	struct arena *arena;
	size_t size;
	bool failed;
};

/* gSOAP's structs hold char *, which it only reads when it writes. */
char *fill_lend(const char *text);

/* In the arena, zeroed; NULL when there is no memory. */
void *fill_alloc(struct fill *, size_t size);

/* Cleaned, cut after `most` characters (0 = uncut); "" for NULL. */
char *fill_text(struct fill *, const char *text, size_t most);

/* The same, NULL (not written) where there is no text. */
char *fill_optional(struct fill *, const char *text);

/* A guid, or NULL where there is none; fill_session_always() gives the nil UUID then. */
char *fill_session(struct fill *, const char *text);
char *fill_session_always(struct fill *, const char *text);

char *fill_date(struct fill *, struct instant);

struct codec_data fill_data(struct fill *, struct octets content, const char *attributes);
struct common__SenderInfo *fill_sender(struct fill *, struct msg_sender);
struct common__ErrorInfo *fill_error(struct fill *, const struct msg_fault *); /* takes NULL */

/* ERR_INTERNAL when there are more than the contract or we allow, or one is too long. */
int fill_properties(struct fill *, const struct msg_property *, size_t count,
    struct common__Property **out, int *out_count, struct err *) MUSTCHECK;

int fill_write(struct codec *, struct wire_job, const struct fill *, struct octets *out,
    struct err *) MUSTCHECK;

#endif

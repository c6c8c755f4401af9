/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the readers of both channels share: the comparison of what gSOAP read with what the tree
 * holds, and the way from there into msg/.
 */
#ifndef CODEC_READING_H
#define CODEC_READING_H

#include "codec/form.h"
#include "codec/wire.h"

/* One slot as gSOAP read it; NULL = not there. */
struct reading {
	enum form_slot slot;
	const char *text;
};

/* ERR_MSG_FORMAT when the two differ; ERR_NOMEM when gSOAP is seen to have run out of it. */
int reading_agree(
    const struct form_values *, const struct reading *, size_t count, struct err *) MUSTCHECK;
int reading_agree_properties(
    const struct form_values *, const struct common__Property *, int count, struct err *) MUSTCHECK;
int reading_agree_sender(
    const struct form_values *, const struct common__SenderInfo *, struct err *) MUSTCHECK;
/* `seen` is the level of the error, NULL = there is none; subErrors, too. */
int reading_agree_error(
    const struct form_values *seen, const struct common__ErrorInfo *, struct err *) MUSTCHECK;

/* AsyncMessageInfo, with its sender and properties. */
int reading_agree_info(struct codec *, const struct form_values *,
    const struct asyncinfo__AsyncMessageInfo *, struct err *) MUSTCHECK;

/* MessageStatusInfo */
int reading_agree_status(
    const struct form_values *, const struct common__MessageStatusInfo *, struct err *) MUSTCHECK;
struct msg_status reading_status(const struct form_values *);

/* gSOAP frees its copy of the password without wiping it. Takes NULL. */
void reading_wipe(const struct common__SenderInfo *);

/* The properties of a level, in the arena. */
int reading_properties(const struct form_values *, struct arena *, const struct msg_property **out,
    size_t *count, struct err *) MUSTCHECK;

/* SyncMessageInfo and AsyncMessageInfo. */
int reading_request(const struct form_values *, enum msg_channel, struct arena *,
    struct msg_request *out, struct err *) MUSTCHECK;

struct msg_sender reading_sender(const struct form_values *);

/* The error of a level and those inside it; *out NULL when there is none. */
int reading_error(const struct form_values *, struct arena *, const struct msg_fault **out,
    struct err *) MUSTCHECK;

/* A fault out of the octets of a Body, of whichever channel and operation. */
int reading_fault(struct codec *, struct octets body, struct arena *, struct msg_fault *out,
    struct err *) MUSTCHECK;

#endif

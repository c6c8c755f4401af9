/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the files of `shepctl send` share: its options, the request, the judgement of the reply.
 */
#ifndef CTL_SEND_H
#define CTL_SEND_H

#include "base/arena.h"
#include "base/err.h"
#include "base/octets.h"

enum send_exit {
	SEND_DONE = 0,	  /* SCSS001 and messageResult 00000 */
	SEND_REFUSED = 1, /* a business refusal or a fault */
	SEND_USAGE = 2,	  /* the command line, or a file that it names */
	SEND_TROUBLE = 3  /* no answer, or none that can be believed */
};

/* As they stand on the command line; NULL = not given. */
struct send_options {
	const char *url, *service, *sender, *secret_file;
	const char *cert, *key, *password_file;
	const char *business_cert, *business_key, *business_password_file;
	const char *placement, *message_id, *date;
	const char *trust, *partners, *ca;
	const char *save_request, *save_response, *resend;
	const char *payload;
	bool issuer_serial;
};

/* A signed request around the payload (send_request.c). *message_id is the one it carries. */
int send_write_request(const struct send_options *, struct arena *, struct octets *out,
    const char **message_id, struct err *) MUSTCHECK;

/* Prints what came back (send_reply.c). message_id: the one that it must answer, or NULL. */
enum send_exit send_judge_reply(const struct send_options *, int status, struct octets reply,
    const char *message_id, struct arena *);

#endif

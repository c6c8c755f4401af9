/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * shepctl send: makes a signed request, sends it, judges the reply. A real client of the contract,
 * for trying a service and for the tests.
 */
#include "config.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "ctl/ctl.h"
#include "ctl/send.h"
#include "ctl/tools.h"
#include "door/door.h"
#include "run/file.h"
#include "run/run.h"

#define WAIT_SECONDS 300 /* what real clients of the gateway wait (shep.md 2) */
#define ANSWER_MOST ((size_t)64 * 1024 * 1024)
#define REQUEST_MOST ((size_t)256 * 1024 * 1024)

static const struct {
	const char *name;
	size_t offset;
} texts[] = {
#define TEXT(name, field)                                                                          \
	{                                                                                          \
		name, offsetof(struct send_options, field)                                         \
	}
    TEXT("url", url),
    TEXT("service", service),
    TEXT("sender", sender),
    TEXT("secret-file", secret_file),
    TEXT("cert", cert),
    TEXT("key", key),
    TEXT("password-file", password_file),
    TEXT("business-cert", business_cert),
    TEXT("business-key", business_key),
    TEXT("business-password-file", business_password_file),
    TEXT("placement", placement),
    TEXT("message-id", message_id),
    TEXT("date", date),
    TEXT("trust", trust),
    TEXT("partners", partners),
    TEXT("ca", ca),
    TEXT("save-request", save_request),
    TEXT("save-response", save_response),
    TEXT("resend", resend),
#undef TEXT
};
#define TEXTS (sizeof(texts) / sizeof(texts[0]))
#define ISSUER_SERIAL ((int)TEXTS)

static int
read_line(int argc, char **argv, struct send_options *o)
{
	struct option table[TEXTS + 2] = {{NULL, 0, NULL, 0}};
	int c;

	for (size_t i = 0; i < TEXTS; i++)
		table[i] = (struct option){texts[i].name, required_argument, NULL, (int)i};
	table[TEXTS] = (struct option){"issuer-serial", no_argument, NULL, ISSUER_SERIAL};
	while ((c = getopt_long(argc, argv, "", table, NULL)) != -1) {
		if (c == '?')
			return -1;
		if (c == ISSUER_SERIAL)
			o->issuer_serial = true;
		else
			*(const char **)(void *)((char *)o + texts[c].offset) = optarg;
	}
	if (optind < argc)
		o->payload = argv[optind++];
	return optind == argc ? 0 : -1;
}

static bool
is_placement(const char *text)
{
	return text == NULL || strcmp(text, "text") == 0 || strcmp(text, "child") == 0 ||
	       strcmp(text, "data") == 0;
}

/* Either a whole request or one to send again. */
static bool
is_complete(const struct send_options *o)
{
	if (o->url == NULL || !is_placement(o->placement))
		return false;
	if (o->resend != NULL)
		return o->payload == NULL;
	return o->service != NULL && o->sender != NULL && o->secret_file != NULL &&
	       o->cert != NULL && o->payload != NULL &&
	       (o->business_key == NULL || o->business_cert != NULL);
}

/* What goes out: made anew, or as it was stored. */
static int
prepare(const struct send_options *o, struct arena *a, struct octets *request,
    const char **message_id, struct err *e)
{
	*message_id = NULL;
	if (o->resend != NULL)
		return run_file_read(o->resend, REQUEST_MOST, a, request, e);
	if (send_write_request(o, a, request, message_id, e) != 0)
		return -1;
	return o->save_request != NULL ? run_file_write(o->save_request, *request, e) : 0;
}

static enum send_exit
exchange(
    const struct send_options *o, struct octets request, const char *message_id, struct arena *a)
{
	const struct door_call call = {.url = o->url,
	    .ca = o->ca,
	    .body = request,
	    .seconds = WAIT_SECONDS,
	    .answer_limit = ANSWER_MOST};
	struct octets reply;
	struct err e = {0};
	int status = 0;

	if (door_post(&call, a, &status, &reply, &e) != 0 ||
	    (o->save_response != NULL && run_file_write(o->save_response, reply, &e) != 0)) {
		ctl_fail("send", &e);
		return SEND_TROUBLE;
	}
	return send_judge_reply(o, status, reply, message_id, a);
}

int
ctl_send(int argc, char **argv)
{
	struct send_options o = {0};
	struct arena *a = NULL;
	struct octets request;
	const char *message_id;
	struct err e = {0};
	int code = SEND_USAGE;

	if (read_line(argc, argv, &o) != 0 || !is_complete(&o))
		return ctl_usage(argv[0], NULL);
	if (run_init(&e) != 0 || (a = arena_new()) == NULL)
		err_set(&e, ERR_NOMEM, "send");
	else if (prepare(&o, a, &request, &message_id, &e) == 0)
		code = (int)exchange(&o, request, message_id, a);
	if (e.code != ERR_OK)
		ctl_fail(argv[0], &e);
	arena_free(a);
	run_fini();
	return code;
}

/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the tests of the async codec share: reading a Body as its trees and octets say, writing, and
 * judging what was written by our XSD and by the published one.
 */
#ifndef TESTS_UNIT_CODEC_ASYNC_H
#define TESTS_UNIT_CODEC_ASYNC_H

#include "codec/codec.h"

#define SOAP "http://schemas.xmlsoap.org/soap/envelope/"
#define XSI "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\""
#define BODY(inside) "<soap:Body xmlns:soap=\"" SOAP "\">" inside "</soap:Body>"
#define ASYNC(name, inside) "<n:" name " xmlns:n=\"" CODEC_ASYNC_TYPES "\">" inside "</n:" name ">"
#define CLIENT(name, inside)                                                                       \
	"<n:" name " xmlns:n=\"" CODEC_CLIENT_TYPES "\">" inside "</n:" name ">"
#define REQUEST(inside) "<request>" inside "</request>"
#define RESPONSE(inside) "<response>" inside "</response>"
#define GUID "{9dcb38c2-24f1-48e2-96e5-00cfc9d1d6bc}"

extern struct codec *codec;
extern struct arena *arena;

/* Group fixtures: codec and arena. */
int open_codec(void **state);
int close_codec(void **state);

struct request {
	struct msg_async async;
	unsigned deviations;
	struct err e;
	int rc;
};

struct answer {
	struct msg_async_answer async;
	unsigned deviations;
	struct err e;
	int rc;
};

struct dom *parse_async(const char *xml);

/* The tree of `seen`, a Body or an Envelope with one, with `octets`; NULL = those that its Body
 * digests to. */
struct request read_request_as(enum msg_channel, const char *seen, const char *octets);
struct answer read_answer_as(
    enum msg_channel, enum msg_operation, const char *seen, const char *octets);

/* The same in one; it must succeed with these deviations. */
struct msg_async admit_request(enum msg_channel, const char *body, unsigned deviations);
struct msg_async_answer admit_answer(
    enum msg_channel, enum msg_operation, const char *body, unsigned deviations);

/* ERR_MSG_FORMAT, and the peer is told so. */
void refuse_request(enum msg_channel, const char *body, const char *told);
void refuse_answer(enum msg_channel, enum msg_operation, const char *body, const char *told);

/* What is written is valid by both schemas; given back inside a Body. */
const char *write_async_request(const struct msg_async *);
const char *write_async_answer(const struct msg_async_answer *);
void is_valid_async(struct octets element);

/* A published sample, an Envelope, or NULL where there are none (counted). */
const char *async_sample(const char *name);

#endif

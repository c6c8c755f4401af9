/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Any octets as a Body, as the octets that a Body is said to digest to, and as text in what we
 * write. What is read has its keys and can be written and read again; octets that gSOAP reads
 * otherwise than the tree are refused; what we write is always XML.
 */
#include "config.h"

#include <string.h>

#include "codec/codec.h"
#include "fuzz.h"

#define SOAP "http://schemas.xmlsoap.org/soap/envelope/"

const char *const fuzz_name = "codec";
const char *const fuzz_shared[] = {"samples/shep", "corpora/06-soap/cases", NULL};

static struct codec *codec;
static struct dom_limits wide;

static struct octets
in_body(struct octets element, struct arena *a)
{
	return octets_of(arena_printf(a, "<s:Body xmlns:s=\"%s\">%.*s</s:Body>", SOAP,
	    (int)element.len, (const char *)element.data));
}

static struct dom *
must_parse(struct octets o)
{
	struct dom *d = NULL;
	struct err e = {0};

	PROMISE(dom_parse(o, &wide, &d, &e) == 0);
	return d;
}

/* A request that was read is written and read again, and says the same. */
static void
write_again(const struct msg_request *r, struct arena *a)
{
	struct msg_request again;
	struct octets o;
	struct err e = {0};
	unsigned deviations = 0;

	PROMISE(codec_write_sync_request(codec, r, octets_of(""), NULL, a, &o, &e) == 0);
	o = in_body(o, a);
	struct dom *d = must_parse(o);
	PROMISE(codec_read_sync_request(codec, o, dom_root(d), a, &again, &deviations, &e) == 0);
	PROMISE(deviations == 0);
	PROMISE(strcmp(again.message_id, r->message_id) == 0);
	PROMISE(strcmp(again.service_id, r->service_id) == 0);
	PROMISE(strcmp(again.sender.sender_id, r->sender.sender_id) == 0);
	PROMISE(strcmp(again.sender.password, r->sender.password) == 0);
	PROMISE(again.property_count == r->property_count);
	dom_free(d);
}

static void
read_request(struct octets o, const struct dom_node *body, struct arena *a)
{
	struct msg_request r;
	struct err e = {0};
	unsigned deviations;

	if (codec_read_sync_request(codec, o, body, a, &r, &deviations, &e) != 0) {
		PROMISE(e.code == ERR_MSG_FORMAT && deviations == 0);
		return;
	}
	PROMISE(*r.message_id != '\0' && *r.service_id != '\0' && *r.sender.sender_id != '\0');
	PROMISE(r.has_data == (codec_find_data(body) != NULL));
	write_again(&r, a);
}

static void
read_document(struct octets o, struct arena *a)
{
	struct dom *d = NULL;
	struct err e = {0};
	struct octets digested;

	if (dom_parse(o, &dom_default_limits, &d, &e) != 0)
		return;
	const struct dom_node *root = dom_root(d), *body = dom_child(root, SOAP, "Body");

	body = dom_is(root, SOAP, "Body") ? root : body;
	if (body != NULL && dom_c14n(body, NULL, a, &digested, &e) == 0)
		read_request(digested, body, a);
	dom_free(d);
}

static void
read_answer(struct octets o, struct arena *a)
{
	struct msg_response r;
	struct msg_fault f;
	struct octets written;
	struct err e = {0};
	bool is_fault;
	int rc = codec_read_sync_response(codec, o, a, &r, &f, &is_fault, &e);

	if (rc != 0) {
		PROMISE(e.code != ERR_INTERNAL && e.code != ERR_OK);
	} else if (is_fault) {
		PROMISE(codec_write_fault_detail(codec, MSG_SYNC, &f, a, &written, &e) == 0);
		dom_free(must_parse(written));
	} else {
		PROMISE(codec_write_sync_response(codec, &r, a, &written, &e) == 0);
		dom_free(must_parse(written));
	}
}

/* The tree is one message, whatever the octets say. */
static void
read_against_a_tree(struct octets o, struct arena *a)
{
	static const char message[] =
	    "<s:Body xmlns:s=\"" SOAP "\"><n:SendMessage xmlns:n=\"" CODEC_SYNC_TYPES
	    "\"><request><requestInfo><messageId>m-1</messageId><serviceId>S"
	    "</serviceId><messageDate>2026-02-10T11:00:00Z</messageDate><sender>"
	    "<senderId>pep</senderId></sender></requestInfo><requestData>"
	    "</requestData></request></n:SendMessage></s:Body>";
	struct dom *d = must_parse(octets_of(message));
	struct msg_request r;
	struct err e = {0};
	unsigned deviations;

	if (codec_read_sync_request(codec, o, dom_root(d), a, &r, &deviations, &e) == 0)
		PROMISE(strcmp(r.message_id, "m-1") == 0 && strcmp(r.service_id, "S") == 0);
	else
		PROMISE(e.code == ERR_MSG_FORMAT);
	dom_free(d);
}

static void
write_text(struct octets hostile, struct arena *a)
{
	const char *text = arena_string(a, hostile);
	const struct msg_response r = {.message_id = text,
	    .correlation_id = text,
	    .session_id = text,
	    .status_code = text,
	    .status_message = text};
	const struct msg_fault f = {
	    .code = text, .message = text, .data = text, .session_id = text};
	struct octets o;
	struct err e = {0};

	PROMISE(codec_write_sync_response(codec, &r, a, &o, &e) == 0);
	dom_free(must_parse(o));
	PROMISE(codec_write_fault_detail(codec, MSG_ASYNC, &f, a, &o, &e) == 0);
	dom_free(must_parse(o));
}

static void
prepare(void)
{
	struct err e = {0};

	if (codec != NULL)
		return;
	PROMISE(dom_init(&e) == 0 && clock_init(&e) == 0 && codec_new(&codec, &e) == 0);
	wide = dom_default_limits;
	wide.octets *= 64;
	wide.attributes *= 2;
	wide.depth += 8; /* what is read from inside a document is written into another */
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct octets o = {data, size};
	struct arena *a = arena_new();

	prepare();
	PROMISE(a != NULL);
	read_document(o, a);
	read_answer(o, a);
	read_against_a_tree(o, a);
	if (size <= 4096)
		write_text(o, a);
	arena_free(a);
	return 0;
}

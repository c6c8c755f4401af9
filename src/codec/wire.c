/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The gSOAP contexts of a process; see wire.h.
 *
 * One reads, three write, because each has its own table of namespaces: the reader's leaves out
 * xsi, so that neither xsi:type nor xsi:nil steers it; the writer's holds what the root is to
 * declare.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "codec/codec.h"
#include "codec/wire.h"

/* Deeper than dom/ lets a document be; longer than any value but data, which is read past. */
#define LEVELS 256
#define VALUE_OCTETS (1024L * 1024)
#define MARKUP_OCTETS ((size_t)1024) /* of a message without its texts */

static const struct Namespace reader_names[] = {
    {"SOAP-ENV", "http://schemas.xmlsoap.org/soap/envelope/", NULL, NULL},
    {"SOAP-ENC", "http://schemas.xmlsoap.org/soap/encoding/", NULL, NULL},
    {"sync", CODEC_SYNC_TYPES, NULL, NULL},
    {"async", CODEC_ASYNC_TYPES, NULL, NULL},
    {"asyncclient", CODEC_CLIENT_TYPES, NULL, NULL},
    {NULL, NULL, NULL, NULL},
};

static const struct Namespace writer_names[WIRE_NAMES][2] = {
    [WIRE_SYNC] = {{"sync", CODEC_SYNC_TYPES, NULL, NULL}},
    [WIRE_ASYNC] = {{"async", CODEC_ASYNC_TYPES, NULL, NULL}},
    [WIRE_CLIENT] = {{"asyncclient", CODEC_CLIENT_TYPES, NULL, NULL}},
};

/* Where the writer's octets go; grows by doubling. */
struct sink {
	struct arena *arena;
	unsigned char *at;
	size_t len, room;
};

static size_t
feed(struct soap *soap, char *to, size_t most)
{
	struct codec *c = soap->user;
	size_t n = c->left.len < most ? c->left.len : most;

	if (n == 0)
		return 0;
	memcpy(to, c->left.data, n);
	c->left.data += n;
	c->left.len -= n;
	c->given = n > c->given ? n : c->given;
	return n;
}

static int
drain(struct soap *soap, const char *from, size_t n)
{
	struct sink *s = soap->user;

	if (n > s->room - s->len) {
		size_t room = 2 * s->room > s->len + n ? 2 * s->room : s->len + n;
		unsigned char *more = arena_alloc(s->arena, room);

		if (more == NULL)
			return SOAP_EOM;
		memcpy(more, s->at, s->len);
		s->at = more;
		s->room = room;
	}
	memcpy(s->at + s->len, from, n);
	s->len += n;
	return SOAP_OK;
}

/* SOAP_XML_TREE: an href is not followed (without it, one fills an element from anywhere in the
 * document). No tcp, no files: only our own callbacks. */
static struct soap *
context_new(const struct Namespace *names)
{
	soap_mode mode = SOAP_C_UTFSTRING | SOAP_XML_TREE;
	struct soap *soap = soap_new2(mode, mode);

	if (soap == NULL)
		return NULL;
	soap->maxlevel = LEVELS;
	soap->maxlength = VALUE_OCTETS;
	soap->maxoccurs = CODEC_PROPERTIES_MOST;
	soap->frecv = feed;
	soap->fsend = drain;
	soap->prolog = ""; /* no XML declaration: an element for an envelope */
	soap_set_namespaces(soap, names);
	return soap;
}

static void
context_free(struct soap *soap)
{
	if (soap == NULL)
		return;
	soap_destroy(soap);
	soap_end(soap);
	soap_free(soap);
}

int
codec_new(struct codec **out, struct err *e)
{
	struct codec *c = calloc(1, sizeof(*c));
	int rc = -1;

	*out = NULL;
	if (c == NULL || (c->reader = context_new(reader_names)) == NULL)
		goto out;
	for (size_t i = 0; i < WIRE_NAMES; i++)
		if ((c->writers[i] = context_new(writer_names[i])) == NULL)
			goto out;
	*out = c;
	c = NULL; /* moved */
	rc = 0;
out:
	if (rc != 0)
		err_set(e, ERR_NOMEM, "contexts of gSOAP");
	codec_free(c);
	return rc;
}

void
codec_free(struct codec *c)
{
	if (c == NULL)
		return;
	context_free(c->reader);
	for (size_t i = 0; i < WIRE_NAMES; i++)
		context_free(c->writers[i]);
	free(c);
}

static int
failed(const struct soap *soap, const char *doing, struct err *e)
{
	if (soap->error == SOAP_EOM)
		return err_set(e, ERR_NOMEM, "gSOAP: %s", doing);
	return err_set(
	    e, ERR_MSG_FORMAT, "gSOAP: %s: error %d at %s", doing, soap->error, soap->tag);
}

/* gSOAP copies its table of namespaces for each message, and goes on without one when memory is
 * out: nothing would match, nothing would be declared. */
static int
no_names(struct soap *soap)
{
	return soap->local_namespaces == NULL ? (soap->error = SOAP_EOM) : SOAP_OK;
}

/* What soap_begin_recv() does, for a context that read its last message to the end: but for two
 * tables, of what is referred to, 48 KiB that it would walk through although SOAP_XML_TREE enters
 * nothing, and for its copy of the namespaces, which stays. */
static void
begin_again(struct soap *soap)
{
	soap->error = SOAP_OK;
	soap->mode = soap->imode;
	soap->version = 0;
	soap->null = 0;
	soap->position = 0;
	soap->mustUnderstand = 0;
	soap->ahead = 0;
	soap->peeked = 0;
	soap->level = 0;
	soap->part = SOAP_BEGIN_RECV;
	soap->count = 0;
	soap->length = 0;
	soap->cdata = 0;
	soap->header = NULL;
	soap->fault = NULL;
}

static int
begin(struct codec *c)
{
	struct soap *soap = c->reader;
	bool in_order = c->in_order;

	c->in_order = false;
	if (!in_order)
		return soap_begin_recv(soap) || no_names(soap);
	begin_again(soap);
	return SOAP_OK;
}

/* Only what begins as an element goes in: gSOAP would take a gzip or MIME header for itself. */
int
wire_open_body(struct codec *c, struct octets body, struct err *e)
{
	struct soap *soap = c->reader;

	soap->user = c;
	c->left = body;
	if (body.len == 0 || body.data[0] != '<')
		return err_set(e, ERR_MSG_FORMAT, "not a Body");
	if (begin(c) || soap_element_begin_in(soap, "SOAP-ENV:Body", 0, NULL))
		return failed(soap, "Body", e);
	return 0;
}

int
wire_close_body(struct codec *c, const void *read, struct err *e)
{
	struct soap *soap = c->reader;

	if (read == NULL)
		return failed(soap, "operation", e);
	/* soap_end_recv() would look through a table of 2,000 places for references to resolve, and
	 * SOAP_XML_TREE enters none */
	if (soap_element_end_in(soap, "SOAP-ENV:Body"))
		return failed(soap, "end of Body", e);
	if (soap->bufidx < soap->buflen || c->left.len > 0)
		return err_set(e, ERR_MSG_FORMAT, "gSOAP: octets behind the Body");
	soap_pop_namespace(soap); /* of all elements: their level is above 0 */
	c->in_order = soap->level == 0 && soap->nlist == NULL && soap->blist == NULL;
	return 0;
}

void
wire_clean(struct codec *c)
{
	struct soap *soap = c->reader;

	soap_dealloc(soap, NULL); /* the rest of soap_end() comes in the next soap_begin_recv(),
				     where something was left open */
	soap_clr_attr(soap);
	soap->bufidx = soap->buflen = 0; /* nothing unread reaches the next message */
	explicit_bzero(soap->buf, c->given < sizeof(soap->buf) ? c->given : sizeof(soap->buf));
	if (soap->labbuf != NULL) /* where texts are put together */
		explicit_bzero(soap->labbuf, soap->lablen);
	c->left = (struct octets){NULL, 0};
	c->given = 0;
}

int
wire_write(struct codec *c, const struct wire_job *job, struct arena *arena, struct octets *out,
    struct err *e)
{
	struct soap *soap = c->writers[job->names];
	struct sink s = {arena, NULL, 0, job->size + MARKUP_OCTETS};
	int rc = -1;

	*out = (struct octets){NULL, 0};
	if ((s.at = arena_alloc(arena, s.room)) == NULL)
		return err_set(e, ERR_NOMEM, "%zu octets to write into", s.room);
	soap->user = &s;
	if (soap_begin_send(soap) || no_names(soap) || job->put(soap, job->from) ||
	    soap_end_send(soap)) {
		err_set(e, soap->error == SOAP_EOM ? ERR_NOMEM : ERR_INTERNAL,
		    "gSOAP: write: error %d", soap->error);
		goto out;
	}
	*out = (struct octets){s.at, s.len};
	rc = 0;
out:
	soap_dealloc(soap, NULL); /* as in wire_clean(): soap_begin_send() does the rest */
	soap->user = NULL;
	return rc;
}

static int
put_text(struct soap *soap, const void *from)
{
	return soap_string_out(soap, from, 0);
}

int
wire_escape(
    struct codec *c, const char *text, struct arena *arena, struct octets *out, struct err *e)
{
	struct wire_job job = {.put = put_text, .from = text, .size = strlen(text)};

	return wire_write(c, &job, arena, out, e);
}

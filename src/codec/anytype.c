/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The hand-made part of the generated reader and writer; see anytype.h.
 *
 * Lives in libgen.a beside the code that calls it, so that the two archives need each other one
 * way.
 */
#include "config.h"

#include <string.h>

#include "codec/wire.h"

void
soap_default_xsd__anyType(struct soap *soap, struct codec_data *a)
{
	(void)soap;
	*a = (struct codec_data){NULL, 0, NULL};
}

void
soap_serialize_xsd__anyType(struct soap *soap, const struct codec_data *a)
{
	(void)soap;
	(void)a;
}

int
soap_out_xsd__anyType(
    struct soap *soap, const char *tag, int id, const struct codec_data *a, const char *type)
{
	(void)id;
	(void)type;
	if (soap_element(soap, tag, -1, NULL))
		return soap->error;
	if (a->attributes != NULL && soap_send(soap, a->attributes))
		return soap->error;
	if (soap_element_start_end_out(soap, NULL))
		return soap->error;
	if (a->len > 0 && soap_send_raw(soap, a->octets, a->len))
		return soap->error;
	return soap_element_end_out(soap, tag);
}

/* Behind the value of an attribute whose `=` stands before `at`; NULL unless it is as C14N writes
 * it. */
static const unsigned char *
past_value(const unsigned char *at, const unsigned char *end)
{
	const unsigned char *quote = memchr(at + 1, '"', (size_t)(end - at) - 1);

	if (at[-1] != '=' || quote == NULL || memchr(at, '<', (size_t)(quote - at)) != NULL)
		return NULL;
	return quote + 1;
}

/* Behind the tag that begins at `at`; NULL unless it is as C14N writes it. */
static const unsigned char *
past_tag(const unsigned char *at, const unsigned char *end)
{
	bool closing = end - at > 1 && at[1] == '/';

	for (at += closing ? 2 : 1; at != NULL && at < end;) {
		if (*at == '>')
			return at[-1] == '/' || at[-1] == '<' ? NULL : at + 1;
		if (*at == '<' || *at == '!' || *at == '?' || *at == '\'')
			return NULL;
		if (*at == '"')
			at = closing ? NULL : past_value(at, end);
		else
			at++;
	}
	return NULL;
}

/* The end tag of the element whose content begins at `at`; NULL when anything before it is not as
 * C14N writes it. */
static const unsigned char *
end_tag(const unsigned char *at, const unsigned char *end)
{
	size_t depth = 0;

	while (at != NULL && (at = memchr(at, '<', (size_t)(end - at))) != NULL) {
		bool closing = end - at > 1 && at[1] == '/';

		if (closing && depth == 0)
			return at;
		depth += closing ? (size_t)-1 : 1;
		at = past_tag(at, end);
	}
	return NULL;
}

/* Goes to the end tag of the current element without gSOAP, which takes octet by octet. False: not
 * a step was made, what is ahead is for gSOAP to read. */
static bool
leap(struct soap *soap)
{
	struct codec *c = soap->user;
	size_t ready = soap->buflen - soap->bufidx, gone;
	const unsigned char *from = c->left.data - ready, *to; /* the reader's buffer is a copy */

	if (soap->ahead != 0 || soap->peeked ||
	    (to = end_tag(from, from + ready + c->left.len)) == NULL)
		return false;
	gone = (size_t)(to - from);
	if (gone <= ready) {
		soap->bufidx += gone;
		return true;
	}
	soap->bufidx = soap->buflen;
	c->left.data += gone - ready;
	c->left.len -= gone - ready;
	return true;
}

/* Past the rest of the current element. */
static int
skip(struct soap *soap, const char *tag)
{
	if (!soap->body)
		return SOAP_OK;
	if (leap(soap))
		return soap_element_end_in(soap, tag);
	soap->level--; /* soap_ignore() counts the element for itself */
	return soap_ignore(soap);
}

struct codec_data *
soap_in_xsd__anyType(struct soap *soap, const char *tag, struct codec_data *a, const char *type)
{
	(void)type;
	if (soap_element_begin_in(soap, tag, 0, NULL))
		return NULL;
	if (a == NULL && (a = soap_new_xsd__anyType(soap, 1)) == NULL)
		return NULL;
	soap_default_xsd__anyType(soap, a);
	return skip(soap, tag) ? NULL : a;
}

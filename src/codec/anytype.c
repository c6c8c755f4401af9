/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The hand-made part of the generated reader and writer; see anytype.h.
 *
 * Lives in libgen.a beside the code that calls it, so that the two archives need each other one
 * way.
 */
#include "config.h"

#include <shep_H.h>

#include "codec/anytype.h"

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

struct codec_data *
soap_in_xsd__anyType(struct soap *soap, const char *tag, struct codec_data *a, const char *type)
{
	(void)type;
	if (soap_element_begin_in(soap, tag, 0, NULL))
		return NULL;
	if (a == NULL && (a = soap_new_xsd__anyType(soap, 1)) == NULL)
		return NULL;
	soap_default_xsd__anyType(soap, a);
	if (soap->body) {
		soap->level--; /* soap_ignore() counts the element for itself */
		if (soap_ignore(soap))
			return NULL;
	}
	return a;
}

/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The shape of a SOAP 1.1 envelope: every part exists once and stands where it must.
 *
 * Promise: a struct env has one Envelope of SOAP 1.1, at most one Header before one Body, one
 * element in the Body, nothing after it, no Id twice that a signature could mean, at most one
 * wsse:Security addressed to us with at most one ds:Signature as a direct child and none elsewhere
 * in the Header, and no mandatory header that we do not understand (security.md R-05, R-20, R-24).
 * What stands in the Body is the service's: signatures in it are left alone. It borrows from the
 * document and owns nothing. Also writes reply envelopes: prefixes soap ds wsse wsu xsi xs,
 * literally (shep.md 4.1).
 */
#ifndef ENV_ENV_H
#define ENV_ENV_H

#include "dom/dom.h"

#define ENV_SOAP "http://schemas.xmlsoap.org/soap/envelope/"
#define ENV_WSSE "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
#define ENV_WSU "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
#define ENV_DS "http://www.w3.org/2000/09/xmldsig#"
#define ENV_XSI "http://www.w3.org/2001/XMLSchema-instance"
#define ENV_XS "http://www.w3.org/2001/XMLSchema"

struct env {
	const struct dom *doc;
	struct dom_node *body;
	struct dom_node *operation; /* the one element in the Body (a Fault, too) */
	struct dom_node *security;  /* or NULL */
	struct dom_node *signature; /* ds:Signature in it, or NULL */
	struct dom_node *timestamp; /* wsu:Timestamp in it, or NULL */
	struct dom_node *token;	    /* wsse:BinarySecurityToken in it, or NULL */
	const char *body_id;	    /* wsu:Id, else plain Id; or NULL. In the arena. */
};

/* ERR_ENV_VERSION, _SHAPE, _MUST_UNDERSTAND, _DUPLICATE_ID. */
int env_check(const struct dom *, struct arena *, struct env *out, struct err *) MUSTCHECK;

/* A reply envelope around an operation element that is already serialised and declares its own
 * namespaces (but soap, which the Envelope declares). UTF-8 with XML declaration; exactly these
 * octets are signed and sent. With a body_id (R-22: a letter or _, then up to 127 of A-Z a-z 0-9 .
 * _ -) the Body carries it as wsu:Id and the Header holds nothing but ENV_SIGNATURE_PLACE, once:
 * sig_sign_envelope() puts the ds:Signature in. Without, there is no Header. ERR_INTERNAL for a
 * body_id of another form. */
#define ENV_SIGNATURE_PLACE                                                                        \
	"<wsse:Security xmlns:wsse=\"" ENV_WSSE "\" soap:mustUnderstand=\"1\"></wsse:Security>"
int env_write(struct octets operation, const char *body_id, struct arena *, struct octets *out,
    struct err *) MUSTCHECK;

struct env_fault {
	const char
	    *faultcode; /* "Client", "Server", ... or the bare code where a profile says so */
	bool bare;	/* faultcode without the soap: prefix */
	const char *faultstring; /* public text */
	struct octets
	    detail; /* serialised ErrorInfo in the operation's fault element; may be empty */
};

/* The soap:Fault element for env_write(), which declares the prefix. */
int env_write_fault(
    const struct env_fault *, struct arena *, struct octets *out, struct err *) MUSTCHECK;

/* text with & < > " and carriage return escaped, and what is not UTF-8 or no character of XML 1.0
 * as U+FFFD: fit for element content and for values in double quotes. */
int env_escape(struct octets text, struct arena *, struct octets *out, struct err *) MUSTCHECK;

#endif

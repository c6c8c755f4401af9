/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The form of one ds:Signature, held against the allow-list before xmlsec sees it (R-21 to R-23).
 *
 * xmlsec 1.2.37 runs references and transforms before it checks the signature: a single
 * unauthenticated message cost 276 s. What passes here is nothing but known elements in their
 * order, known attributes, known algorithms, bare-name references and base64 of the right length.
 */
#ifndef SIG_SHAPE_H
#define SIG_SHAPE_H

#include "sig/suite.h"

#define SIG_EXC_C14N "http://www.w3.org/2001/10/xml-exc-c14n#"
#define SIG_C14N "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
#define SIG_C14N_COMMENTS SIG_C14N "#WithComments"
#define SIG_MOST_PREFIXES 16  /* R-23 */
#define SIG_MOST_REFERENCES 4 /* Body, Timestamp, token, and one to spare (design.md 8) */

enum sig_form {
	SIG_FORM_TRANSPORT, /* references by Id, exc-c14n only */
	SIG_FORM_DOCUMENT,  /* one reference to the whole document, enveloped */
	SIG_FORM_IN_PLACE   /* one to the whole document or, by Id, to one element; enveloped */
};

struct sig_reference {
	const struct dom_node *node; /* the ds:Reference */
	const char *uri;	     /* "#id", or "" */
	const char *prefixes;	     /* PrefixList of its exc-c14n, "" for none; NULL = inclusive */
	const struct sig_digest *digest;
	struct octets value;	       /* of DigestValue */
	const struct dom_node *target; /* what uri leads to; for whoever resolves it */
};

struct sig_shape {
	enum sig_form form;
	const struct dom_node *signature;
	const struct dom_node *key_info;
	const struct sig_suite *suite;
	const struct dom_node *signed_info;
	const char *prefixes; /* PrefixList of its CanonicalizationMethod, or NULL */
	struct octets value;  /* of SignatureValue */
	struct sig_reference references[SIG_MOST_REFERENCES];
	size_t reference_count;
};

/* ERR_SIG_STRUCTURE, ERR_SIG_ALGORITHM, ERR_SIG_COVERAGE for a reference of another kind. */
int sig_read_shape(const struct dom_node *signature, enum sig_form, struct arena *,
    struct sig_shape *out, struct err *) MUSTCHECK;

/* true when the blank-separated list has the prefix. */
bool sig_prefix_listed(const char *list, const char *prefix);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Which certificate a ds:KeyInfo speaks of. Exactly one, in one of the known forms; never a
 * bare key, a key name, a retrieval or a CRL of the sender's.
 */
#ifndef SIG_KEYINFO_H
#define SIG_KEYINFO_H

#include "sig/shape.h"

#define SIG_TYPE_BASE64                                                                            \
	"http://docs.oasis-open.org/wss/2004/01/"                                                  \
	"oasis-200401-wss-soap-message-security-1.0#Base64Binary"
#define SIG_TYPE_X509                                                                              \
	"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3"

/* env is NULL for a document. ERR_SIG_KEYINFO for the form, ERR_PKI_CERTIFICATE for its content,
 * ERR_PKI_UNKNOWN_SIGNER for an issuer and serial that nobody was pinned under. */
int sig_find_certificate(const struct sig_shape *, const struct env *, struct pki *,
    struct instant at, struct arena *, const struct pki_cert **out, struct err *) MUSTCHECK;

#endif

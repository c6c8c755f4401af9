/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the tests of sig/ share: libraries started, the test PKI trusted, one template to begin
 * with.
 */
#ifndef TESTS_UNIT_SIG_COMMON_H
#define TESTS_UNIT_SIG_COMMON_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fixture.h"
#include "sig/sig.h"
#include "sign.h"

#define WSSE_TYPES                                                                                 \
	"EncodingType=\"http://docs.oasis-open.org/wss/2004/01/"                                   \
	"oasis-200401-wss-soap-message-security-1.0#Base64Binary\" ValueType=\"" X509_TYPE "\""
#define X509_TYPE                                                                                  \
	"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3"
#define EXC "http://www.w3.org/2001/10/xml-exc-c14n#"
#define RSA "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
#define SHA256 "http://www.w3.org/2001/04/xmlenc#sha256"

/* Pieces of the template, which tests replace. */
#define C14N_METHOD "<ds:CanonicalizationMethod Algorithm=\"" EXC "\"/>"
#define SIGN_METHOD "<ds:SignatureMethod Algorithm=\"" RSA "\"/>"
#define TRANSFORM "<ds:Transform Algorithm=\"" EXC "\"/>"
#define TRANSFORMS "<ds:Transforms>" TRANSFORM "</ds:Transforms>"
#define DIGEST_METHOD "<ds:DigestMethod Algorithm=\"" SHA256 "\"/>"
#define REFERENCE(id)                                                                              \
	"<ds:Reference URI=\"#" id "\">" TRANSFORMS DIGEST_METHOD "<ds:DigestValue>@DIGEST:" id    \
	"@</ds:DigestValue></ds:Reference>"
#define VALUE "<ds:SignatureValue>@VALUE@</ds:SignatureValue>"
#define KEY_IDENTIFIER                                                                             \
	"<wsse:SecurityTokenReference><wsse:KeyIdentifier " WSSE_TYPES                             \
	">@CERT@</wsse:KeyIdentifier></wsse:SecurityTokenReference>"
#define KEY_INFO "<ds:KeyInfo>" KEY_IDENTIFIER "</ds:KeyInfo>"
#define BODY_OPEN "<soap:Body wsu:Id=\"body-1\">"
#define PAYLOAD                                                                                    \
	"<m:SendMessage "                                                                          \
	"xmlns:m=\"urn:m\"><request><iin>000101300019</iin></request></m:SendMessage>"
#define SECURITY_END "</wsse:Security>"
#define ENVELOPE                                                                                   \
	"<soap:Envelope xmlns:soap=\"" ENV_SOAP "\" xmlns:wsse=\"" ENV_WSSE                        \
	"\" xmlns:wsu=\"" ENV_WSU "\" xmlns:xsi=\"" ENV_XSI "\" xmlns:xs=\"" ENV_XS                \
	"\" xmlns:cs=\"urn:cs\"><soap:Header>"                                                     \
	"<wsse:Security soap:mustUnderstand=\"1\">"                                                \
	"<ds:Signature xmlns:ds=\"" ENV_DS "\"><ds:SignedInfo>" C14N_METHOD SIGN_METHOD REFERENCE( \
	    "body-1") "</ds:SignedInfo>" VALUE KEY_INFO "</ds:Signature>" SECURITY_END             \
		      "</soap:Header>" BODY_OPEN PAYLOAD "</soap:Body></soap:Envelope>"

struct common {
	struct arena *arena;
	struct pki *pki;
	struct instant at;
	struct pki_identity *gateway, *gost, *gost2004, *person;
	struct sig_policy policy;
};

/* cmocka's group and test fixtures. */
int common_setup(void **state);
int common_teardown(void **state);
int common_reset(void **state);

/* One replacement in the template, signed by the RSA gateway. */
const char *common_edit(struct common *, const char *from, const char *to);

/* The verdict on a message; *out may be NULL. */
enum err_code common_verify(struct common *, const char *text, struct sig_part *out, struct err *e);
enum err_code common_verify_document(
    struct common *, const char *text, struct sig_part *out, size_t *count, struct err *e);

/* A row of a table of edits that must be refused. */
struct edit {
	const char *what, *from, *to;
	enum err_code code;
};
void common_refuse_all(struct common *, const struct edit *, size_t count);

#endif

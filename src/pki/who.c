/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Who a certificate is: IIN, BIN, roles, and whether it may sign documents (nca.md 5, 5.1).
 *
 * Reads serialNumber, OU, CN and the usage extensions only: a value in an e-mail or any other field
 * proves nothing. Check digits are not asked for: the NCA's own test numbers fail them.
 */
#include "config.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/x509v3.h>

#include "pki/inner.h"

/* Extended key usage to role: the NCA's, those of BTSD, which an accredited CA issues for the same
 * roles, the state's own CA's, the Treasury's (nca.md 5). `arc`: everything below the OID too. */
static const struct {
	const char *oid;
	unsigned role;
	bool arc;
} roles[] = {
    {"1.2.398.3.3.4.1.1", PKI_ROLE_PERSON, false},
    {"1.2.398.3.3.4.1.1.1", PKI_ROLE_SYSTEM, false},
    {"1.2.398.3.3.4.1.2", PKI_ROLE_LEGAL, false},
    {"1.2.398.3.3.4.1.2.1", PKI_ROLE_HEAD, false},
    {"1.2.398.3.3.4.1.2.2", PKI_ROLE_SIGNRIGHT, false},
    {"1.2.398.3.3.4.1.2.3", PKI_ROLE_FINANCE, false},
    {"1.2.398.3.3.4.1.2.4", PKI_ROLE_HR, false},
    {"1.2.398.3.3.4.1.2.5", PKI_ROLE_EMPLOYEE, false},
    {"1.2.398.3.3.4.1.2.6", PKI_ROLE_SYSTEM, true},
    {"1.2.398.3.3.4.2", PKI_ROLE_NCA, true},
    {"1.2.398.3.3.4.3.1", PKI_ROLE_IN_PERSON, false},
    {"1.2.398.3.3.4.3.2", PKI_ROLE_REMOTE, true},
    {"1.2.398.3.2.3.1", PKI_ROLE_STATE, false},
    {"1.2.398.3.2.3.2", PKI_ROLE_STATE, false},
    {"1.2.398.3.2.3.3", PKI_ROLE_STATE, false},
    {"1.2.398.3.2.3.4", PKI_ROLE_STATE, false},
    {"1.2.398.5.19.1.2.2.1", PKI_ROLE_TREASURY, false},
    {"1.2.398.3.17.3.1", PKI_ROLE_PERSON, false},
    {"1.2.398.3.17.3.2", PKI_ROLE_LEGAL, false},
    {"1.2.398.3.17.3.3", PKI_ROLE_HEAD, false},
    {"1.2.398.3.17.3.4", PKI_ROLE_SIGNRIGHT, false},
    {"1.2.398.3.17.3.5", PKI_ROLE_FINANCE, false},
    {"1.2.398.3.17.3.6", PKI_ROLE_HR, false},
    {"1.2.398.3.17.3.7", PKI_ROLE_EMPLOYEE, false},
};

static unsigned
role(const char *oid)
{
	unsigned found = 0;

	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
		size_t n = strlen(roles[i].oid);
		if (strncmp(oid, roles[i].oid, n) == 0 &&
		    (oid[n] == '\0' || (roles[i].arc && oid[n] == '.')))
			found |= roles[i].role;
	}
	return found;
}

/* What certificates of signers carry: everything of Kazakhstan's own, and the two that tell SIGN
 * from AUTH (nca.md 5). A server's or a program's certificate signs no message. */
static bool
is_for_people(const char *oid)
{
	static const char *const general[] = {
	    "2.5.29.37.0",	 /* any */
	    "1.3.6.1.5.5.7.3.4", /* emailProtection */
	    "1.3.6.1.5.5.7.3.2"	 /* clientAuth */
	};

	for (size_t i = 0; i < sizeof(general) / sizeof(general[0]); i++)
		if (strcmp(oid, general[i]) == 0)
			return true;
	return strncmp(oid, "1.2.398.", strlen("1.2.398.")) == 0;
}

/* Without the extension any usage is meant (UCGO's and banks' have none). */
static unsigned
read_roles(const X509 *x, bool *for_people)
{
	EXTENDED_KEY_USAGE *usages = X509_get_ext_d2i(x, NID_ext_key_usage, NULL, NULL);
	unsigned found = 0;

	*for_people = X509_get_ext_by_NID(x, NID_ext_key_usage, -1) < 0;
	for (int i = 0; i < sk_ASN1_OBJECT_num(usages); i++) {
		char oid[80] = "";
		int n = OBJ_obj2txt(oid, sizeof(oid), sk_ASN1_OBJECT_value(usages, i), 1);
		if (n <= 0 || (size_t)n >= sizeof(oid))
			continue;
		found |= role(oid);
		*for_people |= is_for_people(oid);
	}
	EXTENDED_KEY_USAGE_free(usages);
	return found;
}

/* "IIN" + 12 digits, nothing before or behind. */
static bool
is_number(const unsigned char *text, int len, const char prefix[4])
{
	if (len != 15 || memcmp(text, prefix, 3) != 0)
		return false;
	for (int i = 3; i < len; i++)
		if (!isdigit(text[i]))
			return false;
	return true;
}

/* The number in the attribute of this kind that has the prefix, written in ASCII; with two of them
 * nobody is named, and where it must be `alone` there may be no other of that kind either. */
static void
read_number(const X509_NAME *subject, int nid, const char prefix[4], bool alone, char out[13])
{
	int with_prefix = 0, found = 0;

	for (int at = -1; (at = X509_NAME_get_index_by_NID(subject, nid, at)) >= 0; found++) {
		const ASN1_STRING *s = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at));
		const unsigned char *text = ASN1_STRING_get0_data(s);
		int n = ASN1_STRING_length(s), type = ASN1_STRING_type(s);
		if ((type != V_ASN1_UTF8STRING && type != V_ASN1_PRINTABLESTRING) || n < 3 ||
		    memcmp(text, prefix, 3) != 0)
			continue;
		if (++with_prefix == 1 && is_number(text, n, prefix))
			memcpy(out, text + 3, 12);
	}
	if (with_prefix != 1 || (alone && found != 1))
		memset(out, 0, 13);
}

/* Cut at a whole character; a name with NUL in it is no name. */
static void
read_name(const X509_NAME *subject, char *out, size_t size)
{
	int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
	unsigned char *text = NULL;
	int len = -1;

	if (at >= 0)
		len = ASN1_STRING_to_UTF8(
		    &text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
	if (len > 0 && memchr(text, '\0', (size_t)len) == NULL) {
		size_t n = (size_t)len;
		if (n >= size)
			for (n = size - 1; n > 0 && (text[n] & 0xC0) == 0x80; n--)
				;
		memcpy(out, text, n);
		out[n] = '\0';
	}
	OPENSSL_free(text);
}

static void
read_serial(const X509 *x, char *out, size_t size)
{
	BIGNUM *n = ASN1_INTEGER_to_BN(X509_get0_serialNumber(x), NULL);
	char *text = n != NULL ? BN_bn2dec(n) : NULL;

	if (text != NULL && strlen(text) < size)
		memcpy(out, text, strlen(text) + 1);
	OPENSSL_free(text);
	BN_free(n);
}

/* The order of the NCA splits its sets by usage: SIGN has nonRepudiation and emailProtection, AUTH
 * has clientAuth; the one certificate of 2022 has no clientAuth (nca.md 5). */
static bool
sign_capable(const struct pki_cert *c)
{
	uint32_t both = KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION;

	return (c->usage & both) == both &&
	       !((c->extended & XKU_SSL_CLIENT) && !(c->extended & XKU_SMIME));
}

void
pki_fill_who(struct pki_cert *c)
{
	const X509_NAME *subject = X509_get_subject_name(c->x);
	uint32_t flags = X509_get_extension_flags(c->x);

	c->usage = flags & EXFLAG_KUSAGE ? X509_get_key_usage(c->x) : 0;
	c->extended = flags & EXFLAG_XKUSAGE ? X509_get_extended_key_usage(c->x) : 0;
	read_number(subject, NID_serialNumber, "IIN", true, c->who.iin);
	read_number(subject, NID_organizationalUnitName, "BIN", false, c->who.bin);
	read_name(subject, c->who.name, sizeof(c->who.name));
	read_serial(c->x, c->who.serial, sizeof(c->who.serial));
	for (size_t i = 0; i < sizeof(c->digest); i++) {
		static const char hex[] = "0123456789abcdef";
		c->who.fingerprint[2 * i] = hex[c->digest[i] >> 4];
		c->who.fingerprint[2 * i + 1] = hex[c->digest[i] & 15];
	}
	c->who.roles = read_roles(c->x, &c->for_people);
	c->who.sign_capable = sign_capable(c);
}

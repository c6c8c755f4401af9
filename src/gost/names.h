/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Every name OpenSSL knows us by: short name, long name, object identifier (nca.md 1.2).
 *
 * An algorithm's names are SN:LN:OID, and SN and LN are those of OpenSSL's table of objects:
 * X509_PUBKEY and PKCS#8 look a key type up by its LN, ASN1_item_verify compares its SN.
 */
#ifndef GOST_NAMES_H
#define GOST_NAMES_H

#include "gost/gost.h"

#define GOST_ARC "1.2.398.3.10.1."

#define GOST_KEY_2015_LN "KZ GOST 34.10-2015 (512 bit)"
#define GOST_KEY_2015_OID GOST_ARC "1.2.2"
#define GOST_KEY_2015_NAMES GOST_KEY_2015 ":" GOST_KEY_2015_LN ":" GOST_KEY_2015_OID

#define GOST_KEY_2004_LN "KZ GOST 34.310-2004"
#define GOST_KEY_2004_OID GOST_ARC "1.1.1"
#define GOST_KEY_2004_NAMES GOST_KEY_2004 ":" GOST_KEY_2004_LN ":" GOST_KEY_2004_OID

#define GOST_MD_2015_LN "KZ GOST 34.11-2015 (512 bit)"
#define GOST_MD_2015_OID GOST_ARC "3.3"
#define GOST_MD_2015_NAMES GOST_MD_2015 ":" GOST_MD_2015_LN ":" GOST_MD_2015_OID

/* CMS and TSP name the digest by the first, keys carry the second: the digest with its S-boxes. */
#define GOST_MD_2004_LN "KZ GOST 34.311-95"
#define GOST_MD_2004_OID GOST_ARC "3.1"
#define GOST_MD_2004_TEST GOST_MD_2004 "-test"
#define GOST_MD_2004_TEST_LN "KZ GOST 34.311-95 with test parameters"
#define GOST_MD_2004_TEST_OID GOST_ARC "3.1.1.0"
#define GOST_MD_2004_NAMES                                                                         \
	GOST_MD_2004 ":" GOST_MD_2004_LN ":" GOST_MD_2004_OID ":" GOST_MD_2004_TEST                \
		     ":" GOST_MD_2004_TEST_LN ":" GOST_MD_2004_TEST_OID

#define GOST_SIGNATURE_2015 GOST_KEY_2015 "-with-" GOST_MD_2015
#define GOST_SIGNATURE_2015_LN "KZ GOST 34.10-2015 with GOST 34.11-2015 (512 bit)"
#define GOST_SIGNATURE_2015_OID GOST_ARC "1.2.3.2"

#define GOST_SIGNATURE_2004 GOST_KEY_2004 "-with-" GOST_MD_2004
#define GOST_SIGNATURE_2004_LN "KZ GOST 34.310-2004 with GOST 34.311-95"
#define GOST_SIGNATURE_2004_OID GOST_ARC "1.1.2"

#endif

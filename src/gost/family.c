/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The constants of both families; see family.h.
 */
#include "config.h"

#include <strings.h>

#include "gost/family.h"
#include "gost/names.h"

#define ARC_DER 0x2A, 0x83, 0x0E, 0x03, 0x0A, 0x01

/* SEQ { OID key, SEQ { OID curve, OID digest } } */
static const unsigned char key_algorithm_2015[] = {0x30, 0x23, 0x06, 0x09, ARC_DER, 0x01, 0x02,
    0x02, 0x30, 0x16, 0x06, 0x0A, ARC_DER, 0x01, 0x02, 0x02, 0x01, 0x06, 0x08, ARC_DER, 0x03, 0x03};
static const unsigned char key_algorithm_2004[] = {0x30, 0x25, 0x06, 0x09, ARC_DER, 0x01, 0x01,
    0x01, 0x30, 0x18, 0x06, 0x0A, ARC_DER, 0x01, 0x01, 0x01, 0x01, 0x06, 0x0A, ARC_DER, 0x03, 0x01,
    0x01, 0x00};

/* SEQ { OID signature, NULL } */
static const unsigned char signature_algorithm_2015[] = {
    0x30, 0x0E, 0x06, 0x0A, ARC_DER, 0x01, 0x02, 0x03, 0x02, 0x05, 0x00};
static const unsigned char signature_algorithm_2004[] = {
    0x30, 0x0D, 0x06, 0x09, ARC_DER, 0x01, 0x01, 0x02, 0x05, 0x00};

const struct gost_family gost_family_2015 = {
    .key = {GOST_KEY_2015, GOST_KEY_2015_LN, GOST_KEY_2015_OID},
    .digest = {GOST_MD_2015, GOST_MD_2015_LN, GOST_MD_2015_OID},
    .signature = {GOST_SIGNATURE_2015, GOST_SIGNATURE_2015_LN, GOST_SIGNATURE_2015_OID},
    .curve_name = "id-tc26-gost-3410-2012-512-paramSetA",
    .size = 64,
    .bits = 512,
    .security_bits = 256,
    .block_size = 64,
    .key_algorithm = {key_algorithm_2015, sizeof(key_algorithm_2015)},
    .signature_algorithm = {signature_algorithm_2015, sizeof(signature_algorithm_2015)},
    .private_is_integer = false,
};

const struct gost_family gost_family_2004 = {
    .key = {GOST_KEY_2004, GOST_KEY_2004_LN, GOST_KEY_2004_OID},
    .digest = {GOST_MD_2004, GOST_MD_2004_LN, GOST_MD_2004_OID},
    .signature = {GOST_SIGNATURE_2004, GOST_SIGNATURE_2004_LN, GOST_SIGNATURE_2004_OID},
    .digest_alias = {GOST_MD_2004_TEST, GOST_MD_2004_TEST_LN, GOST_MD_2004_TEST_OID},
    .curve_name = "id-GostR3410-2001-CryptoPro-A-ParamSet",
    .size = 32,
    .bits = 256,
    .security_bits = 128,
    .block_size = 32,
    .key_algorithm = {key_algorithm_2004, sizeof(key_algorithm_2004)},
    .signature_algorithm = {signature_algorithm_2004, sizeof(signature_algorithm_2004)},
    .private_is_integer = true,
};

static bool
names(const struct gost_object *o, const char *name)
{
	return o->sn != NULL && (strcasecmp(name, o->sn) == 0 || strcasecmp(name, o->ln) == 0 ||
				    strcasecmp(name, o->oid) == 0);
}

bool
gost_family_has_digest(const struct gost_family *f, const char *name)
{
	return names(&f->digest, name) || names(&f->digest_alias, name);
}

/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Policy, trust and cryptography of one signature, and this room's beginning and end. Cheap checks
 * and the cached verdict on the certificate come before any public-key operation.
 */
#include "config.h"

#include "sig/direct.h"
#include "sig/keyinfo.h"
#include "sig/mechanics.h"
#include "sig/verify.h"

const struct sig_policy sig_default_policy = {
    .algorithms = SIG_RSA_SHA256 | SIG_RSA_SHA384 | SIG_RSA_SHA512 | SIG_GOST2015 | SIG_GOST2004,
    .rsa_bits = 2048,
    .gost2004_until = {INT64_MAX, 0},
    .require_sign_capable = true,
};

int
sig_init(struct err *e)
{
	if (sig_suites_load(e) != 0)
		return -1;
	return sig_mechanics_init(e);
}

void
sig_fini(void)
{
	sig_mechanics_fini();
	sig_suites_unload();
}

/* Signature method, digest and key must be of one family (R-23, nca.md 4.2). */
static int
check_policy(const struct sig_shape *shape, const struct pki_cert *cert, const struct sig_court *c,
    struct err *e)
{
	const struct sig_suite *suite = shape->suite;

	if ((c->policy->algorithms & suite->algorithm) == 0)
		return err_set(e, ERR_SIG_ALGORITHM, "%s is not allowed", suite->name);
	if (pki_family(cert) != suite->family)
		return err_set(
		    e, ERR_SIG_ALGORITHM, "%s with a key of another family", suite->name);
	if (suite->value_len != 0 && shape->value.len != suite->value_len)
		return err_set(e, ERR_SIG_STRUCTURE, "a value of %zu octets under %s, not of %zu",
		    shape->value.len, suite->name, suite->value_len);
	if (suite->family == PKI_RSA && pki_key_bits(cert) < c->policy->rsa_bits)
		return err_set(e, ERR_SIG_ALGORITHM, "RSA key of %u bits", pki_key_bits(cert));
	if (suite->family == PKI_GOST2004 && clock_compare(c->at, c->policy->gost2004_until) >= 0)
		return err_set(e, ERR_SIG_ALGORITHM, "gost2004 is not accepted any more");
	return 0;
}

static int
find_and_judge(const struct sig_shape *shape, const struct env *env, const struct sig_court *c,
    const struct pki_cert **cert, struct pki_signer *signer, struct err *e)
{
	struct pki_signer judged;

	if (sig_find_certificate(shape, env, c->pki, c->at, c->arena, cert, e) != 0)
		return -1;
	pki_describe(*cert, signer); /* whoever it claims to be, for the log */
	if (check_policy(shape, *cert, c, e) != 0 ||
	    pki_judge(c->pki, *cert, c->at, &judged, e) != 0)
		return -1;
	*signer = judged;
	if (c->policy->require_sign_capable && !signer->sign_capable)
		return err_set(
		    e, ERR_PKI_USAGE, "the certificate is for authentication, not signing");
	return 0;
}

/* xmlsec is for what takes more than canonical forms: an enveloped signature. */
static int
run(const struct sig_shape *shape, struct evp_pkey_ctx_st *verifier, size_t wanted, struct arena *a,
    struct sig_outcome *out, struct err *e)
{
	return shape->form == SIG_FORM_TRANSPORT
		   ? sig_direct_run(shape, verifier, wanted, a, out, e)
		   : sig_mechanics_run(shape, verifier, wanted, a, out, e);
}

/* After a refusal that came before the cryptography: is the digest right at least? An operator who
 * reads "unknown signer" wants to know whether the message is whole. */
static void
learn_digest(const struct sig_shape *shape, size_t wanted, struct arena *a, struct sig_part *out)
{
	struct sig_outcome o;
	struct err ignored = {0};

	if (run(shape, NULL, wanted, a, &o, &ignored) == 0)
		out->digest_ok = o.digest_ok;
}

int
sig_verify_one(const struct sig_shape *shape, const struct env *env, size_t wanted,
    const struct sig_court *c, struct sig_part *out, struct err *e)
{
	const struct pki_cert *cert;
	struct evp_pkey_ctx_st *verifier;
	struct sig_outcome o;

	out->verdict = SIG_REFUSED;
	out->algorithm = shape->suite->algorithm;
	if (find_and_judge(shape, env, c, &cert, &out->signer, e) != 0) {
		learn_digest(shape, wanted, c->arena, out);
		return -1;
	}
	if ((verifier = pki_verifier(cert, shape->suite->hash)) == NULL)
		return err_set(e, ERR_NOMEM, "a key cannot be set up");
	if (run(shape, verifier, wanted, c->arena, &o, e) != 0)
		return -1;
	out->digest_ok = o.digest_ok;
	if (!o.digests_ok)
		return err_set(e, ERR_SIG_DIGEST, "digest differs: changed after signing");
	if (!o.value_ok)
		return err_set(e, ERR_SIG_VALUE,
		    "signature value does not verify with the key of %s", out->signer.serial);
	out->digested = o.digested;
	out->verdict = SIG_VERIFIED;
	return 0;
}

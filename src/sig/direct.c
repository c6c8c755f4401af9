/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See direct.h. Everything that was read of the signature comes from its shape; what a reference
 * leads to was found by transport.c, as a node and not by a name, so there is no look-up that
 * could find another one.
 *
 * xmlsec's way through the same steps takes five times as long beside the RSA operation: a context,
 * four objects a transform, an XPath for every reference. xmlsec is the judge in the tests
 * (test_sig_direct).
 */
#include "config.h"

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/err.h>

#include "sig/direct.h"
#include "sig/klass.h"

/* A blank-separated list of prefixes; the array ends with NULL. */
static int
split(const char *list, struct arena *a, const char *out[SIG_MOST_PREFIXES + 1], struct err *e)
{
	char *copy = arena_strdup(a, list == NULL ? "" : list), *rest = NULL;
	size_t n = 0;

	if (copy == NULL)
		return err_set(e, ERR_NOMEM, "PrefixList");
	for (char *p = strtok_r(copy, " ", &rest); p != NULL; p = strtok_r(NULL, " ", &rest)) {
		if (n == SIG_MOST_PREFIXES)
			return err_set(e, ERR_SIG_STRUCTURE, "PrefixList is too long");
		out[n++] = p;
	}
	out[n] = NULL;
	return 0;
}

static int
canonical(const struct dom_node *apex, const char *list, struct arena *a, struct octets *out,
    struct err *e)
{
	const char *prefixes[SIG_MOST_PREFIXES + 1];

	if (split(list, a, prefixes, e) != 0)
		return -1;
	return dom_c14n(apex, prefixes, a, out, e);
}

static int
digest(
    const struct sig_digest *d, struct octets o, unsigned char md[EVP_MAX_MD_SIZE], struct err *e)
{
	if (EVP_Digest(o.data, o.len, md, NULL, d->md, NULL) == 1)
		return 0;
	return err_set(e, ERR_NOMEM, "digest %s", d->name);
}

/* The octets that the reference digested, and whether its DigestValue is theirs. */
static int
check_reference(const struct sig_reference *r, struct arena *a, struct octets *digested, bool *ok,
    struct err *e)
{
	unsigned char md[EVP_MAX_MD_SIZE];

	*ok = false;
	if (canonical(r->target, r->prefixes, a, digested, e) != 0 ||
	    digest(r->digest, *digested, md, e) != 0)
		return -1;
	*ok =
	    r->value.len == r->digest->len && CRYPTO_memcmp(r->value.data, md, r->digest->len) == 0;
	return 0;
}

static int
check_value(
    const struct sig_shape *shape, EVP_PKEY_CTX *verifier, struct arena *a, bool *ok, struct err *e)
{
	unsigned char md[EVP_MAX_MD_SIZE];
	struct octets info;

	*ok = false;
	if (canonical(shape->signed_info, shape->prefixes, a, &info, e) != 0 ||
	    digest(shape->suite->digest, info, md, e) != 0)
		return -1;
	if (sig_value_is_right(shape->suite, verifier, shape->value, md, ok) != 0)
		return err_set(e, ERR_NOMEM, "a pair of numbers");
	return 0;
}

int
sig_direct_run(const struct sig_shape *shape, EVP_PKEY_CTX *verifier, size_t wanted,
    struct arena *a, struct sig_outcome *out, struct err *e)
{
	bool every = true;
	int rc = -1;

	*out = (struct sig_outcome){.digest_ok = false};
	ERR_clear_error();
	for (size_t i = 0; i < shape->reference_count; i++) {
		struct octets digested;
		bool ok;
		if (check_reference(&shape->references[i], a, &digested, &ok, e) != 0)
			goto out;
		every &= ok;
		if (i != wanted)
			continue;
		out->digest_ok = ok;
		out->digested = digested;
	}
	out->digests_ok = every;
	/* what is not what was signed costs no public-key operation */
	if (every && verifier != NULL && check_value(shape, verifier, a, &out->value_ok, e) != 0)
		goto out;
	rc = ERR_GET_REASON(ERR_peek_error()) != ERR_R_MALLOC_FAILURE
		 ? 0
		 : err_set(e, ERR_NOMEM, "OpenSSL");
out:
	if (rc != 0)
		*out = (struct sig_outcome){.digest_ok = false};
	ERR_clear_error();
	return rc;
}

/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Who may call what: sender by secret and certificate, service by id and channel, caller by list.
 * A sender that is not known is compared against a decoy, so that time does not tell the names.
 * Reading the configuration into the table is run/'s work.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "route/route.h"

#define SALT_LEN ((size_t)32)
#define DIGEST_LEN ((size_t)64)
#define ACCESS "ACCESS" /* whatever the reason, while nobody has shown who he is */
#define SECRET_LEN (SALT_LEN + 1 + DIGEST_LEN) /* "salt$digest" */

/* Hashed like any other; no secret has this digest. */
static const char decoy[] = "00000000000000000000000000000000"
			    "$0000000000000000000000000000000000000000000000000000000000000000";

static void
write_hex(const unsigned char *octets, size_t len, char *out)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		out[2 * i] = digits[octets[i] >> 4];
		out[2 * i + 1] = digits[octets[i] & 15];
	}
	out[2 * len] = '\0';
}

/* Fetched once per process: an implicit fetch at each request costs more than the hash. */
static const EVP_MD *
sha256(void)
{
	static EVP_MD *md;

	if (md == NULL)
		md = EVP_MD_fetch(NULL, "SHA2-256", NULL);
	return md;
}

int
route_secret_hash(const char *secret, const char *salt, char out[98], struct err *e)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	EVP_MD_CTX *ctx = NULL;
	int rc = -1;

	if (strlen(salt) != SALT_LEN || strspn(salt, "0123456789abcdef") != SALT_LEN)
		return err_set(e, ERR_CONFIG, "a salt is 32 lower-case hex digits");
	if (sha256() == NULL || (ctx = EVP_MD_CTX_new()) == NULL ||
	    EVP_DigestInit_ex(ctx, sha256(), NULL) != 1 ||
	    EVP_DigestUpdate(ctx, salt, SALT_LEN) != 1 ||
	    EVP_DigestUpdate(ctx, secret, strlen(secret)) != 1 ||
	    EVP_DigestFinal_ex(ctx, digest, &len) != 1 || len != DIGEST_LEN / 2) {
		err_set(e, ERR_NOMEM, "SHA-256 of a secret");
		goto out;
	}
	memcpy(out, salt, SALT_LEN);
	out[SALT_LEN] = '$';
	write_hex(digest, len, out + SALT_LEN + 1);
	rc = 0;
out:
	OPENSSL_cleanse(digest, sizeof(digest));
	EVP_MD_CTX_free(ctx);
	return rc;
}

static int
check_secret(const char *given, const char *stored, bool *right, struct err *e)
{
	char salt[SALT_LEN + 1], hashed[SECRET_LEN + 1];

	*right = false;
	if (strlen(stored) != SECRET_LEN || stored[SALT_LEN] != '$')
		return err_set(e, ERR_CONFIG, "a stored secret is not salt$digest");
	memcpy(salt, stored, SALT_LEN);
	salt[SALT_LEN] = '\0';
	if (route_secret_hash(given, salt, hashed, e) != 0)
		return -1;
	*right = CRYPTO_memcmp(hashed, stored, SECRET_LEN) == 0;
	OPENSSL_cleanse(hashed, sizeof(hashed));
	return 0;
}

static const struct route_sender *
find_sender(const struct route_table *t, const char *sender_id)
{
	const struct route_sender *found = NULL;

	for (size_t i = 0; i < t->sender_count; i++)
		if (strcmp(t->senders[i].sender_id, sender_id) == 0)
			found = &t->senders[i];
	return found;
}

static const struct route_service *
find_service(const struct route_table *t, const struct msg_request *r)
{
	for (size_t i = 0; i < t->service_count; i++) {
		const struct route_service *s = &t->services[i];
		if (strcmp(s->service_id, r->service_id) == 0)
			return s->enabled && (r->channel == MSG_SYNC ? s->sync : s->async) ? s
											   : NULL;
	}
	return NULL;
}

static bool
may_sign_for(const struct route_sender *s, const struct pki_signer *signer)
{
	if (s->bin[0] != '\0' && strcmp(s->bin, signer->bin) != 0)
		return false;
	for (size_t i = 0; i < s->fingerprint_count; i++)
		if (strcmp(s->fingerprints[i], signer->fingerprint) == 0)
			return true;
	return s->fingerprint_count == 0;
}

static bool
is_client_of(const struct route_sender *s, const char *client)
{
	for (size_t i = 0; i < s->client_count; i++)
		if (strcmp(s->clients[i], client) == 0)
			return true;
	return false;
}

/* A client's certificate that some senders list is theirs alone. */
static bool
may_call_as(const struct route_table *t, const struct route_sender *s, const char *client)
{
	if (s->client_count > 0)
		return is_client_of(s, client);
	for (size_t i = 0; i < t->sender_count; i++)
		if (is_client_of(&t->senders[i], client))
			return false;
	return true;
}

static bool
is_caller(const struct route_service *service, const char *sender_id)
{
	for (size_t i = 0; i < service->caller_count; i++)
		if (strcmp(service->callers[i], sender_id) == 0)
			return true;
	return false;
}

/* Why goes to the log; the peer learns a word. */
static int
refuse(struct err *e, const char *word, const char *why)
{
	err_set(e, ERR_ROUTE_ACCESS, "%s", why);
	if (e->code == ERR_ROUTE_ACCESS)
		snprintf(e->public_, sizeof(e->public_), "%s", word);
	return -1;
}

static int
check_sender(const struct route_table *t, const struct route_sender *s, const struct msg_request *r,
    const struct pki_signer *signer, const char *client, struct err *e)
{
	bool right;

	if (check_secret(r->sender.password, s != NULL ? s->secret : decoy, &right, e) != 0)
		return -1;
	if (s == NULL)
		return refuse(e, ACCESS, "unknown sender");
	if (!right)
		return refuse(e, ACCESS, "wrong secret");
	if (!may_sign_for(s, signer))
		return refuse(e, ACCESS, "this certificate does not sign for the sender");
	if (!may_call_as(t, s, client))
		return refuse(e, ACCESS, "the TLS client's certificate is not the sender's");
	if (s->suspended)
		return refuse(e, "INT-SUSPENDED", "the sender is suspended");
	return 0;
}

int
route_find(const struct route_table *t, const struct msg_request *r,
    const struct pki_signer *signer, const char *client, struct route_choice *out, struct err *e)
{
	const struct route_sender *sender = find_sender(t, r->sender.sender_id);
	const struct route_service *service = find_service(t, r);

	*out = (struct route_choice){NULL, NULL};
	if (check_sender(t, sender, r, signer, client == NULL ? "" : client, e) != 0)
		return -1;
	/* only who has shown who he is learns which services there are */
	if (service == NULL)
		return err_tell(e, ERR_ROUTE_SERVICE, "serviceId is not offered on this channel");
	if (!is_caller(service, sender->sender_id))
		return refuse(e, ACCESS, "the sender is not among the callers of the service");
	*out = (struct route_choice){service, sender};
	return 0;
}

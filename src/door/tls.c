/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * TLS 1.2 and 1.3 for both directions: contexts and the server's handshake.
 *
 * No compression, no renegotiation, forward secrecy and authenticated ciphers only. No session is
 * resumed: the key of tickets would live as long as the daemon, and a client that resumes shows no
 * certificate.
 */
#include "config.h"

#include <poll.h>
#include <stdio.h>

#include <openssl/err.h>

#include "door/room.h"

#define CIPHERS_12 "ECDHE+AESGCM:ECDHE+CHACHA20"

const char *
tls_reason(char *text, size_t size)
{
	unsigned long code = ERR_peek_error();
	const char *reason = code == 0 ? NULL : ERR_reason_error_string(code);

	snprintf(text, size, "%s", reason == NULL ? "no reason given" : reason);
	ERR_clear_error();
	return text;
}

static int
refuse(struct err *e, const char *what, const char *file)
{
	char why[120];

	return err_set(e, ERR_CONFIG, "%s %s: %s", what, file, tls_reason(why, sizeof(why)));
}

static SSL_CTX *
modern(const SSL_METHOD *method)
{
	SSL_CTX *c = SSL_CTX_new(method);

	if (c == NULL)
		return NULL;
	SSL_CTX_set_options(c, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET |
				   SSL_OP_CIPHER_SERVER_PREFERENCE);
	SSL_CTX_set_mode(c, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
				SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_OFF);
	if (SSL_CTX_set_min_proto_version(c, TLS1_2_VERSION) != 1 ||
	    SSL_CTX_set_cipher_list(c, CIPHERS_12) != 1 || SSL_CTX_set_num_tickets(c, 0) != 1) {
		SSL_CTX_free(c);
		return NULL;
	}
	return c;
}

/* The certificate is judged when the handshake is done, by rules of ours; that the peer has its key
 * is OpenSSL's to check meanwhile. */
static int
judged_later(X509_STORE_CTX *path, void *self)
{
	(void)path;
	(void)self;
	return 1;
}

int
tls_server(const struct door_options *o, SSL_CTX **out, struct err *e)
{
	int rc = -1;
	SSL_CTX *c = modern(TLS_server_method());

	*out = NULL;
	if (c == NULL) {
		refuse(e, "cannot set up", "TLS");
		goto out;
	}
	if (SSL_CTX_use_certificate_chain_file(c, o->certificate) != 1) {
		refuse(e, "cannot use the certificate", o->certificate);
		goto out;
	}
	if (SSL_CTX_use_PrivateKey_file(c, o->key, SSL_FILETYPE_PEM) != 1 ||
	    SSL_CTX_check_private_key(c) != 1) {
		refuse(e, "cannot use the key", o->key);
		goto out;
	}
	if (o->clients != DOOR_CLIENT_NONE) {
		SSL_CTX_set_verify(c, SSL_VERIFY_PEER, NULL);
		SSL_CTX_set_cert_verify_callback(c, judged_later, NULL);
	}
	*out = c;
	c = NULL; /* moved */
	rc = 0;
out:
	SSL_CTX_free(c);
	return rc;
}

int
tls_client(const char *ca, SSL_CTX **out, struct err *e)
{
	int rc = -1;
	SSL_CTX *c = modern(TLS_client_method());

	*out = NULL;
	if (c == NULL) {
		refuse(e, "cannot set up", "TLS");
		goto out;
	}
	if ((ca == NULL ? SSL_CTX_set_default_verify_paths(c) : SSL_CTX_load_verify_file(c, ca)) !=
	    1) {
		refuse(e, "cannot use the anchors", ca == NULL ? "of the system" : ca);
		goto out;
	}
	SSL_CTX_set_verify(c, SSL_VERIFY_PEER, NULL);
	*out = c;
	c = NULL; /* moved */
	rc = 0;
out:
	SSL_CTX_free(c);
	return rc;
}

int
tls_accept(struct soap *s, SSL_CTX *c, short *wants)
{
	ERR_clear_error();
	if (s->ssl == NULL) {
		if ((s->ssl = SSL_new(c)) == NULL || SSL_set_fd(s->ssl, s->socket) != 1)
			return IO_BROKEN;
	}
	int r = SSL_accept(s->ssl);
	if (r == 1)
		return 0;
	int why = SSL_get_error(s->ssl, r);
	*wants = why == SSL_ERROR_WANT_WRITE ? POLLOUT : POLLIN;
	return why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE ? IO_WAIT : IO_BROKEN;
}

int
tls_know_client(
    const struct soap *s, const struct door_options *o, char fingerprint[65], struct err *e)
{
	X509 *x = s->ssl != NULL ? SSL_get0_peer_certificate(s->ssl) : NULL;
	unsigned char *der = NULL;
	struct err why = {0};
	int len, rc;

	fingerprint[0] = '\0';
	if (x == NULL && o->clients == DOOR_CLIENT_REQUIRED)
		return err_set(e, ERR_TLS_CLIENT, "the client shows no certificate");
	if (x == NULL || o->clients == DOOR_CLIENT_NONE)
		return 0;
	len = i2d_X509(x, &der);
	rc = len < 0
		 ? err_set(e, ERR_NOMEM, "a client's certificate")
		 : o->judge(o->judge_self, (struct octets){der, (size_t)len}, fingerprint, &why);
	if (rc != 0) {
		fingerprint[0] = '\0';
		err_set(e, ERR_TLS_CLIENT, "%s: %s", err_row(why.code)->name, why.detail);
	}
	OPENSSL_free(der);
	ERR_clear_error();
	return rc;
}

bool
tls_heard(const struct soap *s)
{
	return s->ssl != NULL && BIO_number_read(SSL_get_rbio(s->ssl)) > 0;
}

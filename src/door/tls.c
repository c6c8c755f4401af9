/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * TLS 1.2 and 1.3 for both directions: contexts and the server's handshake.
 *
 * No compression, no renegotiation, forward secrecy and authenticated ciphers only. No session
 * tickets: their key would live as long as the daemon. Partners authenticate by signature, not by
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

int
tls_server(const char *certificate, const char *key, SSL_CTX **out, struct err *e)
{
	int rc = -1;
	SSL_CTX *c = modern(TLS_server_method());

	*out = NULL;
	if (c == NULL) {
		refuse(e, "cannot set up", "TLS");
		goto out;
	}
	if (SSL_CTX_use_certificate_chain_file(c, certificate) != 1) {
		refuse(e, "cannot use the certificate", certificate);
		goto out;
	}
	if (SSL_CTX_use_PrivateKey_file(c, key, SSL_FILETYPE_PEM) != 1 ||
	    SSL_CTX_check_private_key(c) != 1) {
		refuse(e, "cannot use the key", key);
		goto out;
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

bool
tls_heard(const struct soap *s)
{
	return s->ssl != NULL && BIO_number_read(SSL_get_rbio(s->ssl)) > 0;
}

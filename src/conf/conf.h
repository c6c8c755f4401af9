/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Configuration: shepd.conf in libconfig's syntax, into plain structs; all mistakes at once.
 *
 * What may be set stands in one table (conf_def.h): name, type, default, range, help; the man page and
 * the shipped example are checked against it. conf checks form; what needs another room (do the
 * certificates load, does the handler exist) is `shepctl check`'s second half, in run/.
 */
#ifndef CONF_CONF_H
#define CONF_CONF_H

#include <stddef.h>

#include "base/err.h"

struct conf_listener {
	const char *address; /* "127.0.0.1" */
	unsigned port;
	bool tls;
	const char *certificate, *key;
};

struct conf_signing {
	const char *certificate, *key; /* PEM, or a PKCS#12 in `key` */
	const char *password_file;     /* for the key; "" = none */
	bool issuer_serial;	       /* KeyInfo by issuer and serial instead of the certificate */
	bool set;		       /* the group is there */
};

struct conf_sender {
	const char *sender_id, *secret, *bin;
	const char *const *certificates; /* files, pinned for this sender */
	size_t certificate_count;
	bool bare_faultcode, suspended;
	int line;
};

struct conf_service {
	const char *service_id, *handler, *profile;
	bool sync, async, enabled;
	const char *const *callers;
	size_t caller_count;
	bool business_signature;
	const char *placement; /* "auto", "text", "child", "data" */
	int line;
};

struct conf {
	const char *file;
	const char *data_dir;
	const char *log_level;
	const char *public_url; /* for the WSDL's address; "" = by the Host header */
	struct conf_listener *listeners;
	size_t listener_count;
	struct {
		const char *daemon, *migrate; /* libpq connection strings */
		unsigned milliseconds;
	} database;
	struct {
		const char *anchors, *partners, *crl; /* folders; "" = none */
		const char *revocation;		      /* "off", "crl" */
		const char *gost2004_until;	      /* date, "" = without end */
		unsigned rsa_bits;
	} trust;
	struct conf_signing signing;
	struct conf_sender *senders;
	size_t sender_count;
	struct conf_service *services;
	size_t service_count;
	struct {
		unsigned workers;
		unsigned body_octets;
		unsigned request_seconds, idle_seconds, keep_alive;
		unsigned worker_requests;  /* a worker is replaced after so many; 0 = never */
		unsigned refusals_per_minute; /* journal rows a peer may cause, then counted */
	} limits;
};

/* Told of each mistake: file, line, what. */
typedef void conf_complain(void *self, const char *file, int line, const char *what);

/* Reads the file and its includes. Every mistake goes to complain; ERR_CONFIG with their number when
 * there was one. Relative paths in it are taken from the file's folder. */
int conf_load(const char *file, conf_complain *complain, void *self, struct conf **out,
    struct err *) MUSTCHECK;
void conf_free(struct conf *); /* takes NULL */

#endif

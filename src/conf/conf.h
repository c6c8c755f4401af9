/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Configuration: shepd.conf in libconfig's syntax, into plain structs; all mistakes at once.
 *
 * What may be set stands in one table (conf_def.h): name, type, default, range, help; the man page
 * and the shipped example are checked against it. conf checks form; what needs another room (do the
 * certificates load, does the handler exist) is `shepctl check`'s second half, in run/.
 */
#ifndef CONF_CONF_H
#define CONF_CONF_H

#include <stddef.h>

#include "base/err.h"

/* Where something stands; for what is found wrong with it later. line 0 = not said anywhere. */
struct conf_place {
	const char *file;
	int line;
};

struct conf_listener {
	const char *address; /* "127.0.0.1" */
	unsigned port;	     /* 0 = any free one */
	bool tls;
	const char *certificate, *key; /* PEM, for tls */
	const char *client;	       /* "none", "optional", "required" */
	const char *client_ca;	       /* folder; "" = the anchors of trust */
	const char *client_crl;	       /* folder, for client_ca; "" = none */
	struct conf_place at;
};

struct conf_signing {
	const char *certificate, *key; /* PEM, or a PKCS#12 in `key` */
	const char *password_file;     /* for the key; "" = none */
	bool issuer_serial;	       /* KeyInfo by issuer and serial instead of the certificate */
	bool set;		       /* the group is there */
	struct conf_place at;
};

/* A CA whose revocations are fetched; an address that is "" is not asked. */
struct conf_issuer {
	const char *name; /* of files and lines in the log */
	const char *certificate;
	const char *crl, *delta, *ocsp; /* http:// addresses */
	bool ocsp_nonce;
	struct conf_place at;
};

struct conf_sender {
	const char *sender_id, *secret, *bin;
	const char *const *certificates; /* files, pinned for this sender */
	size_t certificate_count;
	const char *const *tls_certificates; /* files: the TLS clients that it calls as */
	size_t tls_certificate_count;
	bool bare_faultcode, suspended;
	struct conf_place at;
};

struct conf_service {
	const char *service_id, *handler, *profile;
	bool sync, async, enabled;
	const char *const *callers;
	size_t caller_count;
	bool business_signature;
	const char *const *algorithms; /* names; none = all that the trust accepts */
	size_t algorithm_count;
	const char *placement; /* "auto", "text", "child", "data", "in-place", "string" */
	unsigned signers;
	const char *revocation_unknown; /* "refuse", "accept" */
	struct conf_place at;
};

/* Whom we call on the asynchronous channel: a gateway. */
struct conf_receiver {
	const char *name, *url;
	const char *ca; /* PEM; "" = the system's */
	const char *sender_id, *secret_file;
	const char *const *certificates; /* files: who signs its answers */
	size_t certificate_count;
	unsigned seconds, concurrency, breaker_failures;
	unsigned retry_first, retry_longest; /* seconds */
	struct conf_place at;
};

/* How messages of one service are carried, coming or going. */
struct conf_profile {
	const char *service_id, *sender_id; /* "*" = any sender */
	const char *direction;		    /* "in", "out" */
	const char *receiver;		    /* "" = none */
	const char *placement;		    /* "text", "child", "data" */
	const char *escaping;		    /* "escaped", "cdata" */
	const char *sign_data;		    /* "none", "root", "data" */
	const char *prefix;		    /* "" = as it is, "default" */
	bool sign;
	const char *message_id;	      /* "own", "none" */
	const char *answer_signature; /* "required", "accepted" */
	unsigned deadline_seconds;
	const char *delivery; /* "push", "pull" */
	unsigned pull_seconds, amount;
	struct conf_place at;
};

struct conf {
	const char *file;
	const char *data_dir; /* wsdl/ and schemas/ stand in it */
	struct conf_place data_at;
	const char *include_dir; /* folder of further *.conf files; "" = none */
	const char *log_level;
	const char *public_url; /* for the WSDL's address; "" = by the Host header */
	struct conf_listener *listeners;
	size_t listener_count;
	struct {
		const char *daemon, *migrate; /* libpq connection strings */
		unsigned milliseconds;
		struct conf_place at;
	} database;
	struct {
		const char *anchors, *partners, *crl; /* folders; "" = none */
		const char *fingerprints;	      /* list of CA certificates; "" = any */
		const char *const *policies;	      /* OIDs; none = any */
		size_t policy_count;
		const char *revocation; /* "off", "crl", "ocsp", "any" */
		unsigned ocsp_seconds;
		const char *gost2004_until;    /* date, "" = without end */
		const char *const *algorithms; /* names; none = the default ones */
		size_t algorithm_count;
		unsigned rsa_bits;
		struct conf_place at;
	} trust;
	struct conf_issuer *issuers; /* group authorities */
	size_t issuer_count;
	struct {
		const char *user_agent;
		const char *state_dir; /* where the last good ones are kept; "" = nowhere */
		unsigned crl_octets;
		unsigned crl_deadline, ocsp_deadline; /* seconds of one fetch */
		unsigned crl_every, delta_every;      /* seconds from one fetch to the next */
		struct conf_place at;
	} fetch;
	struct conf_signing signing;
	struct conf_sender *senders;
	size_t sender_count;
	struct conf_service *services;
	size_t service_count;
	struct conf_receiver *receivers;
	size_t receiver_count;
	struct conf_profile *profiles;
	size_t profile_count;
	struct {
		unsigned months; /* that a month is kept after its end */
	} retention;
	struct {
		unsigned workers;
		unsigned dispatchers;
		unsigned body_octets;
		unsigned request_seconds, idle_seconds, keep_alive;
		unsigned worker_requests;     /* a worker is replaced after so many; 0 = never */
		unsigned refusals_per_minute; /* journal rows a peer may cause, then counted */
	} limits;
};

/* Told of each mistake: file, line, what. */
typedef void conf_complain(void *self, const char *file, int line, const char *what);

/* Reads the file, what it @includes (names relative to its folder) and the *.conf files of its
 * include_dir in the order of their names; lists of several files are joined. Every mistake goes to
 * complain, of a file's syntax the first only (libconfig stops there); ERR_CONFIG with their number
 * when there was one. Relative paths are taken from the folder of the file that says them. */
int conf_load(const char *file, conf_complain *complain, void *self, struct conf **out,
    struct err *) MUSTCHECK;

/* As conf_load(), but for `shepctl check`, which goes on looking: a configuration that could be
 * read to its end is given out with *mistakes counted, a wrong value in it left at its default, one
 * that is missing "". ERR_CONFIG only when a file could not be read to its end. */
int conf_read(const char *file, conf_complain *complain, void *self, struct conf **out,
    unsigned *mistakes, struct err *) MUSTCHECK;
void conf_free(struct conf *); /* takes NULL */

/* The table, row by row, in its order. value is NULL where the key must be set. */
struct conf_key {
	const char *group; /* "" = top level */
	const char *name;
	const char *type;  /* "string", "path", "number", ... */
	const char *value; /* default */
	const char *range; /* "1..65535", "off|crl", "" */
	const char *help;
};
typedef void conf_visit(void *self, const struct conf_key *);
void conf_each_key(conf_visit *, void *self);

#endif

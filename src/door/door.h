/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The door: gSOAP's listener behind a guard, TLS, and the outbound client.
 *
 * Promise: a struct door_request is one whole HTTP request: framed by exactly one Content-Length
 * (or a complete chunked body), within its size limit (refused before the body is read), UTF-8 XML
 * by its media type, not encoded, and read before the deadline; nothing of it is read again, and no
 * octet of one connection ever reaches the next. gSOAP's runtime and OpenSSL's SSL_* are known
 * here. Where client certificates are asked for, each connection proves its own: there is no
 * resumption; whether it is good is asked again for each request. Who has no good one is answered
 * 403 as soon as the head of a request is there (TLS_CLIENT), so that the refusal can be read and
 * is journalled.
 */
#ifndef DOOR_DOOR_H
#define DOOR_DOOR_H

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/octets.h"

/* What a TLS listener asks its clients for. */
enum door_clients {
	DOOR_CLIENT_NONE,
	DOOR_CLIENT_OPTIONAL, /* who shows a certificate must show a good one */
	DOOR_CLIENT_REQUIRED
};

/* Judges the certificate of a client, whose key the handshake has proven: 0 and its SHA-256 in hex,
 * or -1 when it is not accepted. */
typedef int door_judge(void *self, struct octets der, char fingerprint[65], struct err *);

struct door_options {
	const char *address;
	unsigned port; /* 0 = any free one; see door_port() */
	bool tls;
	const char *certificate, *key; /* PEM, for tls */
	size_t body_limit;	       /* octets */
	unsigned request_seconds;      /* from the first octet to the end of the answer */
	unsigned idle_seconds;	       /* before a request's first octet */
	unsigned keep_alive;	       /* requests of one connection; 1 = close after each */
	enum door_clients clients;     /* for tls */
	door_judge *judge;	       /* needed with clients */
	void *judge_self;
};

struct door_request {
	const char *method;	  /* "POST", "GET" */
	const char *path;	  /* without query: "/sync" */
	const char *query;	  /* "" if none: "wsdl" */
	const char *host;	  /* Host header, checked for characters; "" if none */
	const char *content_type; /* media type without parameters, "" for GET */
	const char *soap_action;  /* quotes taken off */
	const char *peer;	  /* "127.0.0.1:40312" */
	bool tls;
	const char *client; /* SHA-256 in hex of the client's certificate, accepted; "" if none */
	struct octets body;
	int64_t deadline; /* CLOCK_MONOTONIC, ns */
};

struct door_reply {
	int status;
	const char *content_type; /* "text/xml; charset=utf-8" */
	struct octets body;
	unsigned retry_after; /* seconds, 0 = none */
	bool close;
};

/* Called for each whole request. Fills the reply out of the arena; never fails. */
typedef void door_handler(
    void *self, const struct door_request *, struct arena *, struct door_reply *);

/* Told of each request that the door itself refused (framing, size, time): after the answer left.
 */
typedef void door_refused(
    void *self, const char *peer, const char *method, const char *path, const struct err *);

struct door; /* a listening socket */

/* Listens. Before the fork. ERR_CONFIG. */
int door_open(const struct door_options *, struct door **out, struct err *) MUSTCHECK;
void door_close(struct door *);
unsigned door_port(const struct door *);

/* No new connection is taken any more, by no process that shares the listener: they are refused at
 * once, so that a balancer in front goes elsewhere. */
void door_bar(struct door *);

/* A door with options of its own at the socket where `from` listens, so that who connects meanwhile
 * waits and is not refused; its address and port are not looked at. Before the fork. ERR_CONFIG. */
int door_take_over(const struct door_options *, const struct door *from, struct door **out,
    struct err *) MUSTCHECK;

/* From here on no process that serves this door takes a new connection from it: they are left to
 * those who serve another door at the same socket. */
void door_pass_on(struct door *);

/* Why a worker ends, for *stop of door_serve(). */
enum {
	DOOR_STOP = 1, /* nobody comes after it: idle connections get a fifth of a second, who
			  connects in it, or agrees on TLS, a second for its first octet */
	DOOR_DRAIN     /* others go on: doors that are not passed on get that fifth of a second, and
			  an idle connection its idle_seconds (10 at most), because its peer may be
			  sending just now; the next answer says Connection: close */
};

/* Serves connections from these doors until *stop is not 0, finishes what is in flight and returns.
 * One process handles one request at a time; silent and slow connections are watched meanwhile and
 * keep nobody out. Signals that the caller blocks are let in only while it waits: block those whose
 * handler sets *stop. SIGPIPE is ignored from here on. A handler may set *stop itself: its answer
 * then says Connection: close. DOOR_DRAIN may become DOOR_STOP. */
int door_serve(struct door *const *doors, size_t count, door_handler *, door_refused *, void *self,
    const volatile int *stop, struct err *) MUSTCHECK;

/* The outbound client: POSTs octets, returns status and body (in the arena). url is http:// or
 * https://; ca is a PEM file of anchors for https, or NULL for the system's; the certificate must
 * name the host. seconds bounds everything but the look-up of a host name. ERR_HTTP_UNREACHABLE,
 * _TIMEOUT, _FRAMING, _TOO_LARGE, _HEADERS, _MEDIA_TYPE (an encoded body); ERR_CONFIG when ca
 * cannot be used. */
struct door_call {
	const char *url;
	const char *ca;
	struct octets body;
	unsigned seconds;
	size_t answer_limit;
};
int door_post(const struct door_call *, struct arena *, int *status, struct octets *answer,
    struct err *) MUSTCHECK;

#endif

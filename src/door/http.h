/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The grammar of HTTP/1.1 messages, as strict as a gate has to be; octets in, no input or output.
 *
 * gSOAP's own reader takes two Content-Length fields, a length beside chunks, bare line feeds and
 * NUL, so none of it is used. Refused here is whatever two readers could read differently (RFC
 * 9112 11.2).
 */
#ifndef DOOR_HTTP_H
#define DOOR_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define HTTP_HEAD_MOST ((size_t)48 * 1024) /* a browser's worst cookies fit, a bomb does not */
#define HTTP_LINE_MOST ((size_t)8 * 1024)  /* the first line */
#define HTTP_FIELDS_MOST 100

/* Looks for the end of a head that arrives in pieces; all zero to begin. */
struct http_scan {
	bool answer;   /* a response, not a request */
	size_t seen;   /* octets judged so far */
	size_t line;   /* where the current line begins */
	size_t fields; /* lines so far */
};

/* Judges the octets that are new since the last call; at[0] is the head's first octet. *size is the
 * length of the whole head with its blank line, or 0 while it is not complete. ERR_HTTP_FRAMING as
 * soon as an octet cannot be part of any good head, ERR_HTTP_HEADERS above a limit. */
int http_find_head(
    struct http_scan *, const char *at, size_t n, size_t *size, struct err *) MUSTCHECK;

struct http_head {
	const char *method; /* "GET" also for HEAD */
	const char *path;   /* begins with "/", has no dot segments, printable ASCII */
	const char *query;
	const char *host;
	const char *content_type; /* without parameters, lower case */
	const char *soap_action;  /* without quotes */
	bool head_only;		  /* the method was HEAD: no body goes back */
	bool expect;		  /* waits for 100 Continue */
	bool close;		  /* this is the connection's last message */
	bool chunked;
	bool has_length;
	uint64_t length;
	int status; /* of a response */

	/* while it is being read */
	bool http10, wants_close, wants_keep;
	unsigned seen;
	char *type, none[1];
};

/* Reads a whole head that http_find_head() passed. Writes into it: the strings of *out point there.
 * What is set in *out stays valid on failure, so a refusal can name method and path. Framing,
 * method, expectation, media type and size are judged, in this order. */
int http_read_request(
    char *at, size_t size, size_t body_limit, struct http_head *out, struct err *) MUSTCHECK;

/* The same for a response. The media type is not judged. */
int http_read_answer(
    char *at, size_t size, size_t body_limit, struct http_head *out, struct err *) MUSTCHECK;

/* A chunked body that arrives in pieces (RFC 9112 7.1). Extensions and trailers are refused: nobody
 * who calls here sends them, and readers differ over their ends. */
struct http_chunks {
	int at;	     /* place in the grammar; 0 to begin */
	bool whole;  /* the last chunk has been read */
	size_t left; /* octets of this chunk still to come */
	size_t digits;
	size_t total; /* announced so far */
	size_t limit; /* most octets of the whole body */
};

/* Takes octets up to the body's end; *used of them belong to it. out has room for n octets; *made
 * says how many were put there. ERR_HTTP_FRAMING, ERR_HTTP_TOO_LARGE. */
int http_dechunk(struct http_chunks *, const char *in, size_t n, size_t *used, unsigned char *out,
    size_t *made, struct err *) MUSTCHECK;

/* "Not Found" for 404. */
const char *http_reason(int status);

#endif

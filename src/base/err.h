/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Errors: a code out of the one table (err.def), and a detail for our log only.
 *
 * A function that can fail returns 0 or -1 and takes a struct err * last, never NULL. The first
 * error wins: a second err_set() on the same struct changes nothing. What a peer may read is the
 * table's text; the detail never leaves the machine, except what err_tell() marks as the peer's
 * own.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdarg.h>
#include <stdbool.h>

#define MUSTCHECK __attribute__((warn_unused_result))
#define PRINTF(n, m) __attribute__((format(printf, n, m)))

enum err_code {
	ERR_OK = 0,
#define X(code, class, wire, wire_business, fault, http, rule, en, ru, kk) ERR_##code,
#include "base/err.def"
#undef X
	ERR_CODES
};

enum err_class {
	ERR_CLASS_PEER,	   /* the sender's fault: resending the same octets will not help */
	ERR_CLASS_OURS,	   /* ours: an operator has to look */
	ERR_CLASS_BACKEND, /* temporary: the same message may be sent again */
	ERR_CLASS_TRADE	   /* a rule of the service: a normal response says so */
};

/* Which signature an error speaks of; chooses between wire and wire_business. */
enum err_level {
	ERR_TRANSPORT = 0,
	ERR_BUSINESS
};

enum err_language {
	ERR_EN,
	ERR_RU,
	ERR_KK
};

struct err {
	enum err_code code;
	enum err_level level;
	const char *where; /* function of the first err_set() */
	const char *rule;  /* that was broken, where it is not the row's; see err_rule() */
	char detail[512];  /* for our log: the rule that was broken */
	char public_[256]; /* errorData: what is wrong with the caller's own message; may be "" */
};

struct err_row {
	const char *name; /* "SIG_COVERAGE" */
	enum err_class class;
	const char *wire;
	const char *wire_business;
	const char *fault; /* SOAP 1.1 faultcode without prefix, or "" */
	int http;
	const char *rule;    /* "R-50" */
	const char *text[3]; /* by enum err_language */
};

/* Sets code and detail if none is set yet; always returns -1. */
#define err_set(e, code, ...) err_set_at((e), (code), __func__, __VA_ARGS__)
int err_set_at(struct err *e, enum err_code code, const char *where, const char *format, ...)
    PRINTF(4, 5);

/* As err_set(), and the same words go to the peer in errorData: only for what is wrong with the
 * message's form (a path, a name, a limit), never for cryptography or our own state. */
#define err_tell(e, code, ...) err_tell_at((e), (code), __func__, __VA_ARGS__)
int err_tell_at(struct err *e, enum err_code code, const char *where, const char *format, ...)
    PRINTF(4, 5);

/* Puts "context: " before the detail; keeps the code. Returns -1. */
int err_at(struct err *e, const char *context);

/* Names the rule that an error just set breaks, where it is not its row's ("R-22", a literal). The
 * innermost name stays; an error that is not the sender's is of its row alone. Returns -1. */
int err_rule(struct err *e, const char *rule);

/* The rule that was broken: R-n of doc/VERIFIER.md, HQ-n of the regulation's requirements, or a
 * standard and its paragraph. "" only without an error. */
const char *err_rule_of(const struct err *e);

/* Forgets the error. */
void err_clear(struct err *e);

/* The table's row; ERR_OK gives a row named "OK". Never NULL. */
const struct err_row *err_row(enum err_code code);

/* The contract's code of this error at its level: "SCE006" or "SCE016"; "" for plain HTTP errors.
 */
const char *err_wire(const struct err *e);

#endif

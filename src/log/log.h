/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The log: key=value lines on standard error, one line an event, fixed key order per event.
 *
 * Never payloads, passwords, tokens or keys; IINs are masked by log_iin(). Values from peers are
 * escaped and cut here, so a caller may pass anything. Lines that a peer can cause go through
 * log_peer(), which counts instead of writing above a rate.
 */
#ifndef LOG_LOG_H
#define LOG_LOG_H

#include "base/clock.h"
#include "base/err.h"

enum log_level {
	LOG_ERROR,
	LOG_WARNING,
	LOG_NOTICE,
	LOG_INFO,
	LOG_DEBUG
};

/* From here on a line that the reader of a pipe or a socket does not take is dropped, never waited
 * for; how many were is written as lost=N with the next line that is taken. Once, before the fork;
 * SIGPIPE is the caller's to ignore. */
void log_never_wait(void);

/* Lines above this level are not written. Default LOG_INFO. */
void log_set_level(enum log_level);

/* false when text is none of error, warning, notice, info, debug. */
bool log_level_read(const char *text, enum log_level *out);

/* One line: t=<utc> level=<..> pid=<..> event=<event> then pairs of (const char *key, const char
 * *value), ended by NULL. A NULL value is written as "-". Values are quoted when they need it,
 * controls escaped, cut at 300 octets. Written with one write(2). */
void log_line(enum log_level, struct instant now, const char *event, ...) __attribute__((sentinel));

/* As log_line() at LOG_NOTICE, at most `LOG_PEER_RATE` lines a second per process; what is left out
 * is counted and the count is written as suppressed=N with the next line that passes. */
#define LOG_PEER_RATE 50
void log_peer(struct instant now, const char *event, ...) __attribute__((sentinel));

/* "0001******05" of a 12-digit number, into a buffer of 13; anything else gives "-". */
const char *log_iin(const char *iin, char masked[13]);

/* The level that an error's class deserves. */
enum log_level log_level_of(const struct err *);

#endif

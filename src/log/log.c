/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Composes one line in a fixed buffer and hands it to the kernel with one write(2), so that lines
 * of several processes on one pipe do not mix. Nothing is kept, buffered or retried: a log that
 * cannot be written must not stop a request (the evidence is the journal, db/).
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/stat.h>

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "log/log.h"

#define LINE_MOST ((size_t)4096) /* PIPE_BUF: written whole or not at all */
#define TAIL_ROOM ((size_t)96)	 /* for " cut=yes suppressed=N lost=N\n" */
#define VALUE_MOST ((size_t)300)

struct line {
	char text[LINE_MOST];
	size_t used;
	bool cut;
};

static const char *const level_names[] = {"error", "warning", "notice", "info", "debug"};
static enum log_level most = LOG_INFO;
static struct {
	int64_t second;
	unsigned written;
	unsigned long suppressed;
} peer_rate;
static bool to_socket;
static unsigned long lost; /* lines that nobody took since the last one that was written */

void
log_never_wait(void)
{
	struct stat st;
	int own;

	if (fstat(STDERR_FILENO, &st) != 0)
		return;
	to_socket = S_ISSOCK(st.st_mode);
	if (!S_ISFIFO(st.st_mode))
		return;
	/* opened anew: the flag must not reach whoever else writes to this pipe */
	own = open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	if (own >= 0) {
		(void)dup2(own, STDERR_FILENO);
		close(own);
	}
}

void
log_set_level(enum log_level level)
{
	most = level;
}

bool
log_level_read(const char *text, enum log_level *out)
{
	for (size_t i = 0; i < sizeof(level_names) / sizeof(level_names[0]); i++) {
		if (strcmp(text, level_names[i]) == 0) {
			*out = (enum log_level)i;
			return true;
		}
	}
	return false;
}

/* Octets of the UTF-8 character at p, or 0 when there is none that may stand in a log: overlong
 * forms, surrogates, C1 controls and the separators and directions of U+2028 to U+202E are refused.
 */
static size_t
printable_utf8(const unsigned char *p)
{
	size_t n = p[0] >= 0xF0 ? 4 : p[0] >= 0xE0 ? 3 : 2;
	unsigned value = p[0] & (0xFFu >> (n + 1));
	static const unsigned least[] = {0, 0, 0xA0, 0x800, 0x10000};

	if (p[0] < 0xC2 || p[0] > 0xF4)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xC0) != 0x80)
			return 0;
		value = value << 6 | (p[i] & 0x3Fu);
	}
	if (value < least[n] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF))
		return 0;
	return value >= 0x2028 && value <= 0x202E ? 0 : n;
}

/* Writes the character at p as it may stand between quotes; tells how many octets it took. No
 * printf: every octet of every line comes this way. */
static size_t
escape(const unsigned char *p, char out[4], size_t *len)
{
	static const char hex[] = "0123456789abcdef";
	size_t n = *p < 0x80 ? 0 : printable_utf8(p);

	if (n > 0) {
		memcpy(out, p, n);
		*len = n;
		return n;
	}
	*len = 0;
	if (*p >= 0x20 && *p < 0x7F) {
		if (*p == '"' || *p == '\\')
			out[(*len)++] = '\\';
		out[(*len)++] = (char)*p;
	} else {
		const char code[] = {'\\', 'x', hex[*p >> 4], hex[*p & 15]};
		memcpy(out, code, sizeof(code));
		*len = sizeof(code);
	}
	return 1;
}

static bool
needs_quotes(const char *value)
{
	for (const char *p = value; *p != '\0'; p++)
		if (*p <= 0x20 || *p >= 0x7F || *p == '"' || *p == '\\' || *p == '=')
			return true;
	return *value == '\0' || strcmp(value, "-") == 0;
}

/* The value as it is written, in a buffer that always holds it; returns its length. */
static size_t
write_value(const char *value, char out[VALUE_MOST + 8])
{
	const unsigned char *p = (const unsigned char *)value;
	bool quotes = value != NULL && needs_quotes(value);
	char one[4];
	size_t used = 0, len;

	if (value == NULL) {
		out[0] = '-';
		return 1;
	}
	if (!quotes && (used = strlen(value)) <= VALUE_MOST)
		return (size_t)((char *)mempcpy(out, value, used) - out);
	used = 0;
	if (quotes)
		out[used++] = '"';
	while (*p != '\0') {
		p += escape(p, one, &len);
		if (used + len > VALUE_MOST) {
			memset(out + used, '.', 3);
			used += 3;
			break;
		}
		memcpy(out + used, one, len);
		used += len;
	}
	if (quotes)
		out[used++] = '"';
	return used;
}

static void
append(struct line *l, const char *text, size_t n)
{
	memcpy(l->text + l->used, text, n);
	l->used += n;
}

static void
put_pair(struct line *l, const char *key, const char *value)
{
	char written[VALUE_MOST + 8];
	size_t n = write_value(value, written), name = strlen(key);

	if (name + n + 2 >= LINE_MOST - TAIL_ROOM - l->used) {
		l->cut = true;
		return;
	}
	append(l, " ", 1);
	append(l, key, name);
	append(l, "=", 1);
	append(l, written, n);
}

static void
put_pairs(struct line *l, va_list ap)
{
	const char *key;

	while (!l->cut && (key = va_arg(ap, const char *)) != NULL)
		put_pair(l, key, va_arg(ap, const char *));
}

static void
begin(struct line *l, enum log_level level, struct instant now, const char *event)
{
	char pid[16];

	memcpy(l->text, "t=", 2);
	l->used = 2 + strlen(clock_write_utc(now, l->text + 2));
	l->cut = false;
	snprintf(pid, sizeof(pid), "%ld", (long)getpid());
	put_pair(l, "level", level_names[level]);
	put_pair(l, "pid", pid);
	put_pair(l, "event", event);
}

static ssize_t
hand_over(const char *text, size_t n)
{
	if (to_socket)
		return send(STDERR_FILENO, text, n, MSG_DONTWAIT | MSG_NOSIGNAL);
	return write(STDERR_FILENO, text, n);
}

static void
finish(struct line *l, unsigned long suppressed)
{
	if (l->cut)
		l->used += (size_t)sprintf(l->text + l->used, " cut=yes");
	if (suppressed > 0)
		l->used += (size_t)sprintf(l->text + l->used, " suppressed=%lu", suppressed);
	if (lost > 0)
		l->used += (size_t)sprintf(l->text + l->used, " lost=%lu", lost);
	l->text[l->used++] = '\n';
	if (hand_over(l->text, l->used) < 0)
		lost++; /* there is nowhere to say so now */
	else
		lost = 0;
}

void
log_line(enum log_level level, struct instant now, const char *event, ...)
{
	struct line l;
	va_list ap;

	if (level > most)
		return;
	begin(&l, level, now, event);
	va_start(ap, event);
	put_pairs(&l, ap);
	va_end(ap);
	finish(&l, 0);
}

/* false when this second has had its lines. */
static bool
may_write(int64_t second)
{
	if (peer_rate.second != second) {
		peer_rate.second = second;
		peer_rate.written = 0;
	}
	if (peer_rate.written >= LOG_PEER_RATE) {
		peer_rate.suppressed++;
		return false;
	}
	peer_rate.written++;
	return true;
}

void
log_peer(struct instant now, const char *event, ...)
{
	struct line l;
	va_list ap;

	if (LOG_NOTICE > most || !may_write(now.seconds))
		return;
	begin(&l, LOG_NOTICE, now, event);
	va_start(ap, event);
	put_pairs(&l, ap);
	va_end(ap);
	finish(&l, peer_rate.suppressed);
	peer_rate.suppressed = 0;
}

const char *
log_iin(const char *iin, char masked[13])
{
	if (iin == NULL || strlen(iin) != 12 || strspn(iin, "0123456789") != 12)
		memcpy(masked, "-", sizeof("-"));
	else
		snprintf(masked, 13, "%.4s******%s", iin, iin + 10);
	return masked;
}

enum log_level
log_level_of(const struct err *e)
{
	switch (err_row(e->code)->class) {
	case ERR_CLASS_PEER:
		return LOG_NOTICE;
	case ERR_CLASS_OURS:
		return LOG_ERROR;
	case ERR_CLASS_BACKEND:
		return LOG_WARNING;
	case ERR_CLASS_TRADE:
		return LOG_INFO;
	}
	return LOG_ERROR;
}

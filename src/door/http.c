/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * First lines, fields and what they mean; see http.h. Chunks are read in chunks.c.
 */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "door/http.h"

#define LENGTH_DIGITS 18 /* fits 64 bits, and is refused by any limit long before */

static const char token_marks[] = "!#$%&'*+-.^_`|~"; /* RFC 9110 5.6.2 */
static const char host_marks[] = ".-:[]_";

static bool
is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
all_of(const char *text, const char *marks)
{
	for (; *text != '\0'; text++)
		if (!is_alpha(*text) && !is_digit(*text) && strchr(marks, *text) == NULL)
			return false;
	return true;
}

static bool
is_token(const char *text)
{
	return text[0] != '\0' && all_of(text, token_marks);
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t';
}

static int
check_octet(const char *at, size_t i, struct err *e)
{
	unsigned char c = (unsigned char)at[i];
	bool after_cr = i > 0 && at[i - 1] == '\r';

	if (i == 0 && !is_alpha(at[0]))
		return err_tell(e, ERR_HTTP_FRAMING, "does not begin like HTTP");
	if (c == '\n' && !after_cr)
		return err_tell(e, ERR_HTTP_FRAMING, "a line feed without carriage return");
	if (c != '\n' && after_cr)
		return err_tell(e, ERR_HTTP_FRAMING, "a carriage return without line feed");
	if ((c < 0x20 && c != '\t' && c != '\r' && c != '\n') || c == 0x7F)
		return err_tell(e, ERR_HTTP_FRAMING, "a control octet in the head");
	return 0;
}

static int
check_version(const struct http_scan *s, const char *line, size_t len, struct err *e)
{
	static const size_t width = sizeof("HTTP/1.x") - 1;
	const char *v = s->answer ? line : len < width ? line : line + len - width;

	if (len < width || memcmp(v, "HTTP/1.", width - 1) != 0 || (v[7] != '0' && v[7] != '1'))
		return err_tell(e, ERR_HTTP_FRAMING, "only HTTP/1.0 and HTTP/1.1 are spoken");
	return 0;
}

/* A line that ends before at[end]; true in *last when it is the blank one. */
static int
check_line(struct http_scan *s, const char *at, size_t end, bool *last, struct err *e)
{
	const char *line = at + s->line;
	size_t len = end - s->line - 2; /* without CR LF */

	*last = false;
	if (s->fields == 0)
		return check_version(s, line, len, e);
	if (len == 0) {
		*last = true;
		return 0;
	}
	if (is_space(line[0]))
		return err_tell(e, ERR_HTTP_FRAMING, "a folded header line");
	if (s->fields > HTTP_FIELDS_MOST)
		return err_tell(e, ERR_HTTP_HEADERS, "more than %d header lines", HTTP_FIELDS_MOST);
	return 0;
}

int
http_find_head(struct http_scan *s, const char *at, size_t n, size_t *size, struct err *e)
{
	bool last = false;

	*size = 0;
	for (; s->seen < n; s->seen++) {
		if (s->seen >= (s->fields == 0 ? HTTP_LINE_MOST : HTTP_HEAD_MOST))
			return err_tell(e, ERR_HTTP_HEADERS, "the head is too long");
		if (check_octet(at, s->seen, e) != 0)
			return -1;
		if (at[s->seen] != '\n')
			continue;
		if (check_line(s, at, s->seen + 1, &last, e) != 0)
			return -1;
		s->line = s->seen + 1;
		s->fields++;
		if (last) {
			*size = ++s->seen;
			return 0;
		}
	}
	return 0;
}

static int
read_length(struct http_head *h, char *value, struct err *e)
{
	size_t n = strlen(value);

	if (n == 0 || n > LENGTH_DIGITS || strspn(value, "0123456789") != n)
		return err_tell(e, ERR_HTTP_FRAMING, "Content-Length is not a length");
	for (size_t i = 0; i < n; i++)
		h->length = h->length * 10 + (uint64_t)(value[i] - '0');
	h->has_length = true;
	return 0;
}

static int
read_transfer(struct http_head *h, char *value, struct err *e)
{
	if (h->http10 || strcasecmp(value, "chunked") != 0)
		return err_tell(e, ERR_HTTP_FRAMING, "the only Transfer-Encoding taken is chunked");
	h->chunked = true;
	return 0;
}

static int
read_encoding(struct http_head *h, char *value, struct err *e)
{
	(void)h;
	(void)value;
	return err_tell(e, ERR_HTTP_MEDIA_TYPE, "Content-Encoding is not taken");
}

static int
read_expect(struct http_head *h, char *value, struct err *e)
{
	if (strcasecmp(value, "100-continue") != 0)
		return err_tell(e, ERR_HTTP_EXPECT, "the only expectation known is 100-continue");
	h->expect = !h->http10;
	return 0;
}

static int
read_host(struct http_head *h, char *value, struct err *e)
{
	if (!all_of(value, host_marks))
		return err_tell(e, ERR_HTTP_FRAMING, "Host is not a host");
	h->host = value;
	return 0;
}

static int
read_connection(struct http_head *h, char *value, struct err *e)
{
	char *rest = NULL;

	(void)e;
	for (char *t = strtok_r(value, ", \t", &rest); t != NULL;
	     t = strtok_r(NULL, ", \t", &rest)) {
		h->wants_close = h->wants_close || strcasecmp(t, "close") == 0;
		h->wants_keep = h->wants_keep || strcasecmp(t, "keep-alive") == 0;
	}
	return 0;
}

static int
read_action(struct http_head *h, char *value, struct err *e)
{
	size_t n = strlen(value);

	if (n > 0 && value[0] == '"') {
		if (n < 2 || value[n - 1] != '"')
			return err_tell(e, ERR_HTTP_FRAMING, "SOAPAction lacks a quote");
		value[n - 1] = '\0';
		value++;
	}
	h->soap_action = value;
	return 0;
}

static int
keep_type(struct http_head *h, char *value, struct err *e)
{
	(void)e;
	h->type = value; /* judged when the method is known to have a body */
	return 0;
}

static const struct {
	const char *name;
	bool many; /* may occur more than once */
	int (*read)(struct http_head *, char *value, struct err *);
} known[] = {
    {"Content-Length", false, read_length},
    {"Transfer-Encoding", false, read_transfer},
    {"Content-Encoding", false, read_encoding},
    {"Content-Type", false, keep_type},
    {"Expect", false, read_expect},
    {"Host", false, read_host},
    {"Connection", true, read_connection},
    {"SOAPAction", false, read_action},
};

static int
read_field(struct http_head *h, char *line, struct err *e)
{
	char *value = strchr(line, ':');

	if (value == NULL)
		return err_tell(e, ERR_HTTP_FRAMING, "a header line without colon");
	*value++ = '\0';
	if (!is_token(line))
		return err_tell(e, ERR_HTTP_FRAMING, "a header name that is none");
	while (is_space(*value))
		value++;
	for (size_t n = strlen(value); n > 0 && is_space(value[n - 1]); n--)
		value[n - 1] = '\0';
	for (unsigned i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcasecmp(line, known[i].name) != 0)
			continue;
		if ((h->seen & 1u << i) != 0 && !known[i].many)
			return err_tell(e, ERR_HTTP_FRAMING, "two %s fields", known[i].name);
		h->seen |= 1u << i;
		return known[i].read(h, value, e);
	}
	return 0;
}

/* Cuts the next line off a head whose lines all end with CR LF. NULL at the blank one. */
static char *
next_line(char **p)
{
	char *line = *p, *end = strchr(line, '\r');

	if (end == NULL || end == line)
		return NULL;
	*end = '\0';
	*p = end + 2;
	return line;
}

/* "http://host/path" is what a proxy sends (RFC 9112 3.2.2); the path is all that matters here. */
static char *
origin_form(char *target)
{
	if (strncasecmp(target, "http://", 7) == 0 || strncasecmp(target, "https://", 8) == 0)
		target = strchr(strchr(target, '/') + 2, '/');
	return target;
}

static bool
has_dot_segment(const char *path)
{
	for (const char *p = strchr(path, '/'); p != NULL; p = strchr(p + 1, '/')) {
		size_t n = strcspn(p + 1, "/");
		if ((n == 1 && p[1] == '.') || (n == 2 && p[1] == '.' && p[2] == '.'))
			return true;
	}
	return false;
}

static int
read_target(struct http_head *h, char *target, struct err *e)
{
	char *path = origin_form(target), *query;

	if (path == NULL || path[0] != '/' || strpbrk(path, "\"<>\\^`{|}#") != NULL)
		return err_tell(e, ERR_HTTP_FRAMING, "the request's target is not a path");
	for (const char *p = path; *p != '\0'; p++)
		if (*p < 0x21 || *p > 0x7E)
			return err_tell(e, ERR_HTTP_FRAMING, "the request's target is not a path");
	if ((query = strchr(path, '?')) != NULL) {
		*query++ = '\0';
		h->query = query;
	}
	h->path = path;
	if (has_dot_segment(path))
		return err_tell(e, ERR_HTTP_PATH, "dots in the path");
	return 0;
}

static int
read_request_line(struct http_head *h, char *line, struct err *e)
{
	char *target = strchr(line, ' '), *version = strrchr(line, ' ');

	if (target == NULL || target == version)
		return err_tell(e, ERR_HTTP_FRAMING, "the request line has not three parts");
	*target++ = '\0';
	*version++ = '\0';
	if (!is_token(line) || strlen(version) != 8)
		return err_tell(e, ERR_HTTP_FRAMING, "the request line is not one");
	h->http10 = version[7] == '0';
	h->method = line;
	return read_target(h, target, e);
}

static int
read_status_line(struct http_head *h, char *line, struct err *e)
{
	const char *code = line + 9;

	if (strlen(line) < 12 || line[8] != ' ' || code[0] < '1' || code[0] > '9' ||
	    !is_digit(code[1]) || !is_digit(code[2]) || (code[3] != ' ' && code[3] != '\0'))
		return err_tell(e, ERR_HTTP_FRAMING, "the status line is not one");
	h->http10 = line[7] == '0';
	h->status = (code[0] - '0') * 100 + (code[1] - '0') * 10 + (code[2] - '0');
	return 0;
}

/* Every line after the first. */
static int
read_fields(struct http_head *h, char *at, struct err *e)
{
	char *line;

	while ((line = next_line(&at)) != NULL)
		if (read_field(h, line, e) != 0)
			return -1;
	if (h->chunked && h->has_length)
		return err_tell(e, ERR_HTTP_FRAMING, "Content-Length beside Transfer-Encoding");
	h->close = h->wants_close || (h->http10 && !h->wants_keep);
	return 0;
}

static int
judge_method(struct http_head *h, struct err *e)
{
	if (strcmp(h->method, "HEAD") == 0) {
		h->head_only = true;
		h->method = "GET";
	}
	if (strcmp(h->method, "GET") == 0) {
		if (h->chunked || h->length > 0)
			return err_tell(e, ERR_HTTP_FRAMING, "GET with a body");
		return 0;
	}
	if (strcmp(h->method, "POST") != 0)
		return err_set(e, ERR_HTTP_METHOD, "method %s", h->method);
	if (!h->chunked && !h->has_length)
		return err_set(e, ERR_HTTP_LENGTH, "POST without Content-Length");
	return 0;
}

/* One parameter of a media type, quotes taken off; moves *p behind it. NULL when it is none. */
static char *
next_parameter(char **p, char **value)
{
	char *name = *p + strspn(*p, "; \t"), *v = strchr(name, '=');

	if (name[0] == '\0' || v == NULL)
		return NULL;
	*v++ = '\0';
	if (*v == '"') {
		char *end = strchr(++v, '"');
		if (end == NULL)
			return NULL;
		*end = '\0';
		*p = end + 1;
	} else {
		char *end = v + strcspn(v, "; \t");
		*p = *end == '\0' ? end : end + 1;
		*end = '\0';
	}
	*value = v;
	return name;
}

static int
judge_type(struct http_head *h, struct err *e)
{
	char *type = h->type == NULL ? h->none : h->type;
	char *rest = type + strcspn(type, "; \t"), *name, *value;
	unsigned charsets = 0;

	if (*rest != '\0')
		*rest++ = '\0';
	for (char *c = type; *c != '\0'; c++)
		*c = (char)(*c >= 'A' && *c <= 'Z' ? *c + 32 : *c);
	h->content_type = type;
	if (strcmp(type, "text/xml") != 0 && strcmp(type, "application/soap+xml") != 0)
		return err_set(e, ERR_HTTP_MEDIA_TYPE, "media type %s", type);
	while ((name = next_parameter(&rest, &value)) != NULL)
		if (strcasecmp(name, "charset") == 0 &&
		    (charsets++ > 0 || strcasecmp(value, "utf-8") != 0))
			return err_set(e, ERR_HTTP_MEDIA_TYPE, "charset %s", value);
	if (rest[strspn(rest, "; \t")] != '\0')
		return err_set(e, ERR_HTTP_MEDIA_TYPE, "parameters of the media type: %s", rest);
	return 0;
}

static void
empty_head(struct http_head *h)
{
	memset(h, 0, sizeof(*h));
	h->method = h->path = h->query = h->host = h->content_type = h->soap_action = "";
}

static int
too_large(size_t limit, struct err *e)
{
	return err_tell(e, ERR_HTTP_TOO_LARGE, "more than %zu octets", limit);
}

/* First line and fields. */
static int
read_head(char *at, size_t size, int (*read_first)(struct http_head *, char *, struct err *),
    struct http_head *out, struct err *e)
{
	char *line;

	empty_head(out);
	at[size - 2] = '\0'; /* the blank line ends the text */
	line = next_line(&at);
	if (line == NULL)
		return err_tell(e, ERR_HTTP_FRAMING, "no first line");
	return read_first(out, line, e) != 0 ? -1 : read_fields(out, at, e);
}

int
http_read_request(char *at, size_t size, size_t body_limit, struct http_head *out, struct err *e)
{
	if (read_head(at, size, read_request_line, out, e) != 0 || judge_method(out, e) != 0)
		return -1;
	if (strcmp(out->method, "POST") == 0 && judge_type(out, e) != 0)
		return -1;
	return out->length > body_limit ? too_large(body_limit, e) : 0;
}

int
http_read_answer(char *at, size_t size, size_t body_limit, struct http_head *out, struct err *e)
{
	if (read_head(at, size, read_status_line, out, e) != 0)
		return -1;
	if (out->status < 200 || out->status == 204 || out->status == 304) {
		out->chunked = false; /* RFC 9112 6.3: no body, whatever is announced */
		out->has_length = true;
		out->length = 0;
	}
	return out->length > body_limit ? too_large(body_limit, e) : 0;
}

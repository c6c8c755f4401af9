/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Chunked bodies, octet by octet for the sizes and in runs for the data; and reason phrases.
 */
#include "config.h"

#include <string.h>

#include "door/http.h"

#define SIZE_DIGITS 8 /* 4 GiB: above any limit, and no sum of it overflows */

enum place {
	SIZE,
	SIZE_LF,
	DATA,
	DATA_CR,
	DATA_LF,
	END_CR,
	END_LF
};

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static int
take_digit(struct http_chunks *c, char octet, struct err *e)
{
	int digit = hex(octet);

	if (octet == '\r' && c->digits > 0) {
		c->at = SIZE_LF;
		return 0;
	}
	if (digit < 0 || c->digits == SIZE_DIGITS)
		return err_tell(e, ERR_HTTP_FRAMING, "a chunk's size is not one");
	c->digits++;
	c->left = c->left * 16 + (size_t)digit;
	return 0;
}

static int
end_size(struct http_chunks *c, struct err *e)
{
	if (c->left > c->limit - c->total)
		return err_tell(e, ERR_HTTP_TOO_LARGE, "more than %zu octets", c->limit);
	c->total += c->left;
	c->at = c->left == 0 ? END_CR : DATA;
	return 0;
}

static int
take_mark(struct http_chunks *c, char octet, struct err *e)
{
	if (octet != (c->at == DATA_CR || c->at == END_CR ? '\r' : '\n'))
		return err_tell(e, ERR_HTTP_FRAMING, "a chunk does not end where it should");
	if (c->at == SIZE_LF)
		return end_size(c, e);
	if (c->at == DATA_LF) {
		c->at = SIZE;
		c->digits = 0;
		c->left = 0;
		return 0;
	}
	c->whole = c->at == END_LF;
	c->at++; /* DATA_CR and END_CR are followed by their line feeds */
	return 0;
}

int
http_dechunk(struct http_chunks *c, const char *in, size_t n, size_t *used, unsigned char *out,
    size_t *made, struct err *e)
{
	size_t i = 0, run;

	*used = *made = 0;
	while (i < n && !c->whole) {
		if (c->at == DATA) {
			run = n - i < c->left ? n - i : c->left;
			memcpy(out + *made, in + i, run);
			*made += run;
			i += run;
			c->left -= run;
			if (c->left == 0)
				c->at = DATA_CR;
			continue;
		}
		if ((c->at == SIZE ? take_digit(c, in[i], e) : take_mark(c, in[i], e)) != 0)
			return -1;
		i++;
	}
	*used = i;
	return 0;
}

static const struct {
	int status;
	const char *text;
} reasons[] = {
    {200, "OK"},
    {400, "Bad Request"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {408, "Request Timeout"},
    {411, "Length Required"},
    {413, "Content Too Large"},
    {415, "Unsupported Media Type"},
    {417, "Expectation Failed"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {503, "Service Unavailable"},
};

const char *
http_reason(int status)
{
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i].status == status)
			return reasons[i].text;
	return "Answer";
}

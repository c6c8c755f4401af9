/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Runs of octets that mean nothing to anybody: what most of a message is, certificates above all.
 */
#ifndef DOM_PLAIN_H
#define DOM_PLAIN_H

#include <stdint.h>
#include <string.h>

#define DOM_PLAIN_STEP 16

typedef signed char dom_plain_step __attribute__((vector_size(DOM_PLAIN_STEP)));

/* How many octets from p on, in whole steps, are printable ASCII and none of < > & " '. The rest of
 * a run is the caller's, octet by octet. */
static inline size_t
dom_plain_run(const unsigned char *p, size_t left)
{
	size_t n = 0;

	for (; left - n >= DOM_PLAIN_STEP; n += DOM_PLAIN_STEP) {
		dom_plain_step c;
		uint64_t found[2];

		memcpy(&c, p + n, sizeof(c));
		/* signed: what is not ASCII is below the space, too */
		dom_plain_step stops = (dom_plain_step)(c < ' ') | (dom_plain_step)(c == '<') |
				       (dom_plain_step)(c == '>') | (dom_plain_step)(c == '&') |
				       (dom_plain_step)(c == '"') | (dom_plain_step)(c == '\'');
		memcpy(found, &stops, sizeof(found));
		if ((found[0] | found[1]) != 0)
			break;
	}
	return n;
}

#endif

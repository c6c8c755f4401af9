/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Base64 as signers write it: white space anywhere (Java's carriage returns, too), nothing else.
 */
#ifndef SIG_BASE64_H
#define SIG_BASE64_H

#include "base/arena.h"

/* false when text is not base64 of at least one octet, when bits that mean nothing are set in its
 * last digit, or when memory is out. */
bool sig_base64_read(struct octets text, struct arena *, struct octets *out);

/* One line, NUL-terminated, in the arena; NULL when memory is out. */
char *sig_base64_write(struct octets, struct arena *);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the parser and the schemas of this room share; not for other rooms.
 */
#ifndef DOM_PARSE_H
#define DOM_PARSE_H

#include <stdbool.h>

/* Local files may be opened while true: only around the compiling of a schema. Sets the process's
 * loader anew each time, because xmlsec puts its own in place. */
void dom_allow_files(bool allowed);

/* Length of a libxml2 message without its line end, cut to what an error can hold. */
int dom_message_length(const char *message);

#endif

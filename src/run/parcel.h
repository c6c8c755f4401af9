/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Whose answer it is, where several parts of one process share a struct fetch.
 */
#ifndef RUN_PARCEL_H
#define RUN_PARCEL_H

#include "fetch/fetch.h"

/* What fetch_begin()'s tag points to: who takes the answer. */
struct run_parcel {
	void (*open)(struct run_parcel *, const struct fetch_answer *);
};

#endif

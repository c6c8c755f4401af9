/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The process-wide beginnings of the libraries, in the one order that works: the provider before
 * anything reads a certificate, the XML parser before xmlsec, all of it before any fork.
 */
#include "config.h"

#include <malloc.h>

#include "dom/dom.h"
#include "gost/gost.h"
#include "run/run.h"

/* What a message of some hundred KB takes is taken again by the next one: by itself malloc() gives
 * it back to the system each time, and a third of the work is page faults. */
enum {
	KEPT = 32 * 1024 * 1024,     /* of free memory at the end of the heap, at most */
	OF_ITS_OWN = 8 * 1024 * 1024 /* pieces from here on come and go by themselves */
};

int
run_init(struct err *e)
{
	(void)mallopt(M_TRIM_THRESHOLD, KEPT);
	(void)mallopt(M_MMAP_THRESHOLD, OF_ITS_OWN);
	if (clock_init(e) != 0 || gost_load(e) != 0 || dom_init(e) != 0)
		return -1;
	return sig_init(e);
}

void
run_fini(void)
{
	sig_fini();
	dom_fini();
	gost_unload();
}

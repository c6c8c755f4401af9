/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The process-wide beginnings of the libraries, in the one order that works: the provider before
 * anything reads a certificate, the XML parser before xmlsec, all of it before any fork.
 */
#include "config.h"

#include "dom/dom.h"
#include "gost/gost.h"
#include "run/run.h"

int
run_init(struct err *e)
{
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

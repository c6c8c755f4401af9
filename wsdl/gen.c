/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The readers and writers that wsdl2h and soapcpp2 make from wsdl/, with gSOAP's table of
 * namespaces.
 *
 * One object: libgsoapssl looks for functions and for `namespaces` in whatever links it, and so
 * finds all of them or none. The generated files are found through -isystem: our warnings are for
 * our code.
 */
#include "config.h"

#include <SyncChannelHttpBinding.nsmap>
#include <shep_C.c>

/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The entry of kzgost.so: the one symbol that `openssl` looks for. Not part of the daemon.
 */
#include "config.h"

#include "gost/provider.h"

__attribute__((visibility("default"))) OSSL_provider_init_fn OSSL_provider_init;

int
OSSL_provider_init(const OSSL_CORE_HANDLE *core, const OSSL_DISPATCH *upcalls,
    const OSSL_DISPATCH **out, void **context)
{
	return gost_provider_init(core, upcalls, out, context);
}

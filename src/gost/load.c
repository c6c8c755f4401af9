/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Loads kzgost as a linked-in provider into the default library context; see gost.h.
 *
 * `default` has to be named: OpenSSL stops loading it by itself once any other provider is loaded.
 */
#include "config.h"

#include <openssl/err.h>
#include <openssl/provider.h>

#include "gost/gost.h"
#include "gost/provider.h"

enum {
	DEFAULT,
	KZGOST,
	LEGACY, /* RC2-40 and 3DES of the NCA's PKCS#12; may be missing */
	PROVIDERS
};

static const char *const names[PROVIDERS] = {"default", "kzgost", "legacy"};
static OSSL_PROVIDER *loaded[PROVIDERS];

static int
fail(struct err *e, const char *what)
{
	char text[256];

	ERR_error_string_n(ERR_get_error(), text, sizeof(text));
	ERR_clear_error();
	gost_unload();
	return err_set(e, ERR_INTERNAL, "OpenSSL provider %s: %s", what, text);
}

int
gost_load(struct err *e)
{
	if (loaded[KZGOST] != NULL)
		return 0;
	if (OSSL_PROVIDER_add_builtin(NULL, names[KZGOST], gost_provider_init) != 1)
		return fail(e, names[KZGOST]);
	for (int i = 0; i < PROVIDERS; i++) {
		loaded[i] = OSSL_PROVIDER_load(NULL, names[i]);
		if (loaded[i] == NULL && i != LEGACY)
			return fail(e, names[i]);
	}
	ERR_clear_error();
	return 0;
}

void
gost_unload(void)
{
	for (int i = PROVIDERS - 1; i >= 0; i--) {
		if (loaded[i] != NULL)
			OSSL_PROVIDER_unload(loaded[i]);
		loaded[i] = NULL;
	}
}

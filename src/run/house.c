/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The house out of a configuration: trust, signing key, senders, services, contract, handlers.
 *
 * Tells every mistake with the line that it comes from, as `shepctl check` shows them; a house with
 * a mistake is not opened.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "run/file.h"
#include "run/run.h"
#include "run/wsdl.h"

struct builder {
	const struct conf *conf;
	struct run_house *house;
	conf_complain *complain;
	void *self;
	unsigned mistakes;
};

static void
mistake(struct builder *b, struct conf_place at, const char *what)
{
	b->mistakes++;
	if (b->complain != NULL)
		b->complain(b->self, at.file, at.line, what);
}

/* A pki_complain: the file's name stands before what is wrong with it. */
static void
file_mistake(void *self, const char *file, const char *what)
{
	struct builder *b = self;

	b->mistakes++;
	if (b->complain != NULL)
		b->complain(b->self, file, 0, what);
}

static const char *
or_null(const char *text)
{
	return text == NULL || text[0] == '\0' ? NULL : text;
}

/* --- trust -------------------------------------------------------------- */

/* The certificates of all senders, NULL-terminated, in the arena. */
static const char *const *
pinned_files(struct builder *b)
{
	const struct conf *c = b->conf;
	size_t n = 0, at = 0;

	for (size_t i = 0; i < c->sender_count; i++)
		n += c->senders[i].certificate_count;
	const char **files = arena_alloc(b->house->arena, (n + 1) * sizeof(*files));
	for (size_t i = 0; files != NULL && i < c->sender_count; i++)
		for (size_t k = 0; k < c->senders[i].certificate_count; k++)
			files[at++] = c->senders[i].certificates[k];
	return files;
}

static int
open_trust(struct builder *b, struct err *e)
{
	const struct conf *c = b->conf;
	struct run_house *h = b->house;
	struct pki_options o = {
	    .trust = or_null(c->trust.anchors),
	    .partners = or_null(c->trust.partners),
	    .pinned = pinned_files(b),
	    .crl = or_null(c->trust.crl),
	    .revocation =
		strcmp(c->trust.revocation, "crl") == 0 ? PKI_REVOCATION_CRL : PKI_REVOCATION_OFF,
	};
	unsigned before = b->mistakes;
	struct err mine = {0};

	if (o.pinned == NULL)
		return err_set(e, ERR_NOMEM, "pinned certificates");
	if (pki_open(&o, file_mistake, b, &h->pki, &mine) != 0) {
		if (b->mistakes == before)
			mistake(b, c->trust.at, mine.detail);
		return 0;
	}
	struct pki_census n = pki_census(h->pki);
	if (n.anchors + n.partners == 0)
		mistake(b, c->trust.at, "nobody is trusted: no anchor and no pinned certificate");
	if (o.revocation == PKI_REVOCATION_CRL && n.crls == 0)
		mistake(b, c->trust.at, "revocation = \"crl\", but no CRL is there");
	return 0;
}

static void
set_policy(struct builder *b)
{
	const struct conf *c = b->conf;
	struct sig_policy *p = &b->house->policy;

	*p = sig_default_policy;
	p->rsa_bits = c->trust.rsa_bits;
	if (or_null(c->trust.gost2004_until) != NULL &&
	    !clock_read(c->trust.gost2004_until, &p->gost2004_until))
		mistake(b, c->trust.at, "gost2004_until is no date");
}

static int
open_identity(struct builder *b, struct err *e)
{
	const struct conf_signing *s = &b->conf->signing;
	struct arena *arena = arena_new();
	const char *password = NULL;
	struct err mine = {0};

	if (arena == NULL)
		return err_set(e, ERR_NOMEM, "signing key");
	b->house->keyinfo = s->issuer_serial ? SIG_ISSUER_SERIAL : SIG_KEY_IDENTIFIER;
	if (or_null(s->password_file) != NULL &&
	    run_file_secret(s->password_file, arena, &password, &mine) != 0)
		mistake(b, s->at, mine.detail);
	else if (pki_identity_load(
		     or_null(s->certificate), s->key, password, &b->house->identity, &mine) != 0)
		mistake(b, s->at, mine.detail);
	arena_free(arena); /* wiped, the password with it */
	return 0;
}

/* --- senders and services ----------------------------------------------- */

static int
add_fingerprints(
    struct builder *b, const struct conf_sender *from, struct route_sender *to, struct err *e)
{
	struct arena *arena = b->house->arena;
	const char **prints = arena_alloc(arena, (from->certificate_count + 1) * sizeof(*prints));

	if (prints == NULL)
		return err_set(e, ERR_NOMEM, "senders");
	for (size_t i = 0; i < from->certificate_count; i++) {
		const struct pki_cert *cert = NULL;
		struct pki_signer who;
		struct err mine = {0};

		if (pki_decode_file(b->house->pki, from->certificates[i], &cert, &mine) != 0) {
			mistake(b, from->at, mine.detail);
			continue;
		}
		pki_describe(cert, &who);
		if ((prints[to->fingerprint_count++] = arena_strdup(arena, who.fingerprint)) ==
		    NULL)
			return err_set(e, ERR_NOMEM, "senders");
	}
	to->fingerprints = prints;
	return 0;
}

static int
add_senders(struct builder *b, struct err *e)
{
	const struct conf *c = b->conf;
	struct route_sender *all =
	    arena_alloc(b->house->arena, (c->sender_count + 1) * sizeof(*all));

	if (all == NULL)
		return err_set(e, ERR_NOMEM, "senders");
	for (size_t i = 0; i < c->sender_count; i++) {
		const struct conf_sender *s = &c->senders[i];

		all[i] = (struct route_sender){.sender_id = s->sender_id,
		    .secret = s->secret,
		    .bin = s->bin,
		    .bare_faultcode = s->bare_faultcode,
		    .suspended = s->suspended};
		if (b->house->pki != NULL && add_fingerprints(b, s, &all[i], e) != 0)
			return -1;
	}
	b->house->routes.senders = all;
	b->house->routes.sender_count = c->sender_count;
	return 0;
}

static enum route_placement
placement(const char *name)
{
	static const struct {
		const char *name;
		enum route_placement place;
	} names[] = {{"text", ROUTE_TEXT}, {"child", ROUTE_CHILD}, {"data", ROUTE_DATA}};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(name, names[i].name) == 0)
			return names[i].place;
	return ROUTE_AUTO;
}

/* What a service asks for must be there, and agree with what its handler needs. */
static void
check_service(struct builder *b, const struct conf_service *s)
{
	const struct service *handler = service_find(s->handler);

	if (handler == NULL) {
		mistake(b, s->at, "no such handler");
		return;
	}
	if (handler->signs && !s->business_signature)
		mistake(b, s->at, "this handler needs business_signature = true");
	if (b->house->services != NULL &&
	    !service_has_profile(b->house->services, handler, s->profile))
		mistake(b, s->at, "no such rule profile for this handler");
}

static int
add_services(struct builder *b, struct err *e)
{
	const struct conf *c = b->conf;
	struct route_service *all =
	    arena_alloc(b->house->arena, (c->service_count + 1) * sizeof(*all));

	if (all == NULL)
		return err_set(e, ERR_NOMEM, "services");
	for (size_t i = 0; i < c->service_count; i++) {
		const struct conf_service *s = &c->services[i];

		check_service(b, s);
		all[i] = (struct route_service){.service_id = s->service_id,
		    .handler = s->handler,
		    .profile = s->profile,
		    .sync = s->sync,
		    .async = s->async,
		    .enabled = s->enabled,
		    .callers = s->callers,
		    .caller_count = s->caller_count,
		    .business_signature = s->business_signature,
		    .placement = placement(s->placement)};
	}
	b->house->routes.services = all;
	b->house->routes.service_count = c->service_count;
	return 0;
}

/* --- all of it ---------------------------------------------------------- */

static void
open_data(struct builder *b)
{
	const struct conf *c = b->conf;
	struct err mine = {0};

	if (run_wsdl_load(c->data_dir, &b->house->wsdl, &mine) != 0)
		file_mistake(b, c->data_dir, mine.detail);
	err_clear(&mine);
	if (service_open(c->data_dir, &b->house->services, &mine) != 0)
		file_mistake(b, c->data_dir, mine.detail);
}

int
run_house_open(const struct conf *conf, conf_complain *complain, void *self, struct run_house **out,
    struct err *e)
{
	struct run_house *h = calloc(1, sizeof(*h));
	struct builder b = {conf, h, complain, self, 0};

	*out = NULL;
	if (h == NULL || (h->arena = arena_new()) == NULL) {
		free(h);
		return err_set(e, ERR_NOMEM, "house");
	}
	h->conf = conf;
	set_policy(&b);
	open_data(&b);
	if (open_trust(&b, e) != 0 || open_identity(&b, e) != 0 || add_senders(&b, e) != 0 ||
	    add_services(&b, e) != 0)
		goto out;
	if (b.mistakes > 0) {
		err_set(e, ERR_CONFIG, "%u mistakes in %s", b.mistakes, conf->file);
		goto out;
	}
	*out = h;
	h = NULL; /* moved */
out:
	run_house_close(h);
	return *out == NULL ? -1 : 0;
}

void
run_house_close(struct run_house *h)
{
	if (h == NULL)
		return;
	service_close(h->services);
	run_wsdl_free(h->wsdl);
	pki_identity_free(h->identity);
	pki_close(h->pki);
	arena_free(h->arena);
	free(h);
}

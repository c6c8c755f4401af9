/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The house: everything that is made out of a configuration before the fork and only read
 * afterwards.
 *
 * conf/ has checked the form; here certificates and keys are loaded, handlers and profiles found.
 * Every mistake is told, with the place in the configuration where it was said; then it fails once.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run/file.h"
#include "run/hold.h"
#include "run/opening.h"
#include "run/run.h"
#include "run/wsdl.h"

void
run_opening_tell(struct opening *o, struct conf_place at, const char *format, ...)
{
	char what[1024];
	va_list ap;

	va_start(ap, format);
	vsnprintf(what, sizeof(what), format, ap);
	va_end(ap);
	o->mistakes++;
	if (o->complain != NULL)
		o->complain(o->self, at.file != NULL ? at.file : o->conf->file, at.line, what);
}

void *
run_opening_room(struct opening *o, size_t count, size_t size)
{
	void *room = arena_alloc(o->house->arena, (count + 1) * size);

	o->nomem |= room == NULL;
	return room;
}

static const char *
or_null(const char *text)
{
	return text[0] != '\0' ? text : NULL;
}

/* A file that a sender or receiver pins was said there; any other in the trust group. */
static void
tell_of_file(void *self, const char *file, const char *what)
{
	struct opening *o = self;
	struct conf_place at = o->conf->trust.at;

	for (size_t i = 0; i < o->conf->sender_count; i++) {
		const struct conf_sender *s = &o->conf->senders[i];
		for (size_t k = 0; k < s->certificate_count; k++)
			if (strcmp(s->certificates[k], file) == 0)
				at = s->at;
		for (size_t k = 0; k < s->tls_certificate_count; k++)
			if (strcmp(s->tls_certificates[k], file) == 0)
				at = s->at;
	}
	for (size_t i = 0; i < o->conf->receiver_count; i++)
		for (size_t k = 0; k < o->conf->receivers[i].certificate_count; k++)
			if (strcmp(o->conf->receivers[i].certificates[k], file) == 0)
				at = o->conf->receivers[i].at;
	run_opening_tell(o, at, "%s: %s", file, what);
}

/* All pinned files of all senders and receivers, NULL-terminated. */
static const char *const *
pinned_files(struct opening *o)
{
	const struct conf *c = o->conf;
	size_t count = 0;

	for (size_t i = 0; i < c->sender_count; i++)
		count += c->senders[i].certificate_count;
	for (size_t i = 0; i < c->receiver_count; i++)
		count += c->receivers[i].certificate_count;
	const char **files = run_opening_room(o, count, sizeof(*files));
	if (files == NULL)
		return NULL;
	count = 0;
	for (size_t i = 0; i < c->sender_count; i++)
		for (size_t k = 0; k < c->senders[i].certificate_count; k++)
			files[count++] = c->senders[i].certificates[k];
	for (size_t i = 0; i < c->receiver_count; i++)
		for (size_t k = 0; k < c->receivers[i].certificate_count; k++)
			files[count++] = c->receivers[i].certificates[k];
	return files;
}

/* NULL-terminated, or NULL where any policy will do. */
static const char *const *
policies(struct opening *o)
{
	const struct conf *c = o->conf;
	const char **all = NULL;

	if (c->trust.policy_count > 0)
		all = run_opening_room(o, c->trust.policy_count, sizeof(*all));
	for (size_t i = 0; all != NULL && i < c->trust.policy_count; i++)
		all[i] = c->trust.policies[i];
	return all;
}

/* Folders that are there and empty. */
static void
check_census(struct opening *o, enum pki_revocation revocation)
{
	struct pki_census n = pki_census(o->house->pki);

	if (n.anchors + n.partners == 0)
		run_opening_tell(
		    o, o->conf->trust.at, "nobody is trusted: no anchor and no pinned certificate");
	if (revocation == PKI_REVOCATION_CRL && n.crls == 0 && o->house->hold->count == 0)
		run_opening_tell(o, o->conf->trust.at, "revocation = \"crl\", but no CRL is there");
}

enum pki_revocation
run_revocation(const char *choice)
{
	static const struct {
		const char *choice;
		enum pki_revocation revocation;
	} names[] = {{"crl", PKI_REVOCATION_CRL}, {"ocsp", PKI_REVOCATION_OCSP},
	    {"any", PKI_REVOCATION_ANY}};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i].choice, choice) == 0)
			return names[i].revocation;
	return PKI_REVOCATION_OFF;
}

static bool
accepts_unknown(const struct conf_service *s)
{
	return strcmp(s->revocation_unknown, "accept") == 0;
}

/* Where all services refuse, a message is refused before its signature is looked at; else the
 * pipeline decides once it knows the service. */
static bool
unknown_is_accepted_by_some(const struct conf *c)
{
	bool some = false;

	for (size_t i = 0; i < c->service_count; i++)
		some |= c->services[i].enabled && accepts_unknown(&c->services[i]);
	return some;
}

static void
open_trust(struct opening *o)
{
	const struct conf *c = o->conf;
	struct err e = {0};
	unsigned before = o->mistakes, strangers;
	const struct pki_options options = {
	    .trust = or_null(c->trust.anchors),
	    .fingerprints = or_null(c->trust.fingerprints),
	    .path = {.policies = policies(o), .explicit_policy = c->trust.policy_count > 0},
	    .partners = or_null(c->trust.partners),
	    .pinned = pinned_files(o),
	    .crl = or_null(c->trust.crl),
	    .revocation = run_revocation(c->trust.revocation),
	    .ocsp_seconds = c->trust.ocsp_seconds,
	    .unknown_passes = unknown_is_accepted_by_some(c),
	};

	if (pki_open(&options, tell_of_file, o, &o->house->pki, &e) != 0) {
		if (o->mistakes == before)
			run_opening_tell(o, c->trust.at, "%s", e.detail);
	} else if ((strangers = run_hold_check(c, o->house->pki, o->complain, o->self)) > 0)
		o->mistakes += strangers;
	else if (run_hold_open(c, o->house->pki, run_now(), &o->house->hold, &e) != 0)
		run_opening_tell(o, c->fetch.at, "%s", e.detail);
	else
		check_census(o, options.revocation);
}

/* conf/ has checked that they are names. */
static unsigned
algorithms_of(const char *const *names, size_t count, unsigned by_default)
{
	unsigned all = 0;

	for (size_t i = 0; i < count; i++)
		all |= sig_algorithm_named(names[i]);
	return count == 0 ? by_default : all;
}

static void
set_policy(struct opening *o)
{
	const char *until = o->conf->trust.gost2004_until;

	o->house->policy = sig_default_policy;
	o->house->policy.algorithms = algorithms_of(o->conf->trust.algorithms,
	    o->conf->trust.algorithm_count, sig_default_policy.algorithms);
	o->house->policy.rsa_bits = o->conf->trust.rsa_bits;
	/* that it is a date was checked by conf/ */
	if (until[0] != '\0' && !clock_read(until, &o->house->policy.gost2004_until))
		o->house->policy.algorithms &= ~(unsigned)SIG_GOST2004;
}

/* An identity of PEM files, or of a PKCS#12 alone. */
static int
load_identity(
    struct opening *o, const struct conf_signing *s, struct pki_identity **out, struct err *e)
{
	const char *password = NULL;

	if (s->password_file[0] != '\0' &&
	    run_file_secret(s->password_file, o->house->arena, &password, e) != 0)
		return -1;
	if (s->certificate[0] == '\0')
		return pki_identity_load(s->key, NULL, password, out, e);
	return pki_identity_load(s->certificate, s->key, password, out, e);
}

static void
open_signing(struct opening *o)
{
	const struct conf_signing *s = &o->conf->signing;
	struct err e = {0};

	o->house->keyinfo = s->issuer_serial ? SIG_ISSUER_SERIAL : SIG_KEY_IDENTIFIER;
	if (!s->set) {
		run_opening_tell(o, s->at, "signing is missing: replies are signed");
		return;
	}
	if (s->key[0] == '\0')
		return; /* conf told it */
	if (load_identity(o, s, &o->house->identity, &e) != 0) {
		run_opening_tell(o, s->at, "%s", e.detail);
		return;
	}
	switch (pki_family(pki_identity_certificate(o->house->identity))) {
	case PKI_RSA:
	case PKI_GOST2015:
		break;
	case PKI_GOST2004:
	case PKI_EC256:
	case PKI_EC384:
	case PKI_OTHER:
		run_opening_tell(o, s->at, "replies are signed by RSA or GOST 34.10-2015 only");
	}
}

/* Certificate and key of TLS belong together; the door loads them again for itself. */
static void
check_listeners(struct opening *o)
{
	for (size_t i = 0; i < o->conf->listener_count; i++) {
		const struct conf_listener *l = &o->conf->listeners[i];
		struct pki_identity *identity = NULL;
		struct err e = {0};

		if (l->tls && l->certificate[0] != '\0' && l->key[0] != '\0' &&
		    pki_identity_load(l->certificate, l->key, NULL, &identity, &e) != 0)
			run_opening_tell(o, l->at, "%s", e.detail);
		pki_identity_free(identity);
	}
}

/* CAs of their own, or what messages are trusted by. */
static struct pki *
open_client_trust(struct opening *o, const struct conf_listener *l)
{
	const struct pki_options options = {
	    .trust = l->client_ca,
	    .crl = or_null(l->client_crl),
	    .revocation = l->client_crl[0] != '\0' ? PKI_REVOCATION_CRL : PKI_REVOCATION_OFF,
	};
	struct pki *pki = NULL;
	struct err e = {0};

	if (pki_open(&options, NULL, NULL, &pki, &e) != 0)
		run_opening_tell(o, l->at, "client_ca: %s", e.detail);
	else if (pki_census(pki).anchors == 0)
		run_opening_tell(
		    o, l->at, "client_ca: no anchor is there, so no client could be accepted");
	return pki;
}

static void
open_clients(struct opening *o)
{
	const struct conf *c = o->conf;

	o->house->clients = run_opening_room(o, c->listener_count, sizeof(*o->house->clients));
	for (size_t i = 0; i < c->listener_count && o->house->clients != NULL; i++) {
		struct run_clients *clients = &o->house->clients[i];
		o->house->client_count = i + 1;
		clients->own = c->listeners[i].client_ca[0] != '\0';
		clients->pki =
		    clients->own ? open_client_trust(o, &c->listeners[i]) : o->house->pki;
	}
}

const char *
run_opening_fingerprint(struct opening *o, const char *file)
{
	const struct pki_cert *cert;
	struct pki_signer who;
	struct err e = {0};

	if (o->house->pki == NULL)
		return "";
	if (pki_decode_file(o->house->pki, file, &cert, &e) != 0) {
		tell_of_file(o, file, e.detail);
		return "";
	}
	pki_describe(cert, &who);
	const char *copy = arena_strdup(o->house->arena, who.fingerprint);
	o->nomem |= copy == NULL;
	return copy;
}

static void
open_senders(struct opening *o)
{
	const struct conf *c = o->conf;
	struct route_sender *senders = run_opening_room(o, c->sender_count, sizeof(*senders));

	for (size_t i = 0; i < c->sender_count && senders != NULL; i++) {
		const struct conf_sender *s = &c->senders[i];
		const char **prints = run_opening_room(o, s->certificate_count, sizeof(*prints));
		for (size_t k = 0; k < s->certificate_count && prints != NULL; k++)
			prints[k] = run_opening_fingerprint(o, s->certificates[k]);
		const char **clients =
		    run_opening_room(o, s->tls_certificate_count, sizeof(*clients));
		for (size_t k = 0; k < s->tls_certificate_count && clients != NULL; k++)
			clients[k] = run_opening_fingerprint(o, s->tls_certificates[k]);
		senders[i] = (struct route_sender){
		    .sender_id = s->sender_id,
		    .secret = s->secret,
		    .fingerprints = prints,
		    .fingerprint_count = s->certificate_count,
		    .clients = clients,
		    .client_count = s->tls_certificate_count,
		    .bin = s->bin,
		    .bare_faultcode = s->bare_faultcode,
		    .suspended = s->suspended,
		};
	}
	o->house->routes.senders = senders;
	o->house->routes.sender_count = c->sender_count;
}

static enum route_placement
placement_of(const char *text)
{
	static const struct {
		const char *text;
		enum route_placement placement;
	} names[] = {{"text", ROUTE_TEXT}, {"child", ROUTE_CHILD}, {"data", ROUTE_DATA},
	    {"in-place", ROUTE_IN_PLACE}, {"string", ROUTE_STRING}};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i].text, text) == 0)
			return names[i].placement;
	return ROUTE_AUTO;
}

static void
check_handler(struct opening *o, const struct conf_service *s)
{
	const struct service *handler = service_find(s->handler);

	if (s->handler[0] == '\0')
		return; /* conf told it */
	if (handler == NULL) {
		run_opening_tell(
		    o, s->at, "service %s: there is no handler %s", s->service_id, s->handler);
		return;
	}
	if (o->house->services != NULL && s->profile[0] != '\0' &&
	    !service_has_profile(o->house->services, handler, s->profile))
		run_opening_tell(o, s->at, "service %s: handler %s has no profile %s",
		    s->service_id, s->handler, s->profile);
	if (handler->signs && !s->business_signature)
		run_opening_tell(o, s->at, "service %s: handler %s needs business_signature = true",
		    s->service_id, s->handler);
	if (!handler->signs && s->business_signature)
		run_opening_tell(o, s->at, "service %s: handler %s takes no business signature",
		    s->service_id, s->handler);
}

static void
open_services(struct opening *o)
{
	const struct conf *c = o->conf;
	struct err e = {0};
	struct route_service *services = run_opening_room(o, c->service_count, sizeof(*services));

	if (service_open(c->data_dir, &o->house->services, &e) != 0)
		run_opening_tell(o, c->data_at, "data_dir: %s", e.detail);
	for (size_t i = 0; i < c->service_count && services != NULL; i++) {
		const struct conf_service *s = &c->services[i];
		check_handler(o, s);
		services[i] = (struct route_service){
		    .service_id = s->service_id,
		    .handler = s->handler,
		    .profile = s->profile,
		    .sync = s->sync,
		    .async = s->async,
		    .enabled = s->enabled,
		    .callers = s->callers,
		    .caller_count = s->caller_count,
		    .business_signature = s->business_signature,
		    .algorithms = algorithms_of(s->algorithms, s->algorithm_count, 0),
		    .placement = placement_of(s->placement),
		    .signers = s->signers,
		    .unknown_accepted = accepts_unknown(s),
		};
	}
	o->house->routes.services = services;
	o->house->routes.service_count = c->service_count;
}

static void
open_contract(struct opening *o)
{
	struct err e = {0};

	if (run_wsdl_load(
		o->conf->data_dir, RUN_WSDL_SYNC | RUN_WSDL_ASYNC_CLIENT, &o->house->wsdl, &e) != 0)
		run_opening_tell(o, o->conf->data_at, "data_dir: %s", e.detail);
}

static void
open_all(struct opening *o)
{
	open_trust(o);
	set_policy(o);
	open_signing(o);
	check_listeners(o);
	open_clients(o);
	open_senders(o);
	open_services(o);
	run_opening_receivers(o);
	open_contract(o);
}

int
run_house_open(const struct conf *conf, conf_complain *complain, void *self, struct run_house **out,
    struct err *e)
{
	struct run_house *house = calloc(1, sizeof(*house));
	struct opening o = {.conf = conf, .house = house, .complain = complain, .self = self};
	int rc = -1;

	*out = NULL;
	if (house == NULL || (house->arena = arena_new()) == NULL) {
		err_set(e, ERR_NOMEM, "house");
		goto out;
	}
	house->conf = conf;
	open_all(&o);
	if (o.nomem)
		err_set(e, ERR_NOMEM, "house");
	else if (o.mistakes > 0)
		err_set(e, ERR_CONFIG, "%s: %u mistake%s", conf->file, o.mistakes,
		    o.mistakes == 1 ? "" : "s");
	else {
		*out = house;
		house = NULL; /* moved */
		rc = 0;
	}
out:
	run_house_close(house);
	return rc;
}

void
run_house_close(struct run_house *house)
{
	if (house == NULL)
		return;
	run_wsdl_free(house->wsdl);
	service_close(house->services);
	pki_identity_free(house->identity);
	run_hold_close(house->hold);
	for (size_t i = 0; i < house->client_count; i++)
		if (house->clients[i].own)
			pki_close(house->clients[i].pki);
	pki_close(house->pki);
	arena_free(house->arena);
	free(house);
}

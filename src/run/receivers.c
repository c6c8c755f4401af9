/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Receivers and profiles out of a configuration: secrets read, certificates and CAs looked at.
 *
 * A certificate answers for one receiver only: who it is, is told by nothing else.
 */
#include "config.h"

#include <string.h>

#include "run/file.h"
#include "run/opening.h"

static void
check_ca(struct opening *o, const struct conf_receiver *c)
{
	const struct pki_cert *cert;
	struct err e = {0};

	if (c->ca[0] != '\0' && o->house->pki != NULL &&
	    pki_decode_file(o->house->pki, c->ca, &cert, &e) != 0)
		run_opening_tell(o, c->at, "%s: %s", c->ca, e.detail);
}

static const char *
secret_of(struct opening *o, const struct conf_receiver *c)
{
	const char *secret = "";
	struct err e = {0};

	if (c->secret_file[0] != '\0' &&
	    run_file_secret(c->secret_file, o->house->arena, &secret, &e) != 0) {
		run_opening_tell(o, c->at, "%s", e.detail);
		return "";
	}
	return secret;
}

static const char *const *
fingerprints_of(struct opening *o, const struct conf_receiver *c, const struct route_table *before)
{
	const char **all = run_opening_room(o, c->certificate_count, sizeof(*all));

	for (size_t i = 0; i < c->certificate_count && all != NULL; i++) {
		struct pki_signer who = {0};
		const struct route_receiver *other;

		all[i] = run_opening_fingerprint(o, c->certificates[i]);
		if (all[i] == NULL || strlen(all[i]) >= sizeof(who.fingerprint))
			continue;
		memcpy(who.fingerprint, all[i], strlen(all[i]) + 1);
		if (all[i][0] != '\0' && (other = route_receiver_of(before, &who)) != NULL)
			run_opening_tell(o, c->at, "receiver %s: %s signs for receiver %s already",
			    c->name, c->certificates[i], other->name);
	}
	return all;
}

static void
open_receivers(struct opening *o)
{
	const struct conf *conf = o->conf;
	struct route_table *t = &o->house->routes;
	struct route_receiver *all = run_opening_room(o, conf->receiver_count, sizeof(*all));

	t->receivers = all;
	for (size_t i = 0; i < conf->receiver_count && all != NULL; i++) {
		const struct conf_receiver *c = &conf->receivers[i];
		check_ca(o, c);
		all[i] = (struct route_receiver){
		    .name = c->name,
		    .url = c->url,
		    .ca = c->ca,
		    .sender_id = c->sender_id,
		    .secret = secret_of(o, c),
		    .fingerprints = fingerprints_of(o, c, t),
		    .fingerprint_count = c->certificate_count,
		    .seconds = c->seconds,
		    .concurrency = c->concurrency,
		    .breaker_failures = c->breaker_failures,
		    .retry_first = c->retry_first,
		    .retry_longest = c->retry_longest,
		};
		t->receiver_count = i + 1;
	}
}

static enum route_placement
placement_of(const char *text)
{
	if (strcmp(text, "child") == 0)
		return ROUTE_CHILD;
	return strcmp(text, "data") == 0 ? ROUTE_DATA : ROUTE_TEXT;
}

static enum route_signs
signs_of(const char *text)
{
	if (strcmp(text, "root") == 0)
		return ROUTE_SIGNS_ROOT;
	return strcmp(text, "data") == 0 ? ROUTE_SIGNS_DATA : ROUTE_SIGNS_NOTHING;
}

static void
open_profiles(struct opening *o)
{
	const struct conf *conf = o->conf;
	struct route_table *t = &o->house->routes;
	struct route_profile *all = run_opening_room(o, conf->profile_count, sizeof(*all));

	t->profiles = all;
	for (size_t i = 0; i < conf->profile_count && all != NULL; i++) {
		const struct conf_profile *c = &conf->profiles[i];
		all[i] = (struct route_profile){
		    .service_id = c->service_id,
		    .sender_id = c->sender_id,
		    .direction = strcmp(c->direction, "out") == 0 ? ROUTE_OUT : ROUTE_IN,
		    .receiver = route_receiver_find(t, c->receiver),
		    .placement = placement_of(c->placement),
		    .cdata = strcmp(c->escaping, "cdata") == 0,
		    .signs = signs_of(c->sign_data),
		    .prefix = c->prefix,
		    .sign = c->sign,
		    .own_message_id = strcmp(c->message_id, "own") == 0,
		    .answers_signed = strcmp(c->answer_signature, "required") == 0,
		    .deadline_seconds = c->deadline_seconds,
		    .pull = strcmp(c->delivery, "pull") == 0,
		    .pull_seconds = c->pull_seconds,
		    .amount = c->amount,
		};
		t->profile_count = i + 1;
	}
}

void
run_opening_receivers(struct opening *o)
{
	open_receivers(o);
	open_profiles(o);
}

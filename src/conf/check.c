/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What one key cannot show: pairs that go together, names said twice, names that must exist.
 *
 * Whether files load and handlers exist is for run/ to find.
 */
#include "config.h"

#include <string.h>

#include "base/clock.h"
#include "conf/room.h"

#define HEX "0123456789abcdef"

static bool
asks_clients(const struct conf_listener *l)
{
	return strcmp(l->client, "none") != 0;
}

static void
check_clients(struct conf_reader *r, const struct conf_listener *l)
{
	if (asks_clients(l) && !l->tls)
		conf_mistake(r, l->at, "client certificates are for listeners with tls = true");
	if (!asks_clients(l) && (l->client_ca[0] != '\0' || l->client_crl[0] != '\0'))
		conf_mistake(r, l->at,
		    "client_ca and client_crl are for client = \"optional\" or \"required\"");
	if (l->client_crl[0] != '\0' && l->client_ca[0] == '\0')
		conf_mistake(r, l->at, "client_crl goes with client_ca; trust has its own crl");
}

static void
check_listener(
    struct conf_reader *r, const struct conf_listener *l, const struct conf_listener *first)
{
	if (l->tls && l->certificate[0] == '\0')
		conf_mistake(r, l->at, "a TLS listener needs a certificate");
	if (l->tls && l->key[0] == '\0')
		conf_mistake(r, l->at, "a TLS listener needs a key");
	if (!l->tls && (l->certificate[0] != '\0' || l->key[0] != '\0'))
		conf_mistake(r, l->at, "certificate and key are for listeners with tls = true");
	check_clients(r, l);
	for (; first < l; first++)
		if (l->port != 0 && l->port == first->port &&
		    strcmp(l->address, first->address) == 0)
			conf_mistake(r, l->at, "%s:%u is listened on already, line %d", l->address,
			    l->port, first->at.line);
}

/* "salt$digest", 32 and 64 lower-case hex digits (route.h). */
static bool
is_secret(const char *text)
{
	return strlen(text) == 97 && strspn(text, HEX) == 32 && text[32] == '$' &&
	       strspn(text + 33, HEX) == 64;
}

static bool
some_listener_asks(const struct conf *c)
{
	for (size_t i = 0; i < c->listener_count; i++)
		if (asks_clients(&c->listeners[i]))
			return true;
	return false;
}

static void
check_sender(struct conf_reader *r, const struct conf_sender *s, const struct conf_sender *first)
{
	/* the secret itself is not repeated: it may stand there in the clear */
	if (s->secret[0] != '\0' && !is_secret(s->secret))
		conf_mistake(r, s->at,
		    "sender %s: the secret is not of the form salt$digest that "
		    "shepctl secret prints",
		    s->sender_id);
	if (s->bin[0] != '\0' && (strlen(s->bin) != 12 || strspn(s->bin, "0123456789") != 12))
		conf_mistake(r, s->at, "sender %s: a BIN has 12 digits", s->sender_id);
	if (s->tls_certificate_count > 0 && !some_listener_asks(r->conf))
		conf_mistake(r, s->at,
		    "sender %s: tls_certificates, but no listener asks for client certificates",
		    s->sender_id);
	for (; first < s; first++)
		if (s->sender_id[0] != '\0' && strcmp(s->sender_id, first->sender_id) == 0)
			conf_mistake(r, s->at, "sender %s is set already at %s:%d", s->sender_id,
			    first->at.file, first->at.line);
}

static bool
is_sender(const struct conf *c, const char *sender_id)
{
	for (size_t i = 0; i < c->sender_count; i++)
		if (strcmp(c->senders[i].sender_id, sender_id) == 0)
			return true;
	return false;
}

static void
check_service(struct conf_reader *r, const struct conf_service *s, const struct conf_service *first)
{
	for (size_t i = 0; i < s->caller_count; i++)
		if (s->callers[i][0] != '\0' && !is_sender(r->conf, s->callers[i]))
			conf_mistake(r, s->at, "service %s: caller %s is not among the senders",
			    s->service_id, s->callers[i]);
	if (s->enabled && s->caller_count == 0)
		conf_mistake(
		    r, s->at, "service %s: nobody may call it, callers is empty", s->service_id);
	if (s->enabled && !s->sync && !s->async)
		conf_mistake(r, s->at, "service %s: reachable on no channel", s->service_id);
	for (; first < s; first++)
		if (s->service_id[0] != '\0' && strcmp(s->service_id, first->service_id) == 0)
			conf_mistake(r, s->at, "service %s is set already at %s:%d", s->service_id,
			    first->at.file, first->at.line);
}

static bool
fetches_crls(const struct conf *c)
{
	for (size_t i = 0; i < c->issuer_count; i++)
		if (c->issuers[i].crl[0] != '\0')
			return true;
	return false;
}

static bool
asks_responders(const struct conf *c)
{
	for (size_t i = 0; i < c->issuer_count; i++)
		if (c->issuers[i].ocsp[0] != '\0')
			return true;
	return false;
}

bool
conf_is_file_name(const char *text)
{
	return text[0] != '.' && strlen(text) <= 64 &&
	       strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") ==
		   strlen(text);
}

static void
check_address(struct conf_reader *r, const struct conf_issuer *i, const char *key, const char *url)
{
	if (url[0] != '\0' && (strncmp(url, "http://", 7) != 0 || url[7] == '\0'))
		conf_mistake(r, i->at,
		    "authority %s: %s must begin with http://; what is fetched "
		    "is signed by itself",
		    i->name, key);
}

static void
check_issuer(struct conf_reader *r, const struct conf_issuer *i, const struct conf_issuer *first)
{
	if (!conf_is_file_name(i->name))
		conf_mistake(r, i->at,
		    "authority %s: a name has letters, digits and . _ - only, 64 at most", i->name);
	check_address(r, i, "crl", i->crl);
	check_address(r, i, "delta", i->delta);
	check_address(r, i, "ocsp", i->ocsp);
	if (i->delta[0] != '\0' && i->crl[0] == '\0' && r->conf->trust.crl[0] == '\0')
		conf_mistake(
		    r, i->at, "authority %s: a delta is of no use without a full CRL", i->name);
	for (; first < i; first++)
		if (i->name[0] != '\0' && strcmp(i->name, first->name) == 0)
			conf_mistake(r, i->at, "authority %s is set already at %s:%d", i->name,
			    first->at.file, first->at.line);
}

static void
check_fetch(struct conf_reader *r)
{
	if (r->conf->fetch.user_agent[0] == '\0')
		conf_mistake(r, conf_key_place(r, "fetch", "user_agent", r->conf->fetch.at),
		    "user_agent must not be empty: some servers do not answer then");
}

static void
check_trust(struct conf_reader *r)
{
	const struct conf *c = r->conf;
	struct instant until;
	bool pinned = c->trust.partners[0] != '\0';

	for (size_t i = 0; i < c->sender_count; i++)
		pinned |= c->senders[i].certificate_count > 0;
	for (size_t i = 0; i < c->receiver_count; i++)
		pinned |= c->receivers[i].certificate_count > 0;
	if (c->trust.anchors[0] == '\0' && !pinned)
		conf_mistake(
		    r, c->trust.at, "neither anchors nor partners: no signature could be accepted");
	if (strcmp(c->trust.revocation, "crl") == 0 && c->trust.crl[0] == '\0' && !fetches_crls(c))
		conf_mistake(r, conf_key_place(r, "trust", "revocation", c->trust.at),
		    "revocation = \"crl\" needs the folder crl or an authority's; without one "
		    "say \"off\"");
	if ((strcmp(c->trust.revocation, "ocsp") == 0 || strcmp(c->trust.revocation, "any") == 0) &&
	    !asks_responders(c))
		conf_mistake(r, conf_key_place(r, "trust", "revocation", c->trust.at),
		    "revocation = \"%s\" needs the address ocsp of an authority",
		    c->trust.revocation);
	if (c->trust.gost2004_until[0] != '\0' && !clock_read(c->trust.gost2004_until, &until))
		conf_mistake(r, conf_key_place(r, "trust", "gost2004_until", c->trust.at),
		    "gost2004_until is no date: YYYY-MM-DD");
}

static void
check_public_url(struct conf_reader *r)
{
	const char *url = r->conf->public_url;
	struct conf_place at =
	    conf_key_place(r, "", "public_url", (struct conf_place){r->main_file, 0});

	if (url[0] != '\0' && strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0)
		conf_mistake(r, at, "public_url must begin with http:// or https://");
}

void
conf_check(struct conf_reader *r)
{
	const struct conf *c = r->conf;

	for (size_t i = 0; i < c->listener_count; i++)
		check_listener(r, &c->listeners[i], c->listeners);
	for (size_t i = 0; i < c->sender_count; i++)
		check_sender(r, &c->senders[i], c->senders);
	for (size_t i = 0; i < c->service_count; i++)
		check_service(r, &c->services[i], c->services);
	for (size_t i = 0; i < c->issuer_count; i++)
		check_issuer(r, &c->issuers[i], c->issuers);
	conf_check_delivery(r);
	check_fetch(r);
	check_trust(r);
	check_public_url(r);
}

/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Receivers and profiles: names that must exist, keys that go together, and what contradicts.
 *
 * A profile that says what its direction has no use for is a mistake: whoever wrote it expects
 * something of it.
 */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "conf/room.h"

static bool
is_out(const struct conf_profile *p)
{
	return strcmp(p->direction, "out") == 0;
}

/* "http://x", "https://x"; no user or secret in it, for it stands in the log. */
static bool
is_address(const char *url)
{
	const char *host = strncmp(url, "https://", 8) == 0  ? url + 8
			   : strncmp(url, "http://", 7) == 0 ? url + 7
							     : NULL;

	return host != NULL && strcspn(host, "/?#") > 0 &&
	       memchr(host, '@', strcspn(host, "/?#")) == NULL &&
	       strcspn(host, " \t\r\n#") == strlen(host);
}

static void
check_receiver(
    struct conf_reader *r, const struct conf_receiver *c, const struct conf_receiver *first)
{
	if (!conf_is_file_name(c->name))
		conf_mistake(r, c->at,
		    "receiver %s: a name has letters, digits and . _ - only, 64 at most", c->name);
	if (c->url[0] != '\0' && !is_address(c->url))
		conf_mistake(r, c->at,
		    "receiver %s: url must be an address of http:// or https://, without a user",
		    c->name);
	if (c->ca[0] != '\0' && strncmp(c->url, "https://", 8) != 0)
		conf_mistake(r, c->at, "receiver %s: ca is for an address of https://", c->name);
	if (c->retry_first > c->retry_longest)
		conf_mistake(
		    r, c->at, "receiver %s: retry_first is longer than retry_longest", c->name);
	for (; first < c; first++)
		if (c->name[0] != '\0' && strcmp(c->name, first->name) == 0)
			conf_mistake(r, c->at, "receiver %s is set already at %s:%d", c->name,
			    first->at.file, first->at.line);
}

static const struct conf_receiver *
find_receiver(const struct conf *c, const char *name)
{
	for (size_t i = 0; i < c->receiver_count; i++)
		if (strcmp(c->receivers[i].name, name) == 0)
			return &c->receivers[i];
	return NULL;
}

static const struct conf_service *
find_service(const struct conf *c, const char *service_id)
{
	for (size_t i = 0; i < c->service_count; i++)
		if (strcmp(c->services[i].service_id, service_id) == 0)
			return &c->services[i];
	return NULL;
}

/* Coming, the sender is a participant; going, it is us, by a name that some receiver knows. */
static bool
is_known_sender(const struct conf *c, const struct conf_profile *p)
{
	bool known = strcmp(p->sender_id, "*") == 0;

	for (size_t i = 0; i < c->sender_count && !is_out(p); i++)
		known |= strcmp(c->senders[i].sender_id, p->sender_id) == 0;
	for (size_t i = 0; i < c->receiver_count && is_out(p); i++)
		known |= strcmp(c->receivers[i].sender_id, p->sender_id) == 0;
	return known;
}

static bool
goes_out(const struct conf *c, const char *service_id)
{
	for (size_t i = 0; i < c->profile_count; i++)
		if (is_out(&c->profiles[i]) && strcmp(c->profiles[i].service_id, service_id) == 0)
			return true;
	return false;
}

/* Wherever any profile of a receiver believes signed answers only, somebody must be pinned: else
 * whomever the trust vouches for, each citizen too, could answer for the gateway. */
static void
check_answers(
    struct conf_reader *r, const struct conf_profile *p, const struct conf_receiver *receiver)
{
	if (strcmp(p->answer_signature, "required") == 0 && receiver->certificate_count == 0)
		conf_mistake(r, p->at,
		    "profile %s %s: answers must be signed, but receiver %s has no certificates",
		    p->service_id, p->direction, p->receiver);
}

static void
check_names(struct conf_reader *r, const struct conf_profile *p)
{
	const struct conf_service *service = find_service(r->conf, p->service_id);
	const struct conf_receiver *receiver = find_receiver(r->conf, p->receiver);

	if (p->service_id[0] != '\0' && service == NULL)
		conf_mistake(r, p->at, "profile %s %s: there is no such service", p->service_id,
		    p->direction);
	else if (service != NULL && !service->async)
		conf_mistake(r, p->at,
		    "profile %s %s: the service is not reachable on the asynchronous channel",
		    p->service_id, p->direction);
	if (p->direction[0] != '\0' && !is_known_sender(r->conf, p))
		conf_mistake(r, p->at, "profile %s %s: sender_id %s is not among the %s",
		    p->service_id, p->direction, p->sender_id,
		    is_out(p) ? "receivers' sender_ids" : "senders");
	if (p->receiver[0] != '\0' && receiver == NULL)
		conf_mistake(r, p->at, "profile %s %s: there is no receiver %s", p->service_id,
		    p->direction, p->receiver);
	if (receiver != NULL)
		check_answers(r, p, receiver);
}

static void
check_out(struct conf_reader *r, const struct conf_profile *p)
{
	bool text = strcmp(p->placement, "text") == 0, data = strcmp(p->placement, "data") == 0;

	if (p->receiver[0] == '\0')
		conf_mistake(r, p->at, "profile %s out: receiver is missing", p->service_id);
	if (strcmp(p->escaping, "cdata") == 0 && !text)
		conf_mistake(
		    r, p->at, "profile %s out: cdata is for placement = \"text\"", p->service_id);
	if (text && strcmp(p->sign_data, "data") == 0)
		conf_mistake(r, p->at,
		    "profile %s out: sign_data = \"data\" is not for placement = \"text\"",
		    p->service_id);
	if (data && strcmp(p->sign_data, "root") == 0)
		conf_mistake(r, p->at,
		    "profile %s out: with placement = \"data\" there is no root to sign",
		    p->service_id);
	if (data && strcmp(p->prefix, "default") == 0)
		conf_mistake(r, p->at,
		    "profile %s out: data itself has no namespace, so nothing in it a default one",
		    p->service_id);
}

static void
check_in(struct conf_reader *r, const struct conf_profile *p)
{
	if (strcmp(p->delivery, "pull") == 0 && p->receiver[0] == '\0')
		conf_mistake(
		    r, p->at, "profile %s in: delivery = \"pull\" needs a receiver", p->service_id);
	if (p->receiver[0] != '\0' && !goes_out(r->conf, p->service_id))
		conf_mistake(r, p->at,
		    "profile %s in: its receiver gets answers, but no profile says how they go out",
		    p->service_id);
}

static bool
is_prefix(const char *text)
{
	return text[0] == '\0' ||
	       (strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_") > 0 &&
		   strspn(
		       text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789.-") ==
		       strlen(text) &&
		   strlen(text) <= 32 && strncasecmp(text, "xml", 3) != 0);
}

static void
check_profile(struct conf_reader *r, const struct conf_profile *p, const struct conf_profile *first)
{
	check_names(r, p);
	if (is_out(p))
		check_out(r, p);
	else if (p->direction[0] != '\0')
		check_in(r, p);
	if (!is_prefix(p->prefix))
		conf_mistake(r, p->at, "profile %s %s: %s is no prefix", p->service_id,
		    p->direction, p->prefix);
	for (; first < p; first++)
		if (strcmp(p->service_id, first->service_id) == 0 &&
		    strcmp(p->sender_id, first->sender_id) == 0 &&
		    strcmp(p->direction, first->direction) == 0)
			conf_mistake(r, p->at,
			    "profile %s %s of sender_id %s is set already at %s:%d", p->service_id,
			    p->direction, p->sender_id, first->at.file, first->at.line);
}

void
conf_check_delivery(struct conf_reader *r)
{
	const struct conf *c = r->conf;

	for (size_t i = 0; i < c->receiver_count; i++)
		check_receiver(r, &c->receivers[i], c->receivers);
	for (size_t i = 0; i < c->profile_count; i++)
		check_profile(r, &c->profiles[i], c->profiles);
}

void
conf_finish_profile(struct conf_reader *r, void *element)
{
	static const char *const of_in[] = {"delivery", "pull_seconds", "amount", NULL};
	static const char *const of_out[] = {
	    "placement", "escaping", "sign_data", "prefix", "message_id", "deadline_seconds", NULL};
	const struct conf_place nowhere = {NULL, 0};
	const struct conf_profile *p = element;
	const char *const *others = is_out(p) ? of_in : of_out;

	for (; *others != NULL && p->direction[0] != '\0'; others++) {
		struct conf_place at = conf_key_place(r, "profiles", *others, nowhere);
		if (at.file != NULL)
			conf_mistake(r, at, "profile %s %s: %s is for the other direction",
			    p->service_id, p->direction, *others);
	}
}

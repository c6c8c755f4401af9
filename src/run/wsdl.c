/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Files become templates when they are loaded: each address in them is a mark, for which a request
 * puts its own. See wsdl.h.
 *
 * Imports become absolute, because clients resolve relative ones against different things: the WSDL
 * is at /sync?wsdl, its schemas at /sync/xsd/; the other channels alike.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "env/env.h"
#include "run/file.h"
#include "run/wsdl.h"

#define HOME '\x01' /* the mark: no octet of XML */
#define FILE_OCTETS ((size_t)256 * 1024)
#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

enum {
	SYNC = RUN_WSDL_SYNC,
	ASYNC = RUN_WSDL_ASYNC,
	ASYNC_CLIENT = RUN_WSDL_ASYNC_CLIENT
};

static const struct channel {
	const char *path;
	unsigned bit;
	const char *wsdl;
} channels[] = {
    {"/sync", SYNC, "SyncChannel.wsdl"},
    {"/async", ASYNC, "AsyncChannel.wsdl"},
    {"/async-client", ASYNC_CLIENT, "AsyncChannelClient.wsdl"},
};

static const struct source {
	const char *folder, *name;
	unsigned channels;
} sources[] = {
    {"wsdl", "SyncChannel.wsdl", SYNC},
    {"wsdl", "ISyncChannel.wsdl", SYNC},
    {"wsdl", "AsyncChannel.wsdl", ASYNC},
    {"wsdl", "IAsyncChannel.wsdl", ASYNC},
    {"wsdl", "AsyncChannelClient.wsdl", ASYNC_CLIENT},
    {"wsdl", "IAsyncChannelClient.wsdl", ASYNC_CLIENT},
    {"wsdl/xsd", "Common.xsd", SYNC | ASYNC | ASYNC_CLIENT},
    {"wsdl/xsd", "SyncTypes.xsd", SYNC},
    {"wsdl/xsd", "SyncRequest.xsd", SYNC},
    {"wsdl/xsd", "SyncResponse.xsd", SYNC},
    {"wsdl/xsd", "AsyncTypes.xsd", ASYNC | ASYNC_CLIENT},
    {"wsdl/xsd", "AsyncInfo.xsd", ASYNC | ASYNC_CLIENT},
    {"wsdl/xsd", "AsyncClient.xsd", ASYNC_CLIENT},
};

struct run_wsdl {
	struct arena *arena;
	unsigned served;			/* channels */
	const char *templates[LENGTH(sources)]; /* NULL = of none of them */
};

static int
check_xml(const char *path, struct octets text, struct err *e)
{
	struct err why = {0};
	struct dom *doc = NULL;

	if (dom_parse(text, &dom_default_limits, &doc, &why) != 0)
		return err_set(e, ERR_CONFIG, "%s: %s", path, why.detail);
	dom_free(doc);
	return 0;
}

/* Is the attribute at `at` the one of soap:address? */
static bool
is_address(const char *text, const char *at)
{
	while (at > text && *at != '<')
		at--;
	return strncmp(at, "<soap:address ", strlen("<soap:address ")) == 0;
}

/* Every location="..." and schemaLocation="...": the address becomes HOME, an import HOME/xsd/NAME.
 * *addresses counts the former. */
static char *
make_template(const char *text, struct arena *arena, unsigned *addresses)
{
	static const char name[] = "ocation=\""; /* of both attributes */
	char *made = arena_alloc(arena, 2 * strlen(text) + 1), *to = made;
	const char *at;

	*addresses = 0;
	while (made != NULL && (at = strstr(text, name)) != NULL) {
		const char *value = at + strlen(name), *end = value + strcspn(value, "\"");
		const char *base = memrchr(value, '/', (size_t)(end - value));

		to = mempcpy(to, text, (size_t)(value - text));
		*to++ = HOME;
		if (is_address(text, at)) {
			++*addresses;
		} else {
			base = base == NULL ? value : base + 1;
			to = mempcpy(stpcpy(to, "/xsd/"), base, (size_t)(end - base));
		}
		text = end;
	}
	if (made != NULL)
		memcpy(to, text, strlen(text) + 1);
	return made;
}

static int
load(struct run_wsdl *w, size_t i, const char *data_dir, struct err *e)
{
	const struct source *s = &sources[i];
	const char *path = arena_printf(w->arena, "%s/%s/%s", data_dir, s->folder, s->name);
	unsigned addresses, wanted = 0;
	struct octets text;

	if (path == NULL)
		return err_set(e, ERR_NOMEM, "%s", s->name);
	if (run_file_read(path, FILE_OCTETS, w->arena, &text, e) != 0 ||
	    check_xml(path, text, e) != 0)
		return -1;
	for (size_t c = 0; c < LENGTH(channels); c++)
		wanted += strcmp(channels[c].wsdl, s->name) == 0;
	if ((w->templates[i] = make_template((const char *)text.data, w->arena, &addresses)) ==
	    NULL)
		return err_set(e, ERR_NOMEM, "%s", path);
	if (addresses != wanted)
		return err_set(
		    e, ERR_CONFIG, "%s: %u soap:address instead of %u", path, addresses, wanted);
	return 0;
}

int
run_wsdl_load(const char *data_dir, unsigned served, struct run_wsdl **out, struct err *e)
{
	struct run_wsdl *w = calloc(1, sizeof(*w));
	int rc = -1;

	*out = NULL;
	if (w == NULL || (w->arena = arena_new()) == NULL) {
		err_set(e, ERR_NOMEM, "contract");
		goto out;
	}
	w->served = served;
	for (size_t i = 0; i < LENGTH(sources); i++)
		if ((sources[i].channels & served) != 0 && load(w, i, data_dir, e) != 0)
			goto out;
	*out = w;
	w = NULL; /* moved */
	rc = 0;
out:
	run_wsdl_free(w);
	return rc;
}

void
run_wsdl_free(struct run_wsdl *w)
{
	if (w == NULL)
		return;
	arena_free(w->arena);
	free(w);
}

/* Octets of the address that the channels' paths are put behind: it may be given with one of them,
 * and with a slash at its end. */
static size_t
base_length(const char *public_url)
{
	size_t len = strlen(public_url);

	while (len > 0 && public_url[len - 1] == '/')
		len--;
	for (size_t i = 0; i < LENGTH(channels); i++) {
		size_t path = strlen(channels[i].path);

		if (len >= path && memcmp(public_url + len - path, channels[i].path, path) == 0)
			return len - path;
	}
	return len;
}

/* Where the channel is, for an attribute's value; NULL when memory is out. */
static const char *
home(const struct channel *c, const struct door_request *request, const char *public_url,
    struct arena *arena)
{
	size_t len = base_length(public_url);
	struct octets escaped;
	struct err e = {0};
	char *plain;

	if (len > 0)
		plain = arena_printf(arena, "%.*s%s", (int)len, public_url, c->path);
	else if (*request->host == '\0') /* HTTP/1.0: relative to where it was asked */
		plain = arena_strdup(arena, c->path);
	else
		plain = arena_printf(
		    arena, "%s://%s%s", request->tls ? "https" : "http", request->host, c->path);
	if (plain == NULL || env_escape(octets_of(plain), arena, &escaped, &e) != 0)
		return NULL;
	return arena_string(arena, escaped);
}

static struct octets
fill(const char *template, const char *at_home, struct arena *arena)
{
	size_t marks = 0, home_len = strlen(at_home);
	char *made, *to;

	for (const char *p = template; (p = strchr(p, HOME)) != NULL; p++)
		marks++;
	made = to = arena_alloc(arena, strlen(template) + marks * home_len + 1);
	while (made != NULL && *template != '\0') {
		size_t len = strcspn(template, (const char[]){HOME, '\0'});

		to = mempcpy(to, template, len);
		template += len;
		if (*template == HOME) {
			to = mempcpy(to, at_home, home_len);
			template ++;
		}
	}
	return (struct octets){(unsigned char *)made, made == NULL ? 0 : (size_t)(to - made)};
}

/* The channel that the path is under, and the name of the file that is wanted; NULL = none. */
static const struct channel *
find_channel(const struct run_wsdl *w, const struct door_request *request, const char **name)
{
	for (size_t i = 0; i < LENGTH(channels); i++) {
		const char *path = channels[i].path, *rest = request->path + strlen(path);

		if ((w->served & channels[i].bit) == 0 ||
		    strncmp(request->path, path, strlen(path)) != 0)
			continue;
		*name = NULL;
		if (*rest == '\0' && strcasecmp(request->query, "wsdl") == 0)
			*name = channels[i].wsdl;
		else if (strncmp(rest, "/xsd/", strlen("/xsd/")) == 0)
			*name = rest + strlen("/xsd/");
		if (*name != NULL)
			return &channels[i];
	}
	return NULL;
}

static const char *
find_template(const struct run_wsdl *w, const struct channel *c, const char *name)
{
	for (size_t i = 0; i < LENGTH(sources); i++)
		if ((sources[i].channels & c->bit) != 0 && strcmp(sources[i].name, name) == 0)
			return w->templates[i];
	return NULL;
}

bool
run_wsdl_get(const struct run_wsdl *w, const struct door_request *request, const char *public_url,
    struct arena *arena, struct door_reply *reply)
{
	const char *name, *template, *at_home;
	const struct channel *c = find_channel(w, request, &name);
	struct octets body = {NULL, 0};

	if (strcmp(request->method, "GET") != 0 || c == NULL ||
	    (template = find_template(w, c, name)) == NULL)
		return false;
	if ((at_home = home(c, request, public_url, arena)) != NULL)
		body = fill(template, at_home, arena);
	*reply = (struct door_reply){
	    .status = 200, .content_type = "text/xml; charset=utf-8", .body = body};
	if (body.data == NULL) { /* out of memory */
		reply->status = 503;
		reply->retry_after = 1;
	}
	return true;
}

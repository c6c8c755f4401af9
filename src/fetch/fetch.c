/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * libcurl's multi interface behind four functions.
 *
 * Names are looked up by its resolver's thread, so a slow name server delays one fetch only, and no
 * longer than that fetch's deadline. Connections are kept for calls alone: the next fetch of a CRL
 * is minutes away.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "fetch/fetch.h"

enum {
	HEADERS = 64 * 1024, /* octets of status line and headers in all */
	FIRST_ROOM = 16 * 1024
};

/* One fetch. */
struct errand {
	CURL *easy;
	struct curl_slist *headers;
	unsigned char *body; /* of the answer */
	size_t len, room, most, header_len;
	bool nomem, too_long, call;
	void *tag;
	char why[CURL_ERROR_SIZE];
	struct errand *next;
};

struct fetch {
	CURLM *multi;
	char *user_agent;
	struct errand *errands;
};

static void
errand_free(struct errand *one)
{
	if (one == NULL)
		return;
	curl_easy_cleanup(one->easy);
	curl_slist_free_all(one->headers);
	free(one->body);
	free(one);
}

int
fetch_new(const char *user_agent, struct fetch **out, struct err *e)
{
	struct fetch *f = NULL;
	int rc = -1;

	*out = NULL;
	if (user_agent[0] == '\0')
		return err_set(e, ERR_CONFIG, "user_agent must not be empty");
	if (curl_global_init(CURL_GLOBAL_NOTHING) != CURLE_OK ||
	    (f = calloc(1, sizeof(*f))) == NULL || (f->user_agent = strdup(user_agent)) == NULL ||
	    (f->multi = curl_multi_init()) == NULL) {
		err_set(e, ERR_NOMEM, "no memory to fetch");
		goto out;
	}
	*out = f;
	f = NULL; /* moved */
	rc = 0;
out:
	fetch_free(f);
	return rc;
}

/* Takes the errand from the list and ends it. */
static void
drop(struct fetch *f, struct errand *one)
{
	struct errand **at = &f->errands;

	while (*at != one)
		at = &(*at)->next;
	*at = one->next;
	curl_multi_remove_handle(f->multi, one->easy);
	errand_free(one);
}

void
fetch_drop_all(struct fetch *f)
{
	while (f->errands != NULL)
		drop(f, f->errands);
}

void
fetch_free(struct fetch *f)
{
	if (f == NULL)
		return;
	fetch_drop_all(f);
	curl_multi_cleanup(f->multi);
	free(f->user_agent);
	free(f);
}

static bool
make_room(struct errand *one, size_t len)
{
	size_t room = one->room > 0 ? one->room : FIRST_ROOM;
	unsigned char *more;

	while (room < len)
		room *= 2;
	if (room == one->room)
		return true;
	more = realloc(one->body, room);
	if (more == NULL)
		return false;
	one->body = more;
	one->room = room;
	return true;
}

/* Another number than that of the octets ends the fetch. */
static size_t
on_body(char *data, size_t size, size_t n, void *self)
{
	struct errand *one = self;
	size_t len = size * n;

	one->too_long |= len > one->most - one->len;
	if (one->too_long)
		return 0;
	one->nomem |= !make_room(one, one->len + len);
	if (one->nomem)
		return 0;
	if (len > 0)
		memcpy(one->body + one->len, data, len);
	one->len += len;
	return len;
}

static size_t
on_header(char *data, size_t size, size_t n, void *self)
{
	struct errand *one = self;

	(void)data;
	one->header_len += size * n;
	return one->header_len <= HEADERS ? size * n : 0;
}

static bool
add_header(struct errand *one, const char *line)
{
	struct curl_slist *more = curl_slist_append(one->headers, line);

	if (more != NULL)
		one->headers = more;
	return more != NULL;
}

/* libcurl copies strings, but not the body of a POST unless told so. */
static bool
set_body(struct errand *one, const struct fetch_order *order)
{
	char line[128];

	if (order->body.data == NULL)
		return curl_easy_setopt(one->easy, CURLOPT_HTTPGET, 1L) == CURLE_OK;
	snprintf(line, sizeof(line), "Content-Type: %s", order->media);
	return add_header(one, line) &&
	       /* nobody waits for a 100 that many servers do not send */
	       (!order->call ||
		   (add_header(one, "SOAPAction: \"\"") && add_header(one, "Expect:"))) &&
	       curl_easy_setopt(one->easy, CURLOPT_HTTPHEADER, one->headers) == CURLE_OK &&
	       curl_easy_setopt(one->easy, CURLOPT_POSTFIELDSIZE, (long)order->body.len) ==
		   CURLE_OK &&
	       curl_easy_setopt(one->easy, CURLOPT_COPYPOSTFIELDS, order->body.data) == CURLE_OK;
}

static bool
set_limits(struct errand *one, const struct fetch_order *order)
{
	static const struct {
		CURLoption option;
		long value;
	} fixed[] = {{CURLOPT_NOSIGNAL, 1},
	    {CURLOPT_QUICK_EXIT, 1}, /* never waits for the name server */
	    {CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1}, {CURLOPT_FOLLOWLOCATION, 0},
	    {CURLOPT_DISALLOW_USERNAME_IN_URL, 1}, {CURLOPT_SSL_VERIFYPEER, 1},
	    {CURLOPT_SSL_VERIFYHOST, 2}, {CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2}};

	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		if (curl_easy_setopt(one->easy, fixed[i].option, fixed[i].value) != CURLE_OK)
			return false;
	return curl_easy_setopt(one->easy, CURLOPT_PROTOCOLS_STR,
		   order->call ? "http,https" : "http") == CURLE_OK &&
	       curl_easy_setopt(one->easy, CURLOPT_FRESH_CONNECT, order->call ? 0L : 1L) ==
		   CURLE_OK &&
	       curl_easy_setopt(one->easy, CURLOPT_FORBID_REUSE, order->call ? 0L : 1L) ==
		   CURLE_OK &&
	       curl_easy_setopt(one->easy, CURLOPT_PROXY, "") == CURLE_OK &&
	       curl_easy_setopt(one->easy, CURLOPT_TIMEOUT_MS, (long)order->milliseconds) ==
		   CURLE_OK &&
	       curl_easy_setopt(one->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)order->milliseconds) ==
		   CURLE_OK;
}

/* Where a file is named, the system's CAs do not count any more. */
static bool
set_ca(struct errand *one, const struct fetch_order *order)
{
	if (order->ca == NULL || order->ca[0] == '\0')
		return true;
	return curl_easy_setopt(one->easy, CURLOPT_CAINFO, order->ca) == CURLE_OK &&
	       curl_easy_setopt(one->easy, CURLOPT_CAPATH, NULL) == CURLE_OK;
}

static bool
set_up(struct errand *one, const struct fetch *f, const struct fetch_order *order)
{
	return curl_easy_setopt(one->easy, CURLOPT_URL, order->url) == CURLE_OK &&
	       curl_easy_setopt(one->easy, CURLOPT_USERAGENT, f->user_agent) == CURLE_OK &&
	       curl_easy_setopt(one->easy, CURLOPT_WRITEFUNCTION, on_body) == CURLE_OK &&
	       curl_easy_setopt(one->easy, CURLOPT_WRITEDATA, one) == CURLE_OK &&
	       curl_easy_setopt(one->easy, CURLOPT_HEADERFUNCTION, on_header) == CURLE_OK &&
	       curl_easy_setopt(one->easy, CURLOPT_HEADERDATA, one) == CURLE_OK &&
	       curl_easy_setopt(one->easy, CURLOPT_ERRORBUFFER, one->why) == CURLE_OK &&
	       curl_easy_setopt(one->easy, CURLOPT_PRIVATE, one) == CURLE_OK &&
	       set_limits(one, order) && set_ca(one, order) && set_body(one, order);
}

int
fetch_begin(struct fetch *f, const struct fetch_order *order, struct err *e)
{
	struct errand *one = NULL;
	int rc = -1;

	if (strncmp(order->url, "http://", 7) != 0 &&
	    !(order->call && strncmp(order->url, "https://", 8) == 0))
		return err_set(e, ERR_CONFIG, "not an address of http://%s: %s",
		    order->call ? " or https://" : "", order->url);
	one = calloc(1, sizeof(*one));
	if (one == NULL || (one->easy = curl_easy_init()) == NULL || !set_up(one, f, order) ||
	    curl_multi_add_handle(f->multi, one->easy) != CURLM_OK) {
		err_set(e, ERR_NOMEM, "no memory to fetch %s", order->url);
		goto out;
	}
	one->most = order->most;
	one->call = order->call;
	one->tag = order->tag;
	one->next = f->errands;
	f->errands = one;
	one = NULL; /* moved */
	rc = 0;
out:
	errand_free(one);
	return rc;
}

static void
judge(const struct errand *one, CURLcode result, struct fetch_answer *answer)
{
	long status = 0;

	curl_easy_getinfo(one->easy, CURLINFO_RESPONSE_CODE, &status);
	answer->status = (unsigned)status;
	if (one->nomem)
		err_set(&answer->err, ERR_NOMEM, "no memory for the answer");
	else if (one->too_long)
		err_set(&answer->err, ERR_HTTP_UNREACHABLE, "the answer is longer than %zu octets",
		    one->most);
	else if (one->header_len > HEADERS)
		err_set(&answer->err, ERR_HTTP_UNREACHABLE, "the headers are longer than %d octets",
		    HEADERS);
	else if (result != CURLE_OK)
		err_set(&answer->err, ERR_HTTP_UNREACHABLE, "%s",
		    one->why[0] != '\0' ? one->why : curl_easy_strerror(result));
	else if (status != 200 && !one->call)
		err_set(&answer->err, ERR_HTTP_UNREACHABLE, "answered with status %ld", status);
	else
		answer->body = (struct octets){one->body, one->len};
}

static void
hand_out(struct fetch *f, fetch_take *take, void *self)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(f->multi, &left)) != NULL) {
		struct fetch_answer answer = {0};
		struct errand *one = NULL;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &one);
		answer.tag = one->tag;
		judge(one, message->data.result, &answer);
		take(self, &answer);
		drop(f, one);
	}
}

size_t
fetch_wait(struct fetch *f, int wake, unsigned milliseconds, fetch_take *take, void *self)
{
	struct curl_waitfd extra = {.fd = wake, .events = CURL_WAIT_POLLIN};
	size_t n = 0;
	int running;

	curl_multi_perform(f->multi, &running);
	hand_out(f, take, self);
	curl_multi_poll(f->multi, &extra, wake >= 0 ? 1 : 0, (int)milliseconds, NULL);
	curl_multi_perform(f->multi, &running);
	hand_out(f, take, self);
	for (const struct errand *one = f->errands; one != NULL; one = one->next)
		n++;
	return n;
}

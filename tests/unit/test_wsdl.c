/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * run/wsdl: the contract as it is served. Every address in it is ours and leads on; nothing but the
 * table's names is served; what is missing or broken stops the start.
 */
#include "config.h"

#include <sys/stat.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "dom/dom.h"
#include "fixture.h"
#include "run/file.h"
#include "run/wsdl.h"

#define SHEPD (RUN_WSDL_SYNC | RUN_WSDL_ASYNC_CLIENT)
#define GATEWAY (RUN_WSDL_SYNC | RUN_WSDL_ASYNC)

static struct run_wsdl *wsdl, *gateways;
static struct arena *arena;

static struct door_request
get(const char *path, const char *query)
{
	return (struct door_request){
	    .method = "GET", .path = path, .query = query, .host = "shep.example.kz:8480"};
}

/* The text served, or NULL when it is not theirs to serve. */
static const char *
served_by(const struct run_wsdl *who, const struct door_request *request, const char *public_url)
{
	struct door_reply reply = {.status = 77};

	if (!run_wsdl_get(who, request, public_url, arena, &reply)) {
		assert_int_equal(reply.status, 77);
		return NULL;
	}
	assert_int_equal(reply.status, 200);
	assert_string_equal(reply.content_type, "text/xml; charset=utf-8");
	return arena_string(arena, reply.body);
}

static const char *
served(const struct door_request *request, const char *public_url)
{
	return served_by(wsdl, request, public_url);
}

static const char *
served_at(const char *path, const char *query)
{
	struct door_request request = get(path, query);

	return served(&request, "");
}

static void
has(const char *text, const char *part)
{
	assert_non_null(text);
	if (strstr(text, part) == NULL)
		fail_msg("no %s in %s", part, text);
}

static void
the_address_is_where_the_caller_found_us(void **state)
{
	struct door_request request = get("/sync", "wsdl");

	(void)state;
	has(served(&request, ""), "<soap:address location=\"http://shep.example.kz:8480/sync\"/>");
	request.tls = true;
	has(served(&request, ""), "<soap:address location=\"https://shep.example.kz:8480/sync\"/>");
	has(served(&request, ""),
	    "location=\"https://shep.example.kz:8480/sync/xsd/ISyncChannel.wsdl\"/>");
}

static void
public_url_goes_before_the_host_header(void **state)
{
	static const char *const urls[] = {"https://gw.example.kz/adapter",
	    "https://gw.example.kz/adapter/", "https://gw.example.kz/adapter/sync",
	    "https://gw.example.kz/adapter/sync/", "https://gw.example.kz/adapter/async-client"};
	struct door_request request = get("/sync", "WSDL");
	struct door_request client = get("/async-client", "wsdl");

	(void)state;
	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		has(served(&request, urls[i]),
		    "<soap:address location=\"https://gw.example.kz/adapter/sync\"/>");
		has(served(&client, urls[i]),
		    "<soap:address location=\"https://gw.example.kz/adapter/async-client\"/>");
	}
}

static void
a_hostile_host_stays_inside_its_attribute(void **state)
{
	struct door_request request = get("/sync", "wsdl");

	(void)state;
	request.host = "a\"/><b c=\"&";
	has(served(&request, ""), "location=\"http://a&quot;/&gt;&lt;b c=&quot;&amp;/sync\"/>");
	request.host = "";
	has(served(&request, ""), "<soap:address location=\"/sync\"/>");
}

/* Follows every address from a channel's WSDL on; how many files it leads to. */
static size_t
follow(const struct run_wsdl *who, const char *path)
{
	static const char base[] = "http://shep.example.kz:8480";
	struct door_request request = get(path, "wsdl");
	const char *todo[32] = {served_by(who, &request, "")};
	const char *seen[32];
	size_t count = 1, names = 0;

	for (size_t i = 0; i < count; i++) {
		struct err e = {0};
		struct dom *doc;

		assert_non_null(todo[i]);
		assert_int_equal(dom_parse(octets_of(todo[i]), &dom_default_limits, &doc, &e), 0);
		dom_free(doc);
		for (const char *at = todo[i]; (at = strstr(at, "ocation=\"")) != NULL;) {
			size_t known = 0;

			at += strlen("ocation=\"");
			char *url = arena_string(
			    arena, (struct octets){(const unsigned char *)at, strcspn(at, "\"")});
			assert_memory_equal(url, base, strlen(base));
			while (known < names && strcmp(seen[known], url) != 0)
				known++;
			if (known < names || strcmp(url + strlen(base), path) == 0)
				continue;
			seen[names++] = url;
			request = get(url + strlen(base), "");
			todo[count++] = served_by(who, &request, "");
		}
	}
	return names;
}

static void
every_address_named_in_the_contract_is_served(void **state)
{
	(void)state;
	assert_int_equal(follow(wsdl, "/sync"), 5); /* the interface and four schemas */
	assert_int_equal(follow(gateways, "/sync"), 5);
	assert_int_equal(follow(wsdl, "/async-client"), 5);
	assert_int_equal(follow(gateways, "/async"), 4);
}

static void
nothing_but_the_names_of_the_channel_is_served(void **state)
{
	static const char *const paths[] = {"/sync/xsd/", "/sync/xsd/Nothing.xsd",
	    "/sync/xsd/../SyncChannel.wsdl", "/sync/xsd/../../../etc/passwd",
	    "/sync/xsd/xsd/Common.xsd", "/sync/xsd/AsyncTypes.xsd", "/sync/xsd/common.xsd",
	    "/sync/xsd/Common.xsd/", "/syncxsd/Common.xsd", "/async/xsd/AsyncTypes.xsd",
	    "/async-client/xsd/SyncTypes.xsd", "/async-client/xsd/AsyncChannel.wsdl",
	    "/async-client/xsd/", "/async-clientxsd/Common.xsd", "/xsd/Common.xsd", "/", ""};

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		assert_null(served_at(paths[i], ""));
	assert_null(served_at("/sync", ""));
	assert_null(served_at("/sync", "wsdl2"));
	assert_null(served_at("/sync/", "wsdl"));
	assert_null(served_at("/async-client", ""));
	assert_null(served_at("/async-clients", "wsdl"));
}

static void
each_end_of_the_async_channel_serves_its_own(void **state)
{
	struct door_request async = get("/async", "wsdl"), client = get("/async-client", "wsdl");

	(void)state;
	has(served_by(wsdl, &client, ""),
	    "<soap:address location=\"http://shep.example.kz:8480/async-client\"/>");
	assert_null(served_by(wsdl, &async, ""));
	has(served_by(gateways, &async, ""),
	    "<soap:address location=\"http://shep.example.kz:8480/async\"/>");
	assert_null(served_by(gateways, &client, ""));
}

static void
only_get_reads_the_contract(void **state)
{
	struct door_request request = get("/sync", "wsdl");

	(void)state;
	request.method = "POST";
	assert_null(served(&request, ""));
}

static void
a_schema_is_served_as_it_is_but_for_its_imports(void **state)
{
	const char *text = served_at("/sync/xsd/SyncRequest.xsd", "");
	const char *common = served_at("/sync/xsd/Common.xsd", "");
	struct octets file =
	    fixture_file(arena, arena_printf(arena, "%s/wsdl/xsd/Common.xsd", fixture_srcdir()));

	(void)state;
	has(text, "schemaLocation=\"http://shep.example.kz:8480/sync/xsd/SyncTypes.xsd\"");
	assert_non_null(common);
	assert_true(octets_is(file, common));
}

/* A data folder that is a copy of ours with one file changed; text NULL = without it. */
static void
refuse_changed(unsigned channels, const char *name, const char *text)
{
	char folder[] = "/tmp/shepd.wsdl.XXXXXX";
	static const char *const files[] = {"SyncChannel.wsdl", "ISyncChannel.wsdl",
	    "AsyncChannel.wsdl", "IAsyncChannel.wsdl", "AsyncChannelClient.wsdl",
	    "IAsyncChannelClient.wsdl", "xsd/Common.xsd", "xsd/SyncTypes.xsd",
	    "xsd/SyncRequest.xsd", "xsd/SyncResponse.xsd", "xsd/AsyncTypes.xsd",
	    "xsd/AsyncInfo.xsd", "xsd/AsyncClient.xsd"};
	const char *wsdl_folder, *xsd_folder;
	struct run_wsdl *broken;
	struct err e = {0};

	assert_non_null(mkdtemp(folder));
	wsdl_folder = arena_printf(arena, "%s/wsdl", folder);
	xsd_folder = arena_printf(arena, "%s/wsdl/xsd", folder);
	assert_int_equal(mkdir(wsdl_folder, 0700), 0);
	assert_int_equal(mkdir(xsd_folder, 0700), 0);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		bool changed = strcmp(files[i], name) == 0;
		struct octets o = fixture_file(
		    arena, arena_printf(arena, "%s/wsdl/%s", fixture_srcdir(), files[i]));

		if (changed && text == NULL)
			continue;
		assert_int_equal(run_file_write(arena_printf(arena, "%s/%s", wsdl_folder, files[i]),
				     changed ? octets_of(text) : o, &e),
		    0);
	}
	int rc = run_wsdl_load(folder, channels, &broken, &e);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		unlink(arena_printf(arena, "%s/%s", wsdl_folder, files[i]));
	rmdir(xsd_folder);
	rmdir(wsdl_folder);
	rmdir(folder);
	assert_int_equal(rc, -1);
	assert_null(broken);
	assert_int_equal(e.code, ERR_CONFIG);
	has(e.detail, name);
}

static void
a_broken_contract_stops_the_start(void **state)
{
	(void)state;
	refuse_changed(SHEPD, "xsd/Common.xsd", NULL);
	refuse_changed(SHEPD, "AsyncChannelClient.wsdl", NULL);
	refuse_changed(GATEWAY, "AsyncChannel.wsdl", NULL);
	refuse_changed(SHEPD, "xsd/SyncTypes.xsd", "<xs:schema");
	refuse_changed(SHEPD, "SyncChannel.wsdl", "<definitions/>");
	refuse_changed(SHEPD, "ISyncChannel.wsdl",
	    "<soap:x xmlns:soap=\"urn:x\"><soap:address location=\"x\"/></soap:x>");
}

static int
load(void **state)
{
	struct err e = {0};

	(void)state;
	arena = arena_new();
	if (arena == NULL || run_wsdl_load(fixture_srcdir(), SHEPD, &wsdl, &e) != 0)
		return -1;
	return run_wsdl_load(fixture_srcdir(), GATEWAY, &gateways, &e);
}

static int
unload(void **state)
{
	(void)state;
	run_wsdl_free(wsdl);
	run_wsdl_free(gateways);
	run_wsdl_free(NULL);
	arena_free(arena);
	return 0;
}

int
main(void)
{
	struct err e = {0};
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_address_is_where_the_caller_found_us),
	    cmocka_unit_test(public_url_goes_before_the_host_header),
	    cmocka_unit_test(a_hostile_host_stays_inside_its_attribute),
	    cmocka_unit_test(every_address_named_in_the_contract_is_served),
	    cmocka_unit_test(nothing_but_the_names_of_the_channel_is_served),
	    cmocka_unit_test(each_end_of_the_async_channel_serves_its_own),
	    cmocka_unit_test(only_get_reads_the_contract),
	    cmocka_unit_test(a_schema_is_served_as_it_is_but_for_its_imports),
	    cmocka_unit_test(a_broken_contract_stops_the_start),
	};

	if (dom_init(&e) != 0)
		return 99;
	return cmocka_run_group_tests(tests, load, unload);
}

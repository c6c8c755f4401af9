/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Any octets through dom_parse(). What is accepted has one meaning: its canonical form, read again,
 * has the same canonical form, libxml2's, and so has what dom_write() makes of it; what dom_cut()
 * makes is what the parser makes of its octets. What dom_is_canonical() says is so.
 */
#include "config.h"

#include <string.h>

#include "dom/dom.h"
#include "fuzz.h"
#include "judge_c14n.h"

const char *const fuzz_name = "dom";
const char *const fuzz_shared[] = {"corpora/05-xml-frontend/cases", "corpora/06-soap/cases",
    "corpora/03-wss-xsw/cases", "samples/shep", "samples/nca/xml-test-collected", NULL};

/* Canonical form repeats declarations, which may take it past the limits of what it was made from.
 */
static const struct dom_limits wide = {
    .octets = (size_t)1 << 28, .tags = 100000, .attributes = 512, .depth = 64, .name = 256};

static struct dom *
again(struct octets o)
{
	struct err e = {0};
	struct dom *d = NULL;

	PROMISE(dom_parse(o, &wide, &d, &e) == 0);
	return d;
}

static void
same_form(struct octets document, struct octets form, struct arena *a)
{
	struct dom *d = again(document);
	struct err e = {0};
	struct octets second;

	PROMISE(dom_c14n(dom_root(d), NULL, a, &second, &e) == 0);
	PROMISE(octets_equal(form, second));
	dom_free(d);
}

static void
check_node(const struct dom_node *n, struct arena *a)
{
	struct octets form, document, judged;
	struct err e = {0};

	for (unsigned i = 0; i < 8; i++) {
		const struct dom_form f = {.inclusive = (i & 1) != 0,
		    .comments = (i & 2) != 0,
		    .without = (i & 4) != 0 ? dom_first(n) : NULL};
		PROMISE(dom_canonical(n, &f, a, &form, &e) == 0);
		PROMISE(judge_canonical(n, &f, a, &judged) && octets_equal(form, judged));
	}
	PROMISE(dom_c14n(n, NULL, a, &form, &e) == 0);
	same_form(form, form, a);
	PROMISE(dom_write(n, a, &document, &e) == 0);
	same_form(document, form, a);
}

/* A cut is what the parser makes of its octets. */
static void
check_cut(const struct dom_node *n, struct arena *a)
{
	const struct dom_form all = {.inclusive = true, .comments = true};
	struct octets document, written, judged, form;
	struct dom *d = NULL, *parsed;
	struct err e = {0};

	PROMISE(dom_cut(n, &wide, a, &document, &d, &e) == 0);
	parsed = again(document);
	PROMISE(dom_write(dom_root(d), a, &written, &e) == 0);
	PROMISE(dom_write(dom_root(parsed), a, &judged, &e) == 0);
	PROMISE(octets_equal(written, judged));
	PROMISE(dom_canonical(dom_root(d), &all, a, &form, &e) == 0);
	PROMISE(judge_canonical(dom_root(parsed), &all, a, &judged));
	PROMISE(octets_equal(form, judged));
	dom_free(parsed);
	dom_free(d);
}

/* What is said to be canonical is well-formed, and is what libxml2 makes of it. */
static void
check_claim(struct octets content, struct arena *a)
{
	static const char *const outer[] = {"a", NULL};
	static const char start[] = "<a:r xmlns:a=\"urn:a\">", end[] = "</a:r>";
	size_t len = content.len + sizeof(start) + sizeof(end) - 2;
	char *text;

	if (!dom_is_canonical(content, outer))
		return;
	PROMISE((text = arena_alloc(a, len)) != NULL);
	memcpy(text, start, sizeof(start) - 1);
	memcpy(text + sizeof(start) - 1, content.data, content.len);
	memcpy(text + len - sizeof(end) + 1, end, sizeof(end) - 1);
	same_form((struct octets){(unsigned char *)text, len},
	    (struct octets){(unsigned char *)text, len}, a);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool ready;
	struct arena *a = arena_new();
	struct dom *d = NULL;
	struct err e = {0};

	if (!ready)
		ready = dom_init(&e) == 0;
	PROMISE(ready && a != NULL);
	if (dom_parse((struct octets){data, size}, &dom_default_limits, &d, &e) != 0) {
		PROMISE(d == NULL && e.code != ERR_OK && e.code != ERR_INTERNAL);
	} else {
		check_node(dom_root(d), a);
		if (dom_first(dom_root(d)) != NULL) {
			check_node(dom_first(dom_root(d)), a);
			check_cut(dom_first(dom_root(d)), a);
		}
		check_cut(dom_root(d), a);
		dom_free(d);
	}
	check_claim((struct octets){data, size}, a);
	arena_free(a);
	return 0;
}

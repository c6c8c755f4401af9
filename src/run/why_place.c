/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Where content of a Body was changed, as far as its own contents tell: a business document inside
 * carries a digest of its own, and characters that a conversion lost stand there as ? or U+FFFD.
 */
#include "config.h"

#include <string.h>

#include "dom/retouch.h"
#include "run/why.h"

/* Does the last signature of this stand-alone document hold? 1 yes, 0 no, -1 there is none. */
static int
judge(struct dom *doc, struct arena *a)
{
	struct sig_probe p[SIG_MOST_PROBES];
	struct octets canonical;
	struct err ignored = {0};
	size_t count;

	if (!sig_document_is_signed(doc) ||
	    sig_probe_read(doc, NULL, 0, a, p, &count, &ignored) != 0 || count == 0 ||
	    sig_probe_canonical(&p[0], SIG_READ_AS_SAID, a, &canonical, &ignored) != 0)
		return -1;
	return sig_probe_holds(&p[0], canonical);
}

/* The element itself as a document, or the document that its text is. */
static int
judge_inside(const struct dom_node *n, struct arena *a)
{
	struct dom *doc = NULL;
	struct octets o;
	struct err ignored = {0};
	int rc = -1;

	if (dom_first(n) != NULL
		? dom_cut(n, &dom_default_limits, a, &o, &doc, &ignored) == 0
		: dom_text(n, a, &o, &ignored) == 0 && memchr(o.data, '<', o.len) != NULL &&
		      dom_parse(o, &dom_default_limits, &doc, &ignored) == 0)
		rc = judge(doc, a);
	dom_free(doc);
	return rc;
}

static bool
may_hold_document(const struct dom_node *n)
{
	return dom_first(n) == NULL || dom_count(n, ENV_DS, "Signature") > 0;
}

static bool
lost_characters(const struct dom_node *n, struct arena *a)
{
	struct octets o;
	struct err ignored = {0};

	return dom_first(n) == NULL && dom_text(n, a, &o, &ignored) == 0 && o.len > 0 &&
	       (memmem(o.data, o.len, "\xEF\xBF\xBD", 3) != NULL ||
		   memmem(o.data, o.len, "??", 2) != NULL);
}

static const char *
say(const struct dom_node *n, const char *what, struct arena *a)
{
	const char *path = dom_path(n, a);
	const char *text =
	    path == NULL ? NULL : arena_printf(a, "%s (line %ld): %s", path, dom_line(n), what);

	return text == NULL ? "" : text;
}

const char *
why_place(const struct dom_node *body, struct arena *a)
{
	for (const struct dom_node *n = dom_following(body, body); n != NULL;
	     n = dom_following(n, body)) {
		int holds = may_hold_document(n) ? judge_inside(n, a) : -1;

		if (holds >= 0)
			return say(n,
			    holds ? "the business document in it holds: the change is outside of it"
				  : "the business document in it does not hold either",
			    a);
	}
	for (const struct dom_node *n = dom_following(body, body); n != NULL;
	     n = dom_following(n, body))
		if (lost_characters(n, a))
			return say(n, "characters were lost here", a);
	return "";
}

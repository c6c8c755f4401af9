/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Tries what may have happened to a message: first one change alone, then two of different kinds
 * together. See why.h.
 */
#include "config.h"

#include <string.h>

#include "dom/retouch.h"
#include "run/why.h"
#include "run/why_octets.h"

#define MOST_FOR_PAIRS ((size_t)64 * 1024) /* octets: pairs are some 50,000 canonical forms */

static const struct {
	const char *name, *text[3];
} causes[WHY_CAUSES] = {
    [WHY_NONE] = {"", {"", "", ""}},
#define X(cause, name, en, ru, kk) [WHY_##cause] = {name, {en, ru, kk}},
#include "run/why.def"
#undef X
};

const char *
run_why_name(enum run_why_cause cause)
{
	return causes[cause < WHY_CAUSES ? cause : WHY_NONE].name;
}

const char *
run_why_text(enum run_why_cause cause, enum err_language language)
{
	return causes[cause < WHY_CAUSES ? cause : WHY_NONE].text[language];
}

/* A message, opened. */
struct opened {
	struct dom *doc;
	struct env env;
	struct sig_probe probes[SIG_MOST_PROBES];
	size_t count;
};

/* What is asked about. */
struct question {
	struct octets message;
	bool envelope;
	size_t skip; /* signatures behind the one that fails */
	size_t index;
	const struct sig_probe *wanted; /* of the message as it came */
	struct run_why_reference *answer;
	struct arena *scratch; /* wiped for each document */
};

static int
open_message(
    struct octets o, bool envelope, size_t skip, struct arena *a, struct opened *out, struct err *e)
{
	memset(out, 0, sizeof(*out));
	if (dom_parse(o, &dom_default_limits, &out->doc, e) != 0)
		return -1;
	if ((!envelope || env_check(out->doc, a, &out->env, e) == 0) &&
	    sig_probe_read(
		out->doc, envelope ? &out->env : NULL, skip, a, out->probes, &out->count, e) == 0)
		return 0;
	dom_free(out->doc);
	out->doc = NULL;
	return -1;
}

static const char *
told(const struct why_change *c)
{
	return c->told != NULL ? c->told : c->how != NULL ? c->how : "";
}

static void
answer(struct question *q, const struct why_change *const found[3], enum sig_reading reading)
{
	static const struct why_change readings[SIG_READINGS] = {
	    [SIG_READ_INCLUSIVE] = {WHY_C14N, NULL, NULL, NULL, "inclusive"},
	    [SIG_READ_EXCLUSIVE] = {WHY_C14N, NULL, NULL, NULL, "exclusive, without PrefixList"},
	    [SIG_READ_COMMENTS] = {WHY_COMMENTS, NULL, NULL, NULL, ""}};
	size_t n = 0;

	for (size_t i = 0; i < 3; i++)
		if (found[i] != NULL && n < 2) {
			q->answer->causes[n] = found[i]->cause;
			q->answer->how[n++] = told(found[i]);
		}
	if (reading != SIG_READ_AS_SAID && n < 2) {
		q->answer->causes[n] = readings[reading].cause;
		q->answer->how[n] = readings[reading].told;
	}
}

/* One document: all readings, and all spellings of their canonical forms. */
static bool
try_forms(
    struct question *q, const struct sig_probe *p, const struct why_change *found[3], unsigned most)
{
	unsigned used = (found[0] != NULL ? 1U : 0U) + (found[1] != NULL ? 1U : 0U);
	struct octets canonical, o;
	struct err ignored = {0};

	for (int r = SIG_READ_AS_SAID; r < SIG_READINGS; r++) {
		enum sig_reading reading = (enum sig_reading)r;
		unsigned now = used + (reading != SIG_READ_AS_SAID);
		if (now > most ||
		    sig_probe_canonical(p, reading, q->scratch, &canonical, &ignored) != 0)
			continue;
		found[2] = NULL;
		if (sig_probe_holds(q->wanted, canonical)) {
			answer(q, found, reading);
			return true;
		}
		for (found[2] = why_forms; now < most && found[2]->cause != WHY_NONE; found[2]++)
			if (found[2]->octets(canonical, found[2]->how, q->scratch, &o) &&
			    sig_probe_holds(q->wanted, o)) {
				answer(q, found, reading);
				return true;
			}
	}
	return false;
}

/* The message (changed already, or not) with one change of its tree, or none. */
static bool
try_tree(
    struct question *q, struct octets message, const struct why_change *found[3], unsigned most)
{
	struct opened m;
	struct err ignored = {0};
	bool held = false;

	if (open_message(message, q->envelope, q->skip, q->scratch, &m, &ignored) != 0)
		return false;
	struct sig_probe *p = q->index < m.count ? &m.probes[q->index] : NULL;
	if (p != NULL && (found[1] == NULL || found[1]->tree(p, found[1]->how)))
		held = try_forms(q, p, found, most);
	dom_free(m.doc);
	return held;
}

/* With each change of the tree, then with none: a form that happens to undo the change, too, says
 * less about it. */
static bool
try_trees(struct question *q, struct octets message, const struct why_change *change, unsigned most)
{
	const struct why_change *found[3] = {change, NULL, NULL};
	unsigned used = change != NULL ? 1 : 0;

	for (const struct why_change *t = why_trees; used < most && t->cause != WHY_NONE; t++) {
		found[1] = t;
		found[2] = NULL;
		if (try_tree(q, message, found, most))
			return true;
		arena_reset(q->scratch);
	}
	found[1] = found[2] = NULL;
	return try_tree(q, message, found, most);
}

/* Up to `most` changes together. */
static bool
try_all(struct question *q, unsigned most)
{
	struct arena *kept = arena_new(); /* the changed message, while scratch is wiped */
	struct octets changed;
	bool held = false;

	if (kept == NULL)
		return false;
	for (const struct why_change *m = why_messages; !held && m->cause != WHY_NONE; m++) {
		arena_reset(kept);
		arena_reset(q->scratch);
		held =
		    m->octets(q->message, m->how, kept, &changed) && try_trees(q, changed, m, most);
	}
	arena_reset(q->scratch);
	held = held || try_trees(q, q->message, NULL, most);
	arena_free(kept);
	return held;
}

static void
explain(struct question *q)
{
	if (try_all(q, 1) || (q->message.len <= MOST_FOR_PAIRS && try_all(q, 2)))
		return;
	q->answer->causes[0] = WHY_CONTENT;
	q->answer->how[0] = "";
}

static int
describe(const struct sig_probe *p, struct arena *a, struct run_why_reference *out, struct err *e)
{
	struct octets canonical;
	const char *id = dom_attribute(p->target, ENV_WSU, "Id", a);

	if (id == NULL)
		id = dom_attribute(p->target, "", "Id", a);
	if (sig_probe_canonical(p, SIG_READ_AS_SAID, a, &canonical, e) != 0)
		return -1;
	*out = (struct run_why_reference){.uri = arena_strdup(a, p->uri),
	    .path = dom_path(p->target, a),
	    .id = id == NULL ? "" : arena_strdup(a, id),
	    .line = dom_line(p->target),
	    .algorithm = p->algorithm,
	    .expected = sig_probe_text(p->expected, a),
	    .computed = sig_probe_digest(p, canonical, a),
	    .holds = sig_probe_holds(p, canonical),
	    .how = {"", ""}};
	if (out->uri == NULL || out->path == NULL || out->id == NULL)
		return err_set(e, ERR_NOMEM, "a reference");
	return 0;
}

static enum run_why_cause
cause_of(enum sig_value_cause cause)
{
	switch (cause) {
	case SIG_VALUE_HOLDS:
		return WHY_NONE;
	case SIG_VALUE_RESERIALISED:
		return WHY_VALUE_INFO_FORM;
	case SIG_VALUE_OTHER_KEY:
		return WHY_VALUE_OTHER_KEY;
	case SIG_VALUE_OTHER_INFO:
		return WHY_VALUE_OTHER_INFO;
	case SIG_VALUE_OTHER_HASH:
		return WHY_VALUE_OTHER_HASH;
	case SIG_VALUE_UNEXPLAINED:
		break;
	}
	return WHY_VALUE_UNKNOWN;
}

static int
explain_digests(const struct opened *m, struct octets message, bool envelope, size_t skip,
    struct arena *a, struct run_why *out, struct err *e)
{
	struct question q = {message, envelope, skip, 0, NULL, NULL, arena_new()};
	int rc = -1;

	if (q.scratch == NULL)
		return err_set(e, ERR_NOMEM, "room to try in");
	for (size_t i = 0; i < m->count; i++) {
		q.index = i;
		q.wanted = &m->probes[i];
		q.answer = &out->references[i];
		if (describe(q.wanted, a, q.answer, e) != 0)
			goto out;
		out->count++;
		if (!q.answer->holds)
			explain(&q);
		if (q.answer->causes[0] == WHY_CONTENT && envelope)
			out->place = why_place(m->env.body, a);
	}
	rc = 0;
out:
	arena_free(q.scratch);
	return rc;
}

/* The declaration names the encoding, and no signature covers it. */
static struct octets
undeclared(struct octets o)
{
	const unsigned char *end =
	    o.len > 5 && memcmp(o.data, "<?xml", 5) == 0 ? memmem(o.data, o.len, "?>", 2) : NULL;
	size_t skip = end == NULL ? 0 : (size_t)(end - o.data) + 2;

	return (struct octets){o.data + skip, o.len - skip};
}

/* Sent as something else than UTF-8, but signed as UTF-8, as canonical forms are. */
static void
explain_encoding(
    struct octets message, struct pki *pki, struct instant at, struct arena *a, struct run_why *out)
{
	static const char *const charsets[] = {
	    "CP1251", "KOI8-R", "CP866", "RK1048", "UTF-16", "UTF-16LE", "UTF-16BE"};
	struct run_inspection i;
	struct octets o;

	for (size_t n = 0; n < sizeof(charsets) / sizeof(charsets[0]); n++) {
		if (!why_convert(message, charsets[n], "UTF-8", a, &o))
			continue;
		run_inspect(undeclared(o), pki, &sig_default_policy, at, a, &i);
		if (i.accepted || i.part.digest_ok) {
			out->value = WHY_SENT_CHARSET;
			out->other = charsets[n];
			return;
		}
	}
}

int
run_why(struct octets message, struct pki *pki, const struct run_inspection *i, struct instant at,
    struct arena *a, struct run_why *out, struct err *e)
{
	bool envelope = strcmp(i->kind, "envelope") == 0;
	size_t skip = i->signer_count > 0 ? i->signer_count - 1 : 0;
	enum sig_value_cause cause;
	struct pki_signer other;
	struct opened m;
	int rc = -1;

	*out = (struct run_why){.other = "", .place = ""};
	if (i->err.code == ERR_SIG_ALGORITHM)
		out->value = WHY_FAMILY;
	if (i->err.code == ERR_XML_ENCODING)
		explain_encoding(message, pki, at, a, out);
	if (i->err.code != ERR_SIG_DIGEST && i->err.code != ERR_SIG_VALUE)
		return 0;
	if (open_message(message, envelope, skip, a, &m, e) != 0)
		return -1;
	if (explain_digests(&m, message, envelope, skip, a, out, e) != 0)
		goto out;
	if (i->err.code == ERR_SIG_VALUE) {
		if (sig_probe_value(
			m.doc, envelope ? &m.env : NULL, 0, pki, at, a, &cause, &other, e) != 0)
			goto out;
		out->value = cause_of(cause);
		out->other = arena_strdup(a, other.serial);
	}
	rc = 0;
out:
	dom_free(m.doc);
	return rc;
}

/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Signed messages with anything done to them. An input that begins with '<' is a message as it
 * stands; any other is a script of edits on a message that was signed with the test PKI: elements
 * copied, moved, taken out, wrapped, octets changed. Accepted means that the digested octets are
 * those that were signed.
 */
#include "config.h"

#include <string.h>

#include "fuzz.h"
#include "gost/gost.h"
#include "sig/sig.h"

/* in canonical form */
#define OPERATION                                                                                  \
	"<m:SendMessage xmlns:m=\"urn:m\"><request><iin>000101300019</iin><data "                  \
	"xmlns:xs=\"" ENV_XS "\" xmlns:xsi=\"" ENV_XSI                                             \
	"\" xsi:type=\"xs:string\">x</data></request></m:SendMessage>"
#define MOST_OCTETS 65536
#define MOST_ELEMENTS 512
#define MOST_EDITS 16

const char *const fuzz_name = "sig";
const char *const fuzz_shared[] = {"corpora/03-wss-xsw/cases", "samples/shep",
    "samples/nca/xml-test-generated", "samples/nca/xml-test-collected", NULL};

static struct pki *pki;
static struct instant at;
static struct octets envelope, document, body_digested;
static struct arena *kept;

/* --- the signed messages -----------------------------------------------------------------------
 */

static const char *
testpki(const char *name)
{
	const char *folder = getenv("BUILDDIR");

	return arena_printf(kept, "%s/testpki/%s", folder == NULL ? "." : folder, name);
}

static void
start(void)
{
	struct pki_options o = {0};
	struct pki_identity *gateway, *person;
	struct octets unsigned_envelope;
	struct err e = {0};

	kept = arena_new();
	PROMISE(kept != NULL && clock_init(&e) == 0 && gost_load(&e) == 0);
	PROMISE(dom_init(&e) == 0 && sig_init(&e) == 0);
	o.trust = testpki("trust");
	PROMISE(pki_open(&o, NULL, NULL, &pki, &e) == 0 && clock_read("2026-07-01T00:00:00Z", &at));
	PROMISE(pki_identity_load(testpki("rsa/gateway.pem"), testpki("rsa/gateway.key"), NULL,
		    &gateway, &e) == 0);
	PROMISE(pki_identity_load(
		    testpki("rsa/person.pem"), testpki("rsa/person.key"), NULL, &person, &e) == 0);
	PROMISE(env_write(octets_of(OPERATION), "id-1", kept, &unsigned_envelope, &e) == 0);
	PROMISE(sig_sign_envelope(
		    unsigned_envelope, gateway, SIG_KEY_IDENTIFIER, kept, &envelope, &e) == 0);
	PROMISE(sig_sign_document(octets_of(OPERATION), person, kept, &document, &e) == 0);
	pki_identity_free(gateway);
	pki_identity_free(person);
}

/* --- edits -------------------------------------------------------------------------------------
 */

struct text {
	char at[MOST_OCTETS];
	size_t len;
};
struct element {
	size_t begin, end;
};

/* The elements of text that is well-formed; of other text, what looks like them. */
static size_t
find_elements(const struct text *t, struct element *out)
{
	size_t open[64], depth = 0, count = 0;

	for (size_t i = 0; i + 1 < t->len && count < MOST_ELEMENTS; i++) {
		const char *end = t->at[i] == '<' ? memchr(t->at + i, '>', t->len - i) : NULL;
		if (end == NULL || t->at[i + 1] == '?' || t->at[i + 1] == '!')
			continue;
		if (t->at[i + 1] == '/') {
			if (depth > 0)
				out[open[--depth]].end = (size_t)(end - t->at) + 1;
			continue;
		}
		out[count] = (struct element){i, (size_t)(end - t->at) + 1};
		if (end[-1] != '/' && depth < 64)
			open[depth++] = count;
		count++;
	}
	return count;
}

static void
cut(struct text *t, struct element e)
{
	memmove(t->at + e.begin, t->at + e.end, t->len - e.end);
	t->len -= e.end - e.begin;
}

static void
insert(struct text *t, size_t where, const char *what, size_t len)
{
	if (t->len + len > MOST_OCTETS)
		return;
	memmove(t->at + where + len, t->at + where, t->len - where);
	memcpy(t->at + where, what, len);
	t->len += len;
}

static void
wrap(struct text *t, struct element e)
{
	static const char begin[] = "<w xmlns=\"urn:w\">", end[] = "</w>";

	insert(t, e.end, end, sizeof(end) - 1);
	insert(t, e.begin, begin, sizeof(begin) - 1);
}

/* Four octets an edit: what, which element, where to, and a number. */
static void
edit(struct text *t, const uint8_t script[4])
{
	static struct element elements[MOST_ELEMENTS];
	static char copy[MOST_OCTETS];
	size_t count = find_elements(t, elements);

	if (count == 0)
		return;
	struct element from = elements[script[1] % count], to = elements[script[2] % count];
	size_t len = from.end - from.begin, where = script[3] & 1 ? to.end : to.begin;
	memcpy(copy, t->at + from.begin, len);
	switch (script[0] % 6) {
	case 0: /* copy */
		insert(t, where, copy, len);
		break;
	case 1: /* move */
		if (where >= from.begin && where < from.end)
			break;
		cut(t, from);
		insert(t, where >= from.end ? where - len : where, copy, len);
		break;
	case 2:
		cut(t, from);
		break;
	case 3:
		wrap(t, from);
		break;
	case 4: /* an octet inside the element */
		t->at[from.begin + script[2] % len] = (char)script[3];
		break;
	case 5: /* content replaced by another element's copy */
		cut(t, from);
		insert(t, from.begin, t->at, script[3] % (from.begin + 1));
		break;
	}
}

/* --- the promise -------------------------------------------------------------------------------
 */

static void
check_envelope(struct octets o, struct arena *a)
{
	struct sig_part part;
	struct dom *doc = NULL;
	struct err e = {0};
	struct env env;

	if (dom_parse(o, &dom_default_limits, &doc, &e) != 0)
		return;
	if (env_check(doc, a, &env, &e) == 0) {
		int rc = sig_verify_transport(&env, pki, &sig_default_policy, at, a, &part, &e);
		PROMISE(
		    (rc == 0) == (part.verdict == SIG_VERIFIED) && (rc == 0) == (e.code == ERR_OK));
		PROMISE(e.code != ERR_INTERNAL);
		if (rc == 0 && body_digested.data == NULL)
			body_digested = (struct octets){
			    (unsigned char *)arena_string(kept, part.digested), part.digested.len};
		PROMISE(rc != 0 ||
			(part.node == env.body && octets_equal(part.digested, body_digested)));
	}
	dom_free(doc);
}

static void
check_document(struct octets o, struct arena *a)
{
	struct sig_part parts[SIG_MOST_SIGNERS];
	struct dom *doc = NULL;
	struct err e = {0};
	size_t count = 0;

	if (dom_parse(o, &dom_default_limits, &doc, &e) != 0)
		return;
	int rc = sig_verify_document(
	    doc, pki, &sig_default_policy, at, a, SIG_MOST_SIGNERS, parts, &count, &e);
	PROMISE((rc == 0) == (e.code == ERR_OK) && e.code != ERR_INTERNAL);
	PROMISE(rc != 0 || (count == 1 && octets_is(parts[0].digested, OPERATION)));
	for (size_t i = 0; i < count; i++)
		PROMISE((rc == 0) == (parts[i].verdict == SIG_VERIFIED));
	dom_free(doc);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct text t;
	struct arena *a = arena_new();

	PROMISE(a != NULL);
	if (kept == NULL) {
		start();
		check_envelope(envelope, a); /* accepted, and remembered */
		PROMISE(body_digested.data != NULL);
	}
	if (size == 0 || data[0] == '<') {
		check_envelope((struct octets){data, size}, a);
		check_document((struct octets){data, size}, a);
	} else {
		struct octets seed = data[0] & 1 ? document : envelope;
		memcpy(t.at, seed.data, t.len = seed.len);
		for (size_t i = 1; i + 4 <= size && i < MOST_EDITS * 4; i += 4)
			edit(&t, data + i);
		struct octets edited = {(unsigned char *)t.at, t.len};
		if (data[0] & 1)
			check_document(edited, a);
		else
			check_envelope(edited, a);
	}
	arena_free(a);
	return 0;
}

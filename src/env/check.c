/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The shape of an envelope, by exact names and positions; see env.h.
 *
 * Everything that could stand in two places is counted here, so that sig/ and codec/ can go by the
 * pointers in struct env and never search.
 */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "env/env.h"

#define ACTOR_NEXT "http://schemas.xmlsoap.org/soap/actor/next"
#define ENCODING "http://schemas.xmlsoap.org/soap/encoding/"

/* More than sig/ will ever accept (four); a bound, so that looking for each stays linear. */
#define MOST_REFERENCES 16

/* The Body's, the Timestamp's and the token's own identifiers beside the references. */
#define MOST_VALUES (MOST_REFERENCES + 12)

struct values { /* identifiers that a signature means, each with its first bearer */
	const char *value[MOST_VALUES];
	const struct dom_node *bearer[MOST_VALUES];
	size_t count;
};

static int
shape(struct err *e, const char *what)
{
	return err_tell(e, ERR_ENV_SHAPE, "%s", what);
}

static int
check_encoding(const struct dom_node *n, struct arena *arena, struct err *e)
{
	const char *style = dom_attribute(n, ENV_SOAP, "encodingStyle", arena);

	if (style != NULL && *style != '\0' && strcmp(style, ENCODING) != 0)
		return err_tell(e, ERR_ENV_SHAPE, "encodingStyle of %s is not known", dom_name(n));
	return 0;
}

/* Nothing but elements, white space and comments; attributes as SOAP 1.1 has them. */
static int
check_frame(const struct dom_node *n, struct arena *arena, struct err *e)
{
	if (dom_has_text(n))
		return err_tell(e, ERR_ENV_SHAPE, "text in %s", dom_name(n));
	return check_encoding(n, arena, e);
}

/* SOAP 1.1, 4.1.1: a wrong namespace is a version; a wrong name is no SOAP at all. */
static int
check_root(const struct dom_node *root, struct arena *arena, struct err *e)
{
	struct dom_attribute a;

	if (strcmp(dom_name(root), "Envelope") != 0)
		return shape(e, "the root is not Envelope");
	if (strcmp(dom_ns(root), ENV_SOAP) != 0)
		return err_tell(
		    e, ERR_ENV_VERSION, "namespace of Envelope: \"%.100s\"", dom_ns(root));
	for (bool more = dom_first_attribute(root, &a, arena); more;
	     more = dom_next_attribute(&a, arena))
		if (a.ns[0] == '\0')
			return shape(e, "an attribute of Envelope has no namespace");
	return check_frame(root, arena, e);
}

/* [Header] Body, and nothing after (SOAP 1.1 allows more there; R-05 does not). */
static int
find_parts(
    const struct dom_node *root, struct dom_node **header, struct dom_node **body, struct err *e)
{
	struct dom_node *n = dom_first(root);

	*header = *body = NULL;
	if (n != NULL && dom_is(n, ENV_SOAP, "Header")) {
		*header = n;
		n = dom_next(n);
	}
	if (n == NULL)
		return shape(e, "there is no Body");
	if (!dom_is(n, ENV_SOAP, "Body"))
		return err_tell(
		    e, ERR_ENV_SHAPE, "%.100s where Header or Body must stand", dom_name(n));
	*body = n;
	if ((n = dom_next(n)) != NULL)
		return err_tell(e, ERR_ENV_SHAPE, "%.100s after Body", dom_name(n));
	return 0;
}

static int
check_body(struct env *env, struct arena *arena, struct err *e)
{
	if (check_frame(env->body, arena, e) != 0)
		return -1;
	if ((env->operation = dom_first(env->body)) == NULL)
		return shape(e, "Body is empty");
	if (dom_next(env->operation) != NULL)
		return shape(e, "Body has more than one child");
	env->body_id = dom_attribute(env->body, ENV_WSU, "Id", arena);
	if (env->body_id == NULL)
		env->body_id = dom_attribute(env->body, "", "Id", arena);
	return 0;
}

/* The lexical values of SOAP 1.1, and those of xsd:boolean that some stacks write. */
static int
read_mandatory(const struct dom_node *block, struct arena *arena, bool *out, struct err *e)
{
	const char *v = dom_attribute(block, ENV_SOAP, "mustUnderstand", arena);

	*out = v != NULL && (strcmp(v, "1") == 0 || strcmp(v, "true") == 0);
	if (v == NULL || *out || strcmp(v, "0") == 0 || strcmp(v, "false") == 0)
		return 0;
	return err_tell(
	    e, ERR_ENV_SHAPE, "mustUnderstand of %.100s is neither 0 nor 1", dom_name(block));
}

/* SOAP 1.1, 4.2.2: no actor means the last receiver, and that is us. */
static bool
is_for_us(const struct dom_node *block, struct arena *arena)
{
	const char *actor = dom_attribute(block, ENV_SOAP, "actor", arena);

	return actor == NULL || *actor == '\0' || strcmp(actor, ACTOR_NEXT) == 0;
}

static int
check_block(struct dom_node *block, struct env *env, struct arena *arena, struct err *e)
{
	bool mandatory;

	if (dom_ns(block)[0] == '\0')
		return err_tell(
		    e, ERR_ENV_SHAPE, "header %.100s has no namespace", dom_name(block));
	if (read_mandatory(block, arena, &mandatory, e) != 0)
		return -1;
	if (!is_for_us(block, arena))
		return 0;
	if (dom_is(block, ENV_WSSE, "Security")) {
		if (env->security != NULL) {
			shape(e, "more than one wsse:Security");
			return err_rule(e, "R-20");
		}
		env->security = block;
		return 0;
	}
	if (mandatory)
		return err_tell(e, ERR_ENV_MUST_UNDERSTAND, "header {%.150s}%.80s", dom_ns(block),
		    dom_name(block));
	return 0;
}

static int
take_once(struct dom_node *n, struct dom_node **place, struct err *e)
{
	if (*place != NULL)
		return err_tell(e, ERR_ENV_SHAPE, "more than one %s in wsse:Security", dom_name(n));
	*place = n;
	return 0;
}

static int
check_security(struct env *env, struct err *e)
{
	for (struct dom_node *n = dom_first(env->security); n != NULL; n = dom_next(n)) {
		int rc = 0;

		if (dom_is(n, ENV_DS, "Signature"))
			rc = take_once(n, &env->signature, e);
		else if (dom_is(n, ENV_WSU, "Timestamp"))
			rc = take_once(n, &env->timestamp, e);
		else if (dom_is(n, ENV_WSSE, "BinarySecurityToken"))
			rc = take_once(n, &env->token, e);
		if (rc != 0)
			return -1;
	}
	return 0;
}

/* A signature that is not where it must be is the sign of a wrapping attack, whoever it is for. */
static int
check_strays(const struct dom_node *header, const struct env *env, struct err *e)
{
	for (const struct dom_node *n = dom_first(header); n != NULL;
	     n = dom_following(n, header)) {
		if (dom_is(n, ENV_DS, "Signature") && n != env->signature)
			return shape(e, "ds:Signature elsewhere in Header");
		if (dom_is(n, ENV_WSSE, "Security") && dom_parent(n) != header)
			return shape(e, "wsse:Security is not a child of Header");
	}
	return 0;
}

static int
check_header(const struct dom_node *header, struct env *env, struct arena *arena, struct err *e)
{
	if (check_frame(header, arena, e) != 0)
		return -1;
	for (struct dom_node *n = dom_first(header); n != NULL; n = dom_next(n))
		if (check_block(n, env, arena, e) != 0)
			return -1;
	if ((env->security != NULL && check_security(env, e) != 0) ||
	    check_strays(header, env, e) != 0)
		return err_rule(e, "R-20");
	return 0;
}

/* Whatever anybody's resolver could take for an identifier, in any namespace. */
static bool
is_id(const struct dom_attribute *a)
{
	return strcasecmp(a->name, "Id") == 0 || strcasecmp(a->name, "AssertionID") == 0;
}

static int
mean(struct values *v, const char *value, struct err *e)
{
	if (value == NULL)
		return err_set(e, ERR_NOMEM, "identifier");
	for (size_t i = 0; i < v->count; i++)
		if (strcmp(v->value[i], value) == 0)
			return 0;
	if (v->count == MOST_VALUES)
		return shape(e, "too many identifiers");
	v->bearer[v->count] = NULL;
	v->value[v->count++] = value;
	return 0;
}

static int
mean_ids_of(struct values *v, const struct dom_node *n, struct arena *arena, struct err *e)
{
	struct dom_attribute a;

	if (n == NULL)
		return 0;
	for (bool more = dom_first_attribute(n, &a, arena); more;
	     more = dom_next_attribute(&a, arena))
		if (is_id(&a) && mean(v, a.value, e) != 0)
			return -1;
	return 0;
}

static int
mean_references_of(
    struct values *v, const struct dom_node *signature, struct arena *arena, struct err *e)
{
	size_t count = 0;

	if (signature == NULL)
		return 0;
	for (const struct dom_node *n = dom_first(signature); n != NULL;
	     n = dom_following(n, signature)) {
		const char *uri;

		if (!dom_is(n, ENV_DS, "Reference"))
			continue;
		if (++count > MOST_REFERENCES)
			return shape(e, "too many ds:Reference");
		uri = dom_attribute(n, "", "URI", arena);
		if (uri != NULL && uri[0] == '#' && mean(v, uri + 1, e) != 0)
			return -1;
	}
	return 0;
}

/* Two identifiers of one value on the same element mean the same element: that is no ambiguity. */
static int
bear(struct values *v, const char *value, const struct dom_node *n, struct err *e)
{
	if (value == NULL)
		return err_set(e, ERR_NOMEM, "identifier");
	for (size_t i = 0; i < v->count; i++) {
		if (strcmp(v->value[i], value) != 0)
			continue;
		if (v->bearer[i] != NULL && v->bearer[i] != n)
			return err_set(e, ERR_ENV_DUPLICATE_ID, "\"%.100s\" occurs twice", value);
		v->bearer[i] = n;
	}
	return 0;
}

/* Identifiers of the payload's own may repeat; those that the signature could mean may not. */
static int
check_ids(const struct env *env, struct arena *arena, struct err *e)
{
	const struct dom_node *root = dom_root(env->doc);
	struct values v = {.count = 0};
	struct dom_attribute a;

	if (mean_ids_of(&v, env->body, arena, e) != 0 ||
	    mean_ids_of(&v, env->timestamp, arena, e) != 0 ||
	    mean_ids_of(&v, env->token, arena, e) != 0 ||
	    mean_references_of(&v, env->signature, arena, e) != 0)
		return -1;
	for (const struct dom_node *n = root; v.count > 0 && n != NULL; n = dom_following(n, root))
		for (bool more = dom_first_attribute(n, &a, arena); more;
		     more = dom_next_attribute(&a, arena))
			if (is_id(&a) && bear(&v, a.value, n, e) != 0)
				return -1;
	return 0;
}

int
env_check(const struct dom *doc, struct arena *arena, struct env *out, struct err *e)
{
	struct env env = {.doc = doc};
	struct dom_node *root = dom_root(doc), *header;

	memset(out, 0, sizeof(*out));
	if (check_root(root, arena, e) != 0 || find_parts(root, &header, &env.body, e) != 0)
		return -1;
	if (header != NULL && check_header(header, &env, arena, e) != 0)
		return -1;
	if (check_body(&env, arena, e) != 0)
		return -1;
	if (check_ids(&env, arena, e) != 0)
		return err_rule(e, "R-24");
	*out = env;
	return 0;
}

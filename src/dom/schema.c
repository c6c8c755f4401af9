/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * XSD by libxml2: compiled from local files before the fork, then only read.
 *
 * Hints inside a message (xsi:schemaLocation) open nothing. Values of a message do not get into the
 * error text, because it is logged and values are people's data: only paths, names and the rule.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/xmlschemas.h>

#include "dom/libxml.h"
#include "dom/parse.h"

#define MOST_VIOLATIONS 20

struct dom_schema {
	xmlSchema *compiled;
};

struct violations {
	struct arena *arena; /* of the paths; made when there is the first */
	char text[1024];
	size_t len;
	unsigned count;
	const void *last; /* node of the last one */
};

static void
on_compile_error(void *self, xmlErrorPtr error)
{
	err_set(self, ERR_CONFIG, "%s:%d: %.*s", error->file == NULL ? "schema" : error->file,
	    error->line, dom_message_length(error->message), error->message);
}

static xmlSchema *
compile(const char *path, struct err *e)
{
	xmlSchemaParserCtxt *ctxt = xmlSchemaNewParserCtxt(path);
	xmlSchema *compiled;

	if (ctxt == NULL) {
		err_set(e, ERR_NOMEM, "xmlSchemaNewParserCtxt");
		return NULL;
	}
	xmlSchemaSetParserStructuredErrors(ctxt, on_compile_error, e);
	dom_allow_files(true);
	compiled = xmlSchemaParse(ctxt);
	dom_allow_files(false);
	xmlSchemaFreeParserCtxt(ctxt);
	return compiled;
}

int
dom_schema_load(const char *path, struct dom_schema **out, struct err *e)
{
	struct dom_schema *schema = calloc(1, sizeof(*schema));
	int rc = -1;

	*out = NULL;
	if (schema == NULL)
		return err_set(e, ERR_NOMEM, "schema");
	schema->compiled = compile(path, e);
	/* an error that left a schema, too: an import that was not found must not pass */
	if (schema->compiled == NULL || e->code != ERR_OK) {
		err_set(e, ERR_CONFIG, "%s: not a schema", path);
		goto out;
	}
	*out = schema;
	schema = NULL; /* moved */
	rc = 0;
out:
	dom_schema_free(schema);
	return rc;
}

void
dom_schema_free(struct dom_schema *schema)
{
	if (schema == NULL)
		return;
	xmlSchemaFree(schema->compiled);
	free(schema);
}

/* Rules about a value, whose libxml2 texts quote it. */
static const char *
reason_of(int code)
{
	static const struct {
		int code;
		const char *reason;
	} reasons[] = {
	    {XML_SCHEMAV_CVC_DATATYPE_VALID_1_2_1, "not a value of its type"},
	    {XML_SCHEMAV_CVC_DATATYPE_VALID_1_2_2, "not a list of its type"},
	    {XML_SCHEMAV_CVC_DATATYPE_VALID_1_2_3, "a value of none of its types"},
	    {XML_SCHEMAV_CVC_LENGTH_VALID, "not of the required length"},
	    {XML_SCHEMAV_CVC_MINLENGTH_VALID, "too short"},
	    {XML_SCHEMAV_CVC_MAXLENGTH_VALID, "too long"},
	    {XML_SCHEMAV_CVC_MININCLUSIVE_VALID, "too small"},
	    {XML_SCHEMAV_CVC_MAXINCLUSIVE_VALID, "too large"},
	    {XML_SCHEMAV_CVC_MINEXCLUSIVE_VALID, "too small"},
	    {XML_SCHEMAV_CVC_MAXEXCLUSIVE_VALID, "too large"},
	    {XML_SCHEMAV_CVC_TOTALDIGITS_VALID, "too many digits"},
	    {XML_SCHEMAV_CVC_FRACTIONDIGITS_VALID, "too many digits after the point"},
	    {XML_SCHEMAV_CVC_PATTERN_VALID, "does not match the pattern"},
	    {XML_SCHEMAV_CVC_ENUMERATION_VALID, "not one of the allowed values"},
	    {XML_SCHEMAV_CVC_TYPE_3_1_1, "attributes where none may stand"},
	    {XML_SCHEMAV_CVC_TYPE_3_1_2, "elements where only a value may stand"},
	    {XML_SCHEMAV_CVC_COMPLEX_TYPE_2_1, "must be empty"},
	    {XML_SCHEMAV_CVC_COMPLEX_TYPE_2_3, "text where only elements may stand"},
	    {XML_SCHEMAV_CVC_COMPLEX_TYPE_3_2_1, "an attribute that may not stand here"},
	    {XML_SCHEMAV_CVC_COMPLEX_TYPE_4, "a required attribute is missing"},
	    {XML_SCHEMAV_CVC_ELT_1, "not declared"},
	    {XML_SCHEMAV_CVC_ELT_3_1, "may not be nil"},
	    {XML_SCHEMAV_CVC_ELT_3_2_1, "nil, but not empty"},
	};

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i].code == code)
			return reasons[i].reason;
	return "breaks a rule of the schema";
}

/* "This element is not expected. Expected is ( iin )." names elements only; its start goes. */
static const char *
content_rule(const xmlError *error)
{
	const char *colon = error->message == NULL ? NULL : strstr(error->message, "': ");

	return colon == NULL ? "not expected here" : colon + 3;
}

/* An attribute is told by its element. */
static const char *
place_of(const xmlNode *n, struct arena *arena)
{
	while (n != NULL && n->type != XML_ELEMENT_NODE)
		n = n->type == XML_DOCUMENT_NODE ? NULL : n->parent;
	return n == NULL ? "/" : dom_path(dom_from_xml(n), arena);
}

static void
on_violation(void *self, xmlErrorPtr error)
{
	struct violations *v = self;
	const char *why = error->code == XML_SCHEMAV_ELEMENT_CONTENT ? content_rule(error)
								     : reason_of(error->code);

	/* after the facet that a value breaks libxml2 tells its type, too */
	if (v->count > 0 && v->last == error->node &&
	    error->code == XML_SCHEMAV_CVC_DATATYPE_VALID_1_2_1)
		return;
	v->last = error->node;
	if (++v->count > MOST_VIOLATIONS || v->len >= sizeof(v->text) - 1)
		return;
	if (v->arena == NULL && (v->arena = arena_new()) == NULL)
		return;
	int n = snprintf(v->text + v->len, sizeof(v->text) - v->len, "%s%s: %.*s",
	    v->len == 0 ? "" : "; ", place_of(error->node, v->arena), dom_message_length(why), why);
	if (n > 0)
		v->len += (size_t)n;
}

static int
validate(const xmlSchema *schema, xmlDoc *doc, struct violations *v, struct err *e)
{
	xmlSchemaValidCtxt *ctxt;
	int verdict;

	dom_watch_memory();
	ctxt = xmlSchemaNewValidCtxt((xmlSchema *)(uintptr_t)schema);
	if (ctxt == NULL)
		return err_set(e, ERR_NOMEM, "xmlSchemaNewValidCtxt");
	xmlSchemaSetValidStructuredErrors(ctxt, on_violation, v);
	verdict = xmlSchemaValidateDoc(ctxt, doc);
	xmlSchemaFreeValidCtxt(ctxt);
	if (dom_memory_failed())
		return err_set(e, ERR_NOMEM, "schema check");
	if (verdict < 0)
		return err_set(e, ERR_INTERNAL, "xmlSchemaValidateDoc");
	if (verdict == 0 && v->count == 0)
		return 0;
	return err_tell(e, ERR_PAYLOAD_FORMAT, "%s", v->len == 0 ? "not valid" : v->text);
}

int
dom_schema_check(const struct dom_schema *schema, const struct dom *doc, struct err *e)
{
	struct violations v = {.arena = NULL};
	int rc = validate(schema->compiled, dom_to_doc(doc), &v, e);

	arena_free(v.arena);
	return rc;
}

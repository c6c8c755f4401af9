/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * codec: the tables of the form check beside our XSDs. Every operation, element, order, occurrence,
 * enumeration and type; what differs on purpose is named here.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "codec/form_table.h"
#include "dom/dom.h"
#include "fixture.h"

#define XS "http://www.w3.org/2001/XMLSchema"

static struct arena *arena;
static struct dom *schemas[7];
static size_t schema_count;
static unsigned compared; /* elements */

static const char *
attribute(const struct dom_node *n, const char *name, const char *otherwise)
{
	const char *value = dom_attribute(n, "", name, arena);

	return value == NULL ? otherwise : value;
}

/* The global component of that kind and name; the schemas' types have no two of one name. */
static const struct dom_node *
global(const char *ns, const char *kind, const char *name)
{
	const struct dom_node *found = NULL;

	for (size_t i = 0; i < schema_count; i++) {
		const struct dom_node *root = dom_root(schemas[i]);

		if (ns != NULL && strcmp(attribute(root, "targetNamespace", ""), ns) != 0)
			continue;
		for (const struct dom_node *n = dom_first(root); n != NULL; n = dom_next(n))
			if (dom_is(n, XS, kind) && strcmp(attribute(n, "name", ""), name) == 0) {
				assert_null(found);
				found = n;
			}
	}
	return found;
}

static const char *
local(const char *qname)
{
	const char *colon = strchr(qname, ':');

	return colon == NULL ? qname : colon + 1;
}

/* The complexType of an element: inside it, or the one it names; NULL when it is of a simple type.
 */
static const struct dom_node *
complex_type(const struct dom_node *element)
{
	const struct dom_node *inside = dom_child(element, XS, "complexType");

	return inside != NULL ? inside
			      : global(NULL, "complexType", local(attribute(element, "type", "")));
}

static void
same_choices(const struct dom_node *element, const char *const *choices)
{
	const struct dom_node *simple = dom_child(element, XS, "simpleType"), *n;

	if (simple == NULL)
		simple = global(NULL, "simpleType", local(attribute(element, "type", "")));
	assert_non_null(simple);
	for (n = dom_first(dom_child(simple, XS, "restriction")); n != NULL; n = dom_next(n)) {
		assert_true(dom_is(n, XS, "enumeration"));
		assert_non_null(*choices);
		assert_string_equal(attribute(n, "value", ""), *choices++);
	}
	assert_null(*choices);
}

/* A text's kind and slot follow from its type. errorDate is read whatever it is, because an error
 * must be told. */
static void
same_type(const struct dom_node *element, const struct form *f)
{
	const char *type = local(attribute(element, "type", ""));

	if (strcmp(f->name, "errorDate") == 0)
		assert_int_equal(f->kind, FORM_TEXT);
	else
		assert_int_equal(f->kind == FORM_INSTANT, strcmp(type, "dateTime") == 0);
	assert_int_equal(f->kind == FORM_COUNT, strcmp(type, "int") == 0);
	assert_int_equal(f->kind == FORM_DATA, strcmp(type, "anyType") == 0);
	assert_int_equal(
	    f->kind == FORM_TEXT && f->slot == FORM_SESSION_ID, strcmp(type, "guid") == 0);
	if (f->kind == FORM_CHOICE)
		same_choices(element, f->choices);
	else if (f->kind == FORM_TEXT)
		assert_null(dom_child(
		    dom_child(element, XS, "simpleType") == NULL
			? element
			: dom_child(dom_child(element, XS, "simpleType"), XS, "restriction"),
		    XS, "enumeration"));
}

static void same_content(const struct dom_node *type, const struct form *forms, size_t count);

static void
same_element(const struct dom_node *element, const struct form *f)
{
	const char *most = attribute(element, "maxOccurs", "1");
	const struct dom_node *type;

	compared++;
	if (strcmp(attribute(element, "name", ""), f->name) != 0)
		fail_msg("%s instead of %s", f->name, attribute(element, "name", ""));
	assert_int_equal(f->least, atoi(attribute(element, "minOccurs", "1")));
	assert_int_equal(strcmp(most, "unbounded") == 0, f->most > 1);
	if ((type = complex_type(element)) == NULL) {
		same_type(element, f);
	} else if (f->kind == FORM_PROPERTY) {
		assert_string_equal(attribute(element, "type", ""), "c:Property");
	} else if (!(f->kind == FORM_ERROR && strcmp(f->name, "subError") == 0)) {
		same_content(type, f->inside, f->count);
	} else { /* what holds a subError is what it is */
		assert_ptr_equal(f->inside, f - 4);
		assert_string_equal(attribute(element, "type", ""), "c:ErrorInfo");
	}
}

static void
same_content(const struct dom_node *type, const struct form *forms, size_t count)
{
	const struct dom_node *sequence = dom_child(type, XS, "sequence"), *n;
	size_t i = 0;

	assert_non_null(sequence);
	assert_true(count <= FORM_MOST);
	for (n = dom_first(sequence); n != NULL; n = dom_next(n), i++) {
		assert_true(i < count);
		same_element(n, &forms[i]);
	}
	assert_int_equal(i, count);
}

static void
the_tables_say_what_the_schemas_say(void **state)
{
	(void)state;
	for (size_t i = 0; i < form_operation_count; i++) {
		const struct form_operation *o = &form_operations[i];
		const struct form_shape *shapes[] = {&o->request, &o->answer};

		for (size_t s = 0; s < 2; s++) {
			const struct dom_node *element = global(o->ns, "element", shapes[s]->name);

			assert_non_null(element);
			same_content(complex_type(element), &shapes[s]->inside, 1);
		}
	}
	assert_int_equal(compared, 134);
}

/* The sendMessage of the client's types is nobody's: the interface names the other one. */
static void
every_operation_of_the_schemas_is_in_the_tables(void **state)
{
	size_t found = 0, nobodys = 0;

	(void)state;
	for (size_t i = 0; i < schema_count; i++) {
		const struct dom_node *root = dom_root(schemas[i]);
		const char *ns = attribute(root, "targetNamespace", "");

		for (const struct dom_node *n = dom_first(root); n != NULL; n = dom_next(n)) {
			const char *name = attribute(n, "name", "");
			bool known = false;

			if (!dom_is(n, XS, "element") || strstr(name, "Fault1_") != NULL)
				continue;
			for (size_t o = 0; o < form_operation_count; o++)
				known = known ||
					(strcmp(form_operations[o].ns, ns) == 0 &&
					    (strcmp(form_operations[o].request.name, name) == 0 ||
						strcmp(form_operations[o].answer.name, name) == 0));
			found += known;
			nobodys += !known;
			if (!known)
				assert_memory_equal(name, "sendMessage", strlen("sendMessage"));
		}
	}
	assert_int_equal(found, 2 * form_operation_count);
	assert_int_equal(nobodys, 2);
}

static int
load(void **state)
{
	static const char *const names[] = {"Common", "SyncTypes", "SyncRequest", "SyncResponse",
	    "AsyncTypes", "AsyncInfo", "AsyncClient"};
	struct err e = {0};

	(void)state;
	if ((arena = arena_new()) == NULL)
		return -1;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *path =
		    arena_printf(arena, "%s/wsdl/xsd/%s.xsd", fixture_srcdir(), names[i]);

		if (dom_parse(fixture_file(arena, path), &dom_default_limits, &schemas[i], &e) != 0)
			return -1;
		schema_count++;
	}
	return 0;
}

static int
unload(void **state)
{
	(void)state;
	for (size_t i = 0; i < schema_count; i++)
		dom_free(schemas[i]);
	arena_free(arena);
	return 0;
}

int
main(void)
{
	struct err e = {0};
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_tables_say_what_the_schemas_say),
	    cmocka_unit_test(every_operation_of_the_schemas_is_in_the_tables),
	};

	if (dom_init(&e) != 0)
		return 99;
	return cmocka_run_group_tests(tests, load, unload);
}

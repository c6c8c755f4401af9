/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * GBD FL and ENIS, played from a file of synthetic persons and powers of attorney.
 *
 * The elements of the file go out as they stand there, so what the file holds is what the schema of
 * the service has to allow. Codes of messageResult but 00000 are ours: the real ones are not
 * public.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "run/file.h"
#include "sim/sim.h"

#define OURS "urn:shepd:sim:1"
#define ENIS "urn:shepd:enis:1"
#define GBDFL "http://message.persistence.interactive.nat"
#define TOKEN_SERVICE "GBDFLUniversal_token"
#define ENIS_SERVICE "ENIS_PowerOfAttorney"
#define FILE_MOST ((size_t)8 * 1024 * 1024)
#define FOUND_MOST 32

struct sim_register {
	struct dom *doc;
};

/* What is asked for, "" = not given. */
struct question {
	const char *message_id, *iin, *surname, *name, *patronymic, *birth_date, *document, *token;
};

struct result {
	const char *code, *ru, *kz;
};

static const struct result found = {
    "00000", "Сообщение успешно обработано", "Хабарлама сәтті өңделді"};
static const struct result not_found = {"00001", "Данные не найдены", "Деректер табылмады"};
static const struct result not_one_kind = {"00002", "Заполните параметры ровно одного вида поиска",
    "Іздеудің тек бір түрінің параметрлерін толтырыңыз"};
static const struct result no_token = {"00003", "Нет согласия на доступ к персональным данным",
    "Дербес деректерге қол жеткізуге келісім жоқ"};

int
sim_register_load(const char *file, struct sim_register **out, struct err *e)
{
	struct dom_limits limits = dom_default_limits;
	struct arena *a = arena_new();
	struct sim_register *r = calloc(1, sizeof(*r));
	struct octets text;
	int rc = -1;

	*out = NULL;
	limits.octets = FILE_MOST;
	if (a == NULL || r == NULL) {
		err_set(e, ERR_NOMEM, "%s", file);
		goto out;
	}
	if (run_file_read(file, FILE_MOST, a, &text, e) != 0)
		goto out;
	if (dom_parse(text, &limits, &r->doc, e) != 0) {
		err_at(e, file);
		goto out;
	}
	if (!dom_is(dom_root(r->doc), OURS, "register")) {
		err_set(e, ERR_CONFIG, "%s: the root is not {%s}register", file, OURS);
		goto out;
	}
	*out = r;
	r = NULL; /* moved */
	rc = 0;
out:
	sim_register_free(r);
	arena_free(a);
	return rc;
}

void
sim_register_free(struct sim_register *r)
{
	if (r == NULL)
		return;
	dom_free(r->doc);
	free(r);
}

static bool
is_gbdfl(const char *service)
{
	return strcmp(service, "GBDFL_UniversalServiceSync") == 0 ||
	       strcmp(service, "GBDFLUniversal") == 0 || strcmp(service, TOKEN_SERVICE) == 0;
}

bool
sim_register_plays(const char *service)
{
	return is_gbdfl(service) || strcmp(service, ENIS_SERVICE) == 0;
}

static struct dom_node *
child(const struct dom_node *n, const char *name)
{
	struct dom_node *c = n == NULL ? NULL : dom_first(n);

	while (c != NULL && strcmp(dom_name(c), name) != 0)
		c = dom_next(c);
	return c;
}

/* Text of a child; "" when it is not there or not text. */
static const char *
text_of(const struct dom_node *n, const char *name, struct arena *a)
{
	const struct dom_node *c = child(n, name);
	struct err e = {0};
	struct octets text;

	return c == NULL || dom_text(c, a, &text, &e) != 0 ? "" : (const char *)text.data;
}

/* --- the request: in data, in an element in it, or as text in it ---------------------------- */

/* The element whose children are the parameters; *text is to be freed and may be NULL. */
static const struct dom_node *
find_parameters(const struct dom_node *data, struct arena *a, struct dom **text, struct err *e)
{
	const struct dom_node *first = dom_first(data), *root = data;
	struct octets written;

	*text = NULL;
	if (first == NULL) {
		if (dom_text(data, a, &written, e) != 0 ||
		    dom_parse(written, &dom_default_limits, text, e) != 0)
			return NULL;
		root = dom_root(*text);
		first = dom_first(root);
	}
	if (child(root, "messageId") == NULL && first != NULL && dom_first(first) != NULL)
		root = first;
	return root;
}

static struct question
read_question(const struct dom_node *n, struct arena *a)
{
	return (struct question){.message_id = text_of(n, "messageId", a),
	    .iin = text_of(n, "iin", a),
	    .surname = text_of(n, "surname", a),
	    .name = text_of(n, "name", a),
	    .patronymic = text_of(n, "patronymic", a),
	    .birth_date = text_of(n, "birthDate", a),
	    .document = text_of(n, "documentNumber", a),
	    .token = text_of(n, "kdpToken", a)};
}

/* --- GBD FL ---------------------------------------------------------------------------------- */

static bool
has_document(const struct dom_node *person, const char *number, struct arena *a)
{
	const struct dom_node *d = child(person, "documents");

	for (d = d == NULL ? NULL : dom_first(d); d != NULL; d = dom_next(d))
		if (strcmp(text_of(d, "number", a), number) == 0)
			return true;
	return false;
}

/* A search by name that gives no first name finds who has none: that is the register's rule. */
static bool
is_meant(const struct dom_node *person, const struct question *q, struct arena *a)
{
	if (*q->iin != '\0')
		return strcmp(text_of(person, "iin", a), q->iin) == 0;
	if (*q->document != '\0')
		return has_document(person, q->document, a);
	return strcasecmp(text_of(person, "surname", a), q->surname) == 0 &&
	       strcasecmp(text_of(person, "name", a), q->name) == 0 &&
	       (*q->patronymic == '\0' ||
		   strcasecmp(text_of(person, "patronymic", a), q->patronymic) == 0) &&
	       (*q->birth_date == '\0' ||
		   strcmp(text_of(person, "birthDate", a), q->birth_date) == 0);
}

static bool
is_one_kind(const struct question *q)
{
	bool by_name = *q->surname != '\0' || *q->name != '\0' || *q->patronymic != '\0' ||
		       *q->birth_date != '\0';

	return (*q->iin != '\0') + (*q->document != '\0') + by_name == 1;
}

/* The element without what the schema of the service does not know. */
static int
write_person(
    const struct dom_node *person, bool token, struct arena *a, struct octets *all, struct err *e)
{
	struct octets part;

	for (const struct dom_node *c = dom_first(person); c != NULL; c = dom_next(c)) {
		if (!token && strncmp(dom_name(c), "eng", 3) == 0)
			continue;
		if (dom_write(c, a, &part, e) != 0 ||
		    arena_join(a, (const struct octets[]){*all, part}, 2, all, e) != 0)
			return -1;
	}
	return 0;
}

static int
find_persons(const struct sim_call *c, const struct question *q, struct octets *all, size_t *count,
    struct err *e)
{
	bool token = strcmp(c->async.message.service_id, TOKEN_SERVICE) == 0;
	const struct dom_node *persons = dom_child(dom_root(c->sim->persons->doc), OURS, "persons");
	const struct dom_node *p = persons == NULL ? NULL : dom_first(persons);

	*count = 0;
	*all = octets_of("");
	for (; p != NULL && *count < FOUND_MOST; p = dom_next(p)) {
		struct octets person = octets_of("");
		if (!is_meant(p, q, c->arena))
			continue;
		if (write_person(p, token, c->arena, &person, e) != 0 ||
		    arena_join(c->arena,
			(const struct octets[]){
			    *all, octets_of("<person>"), person, octets_of("</person>")},
			4, all, e) != 0)
			return -1;
		++*count;
	}
	return 0;
}

/* "name" around "value", escaped. NULL when there is no memory. */
static const char *
element(struct arena *a, const char *name, const char *value)
{
	struct octets escaped;
	struct err e = {0};

	if (env_escape(octets_of(value), a, &escaped, &e) != 0)
		return NULL;
	return arena_printf(
	    a, "<%s>%.*s</%s>", name, (int)escaped.len, (const char *)escaped.data, name);
}

static const char *
dictionary(struct arena *a, const char *name, const struct result *r)
{
	return arena_printf(a, "<%s><code>%s</code><nameRu>%s</nameRu><nameKz>%s</nameKz></%s>",
	    name, r->code, r->ru, r->kz, name);
}

static int
answer_gbdfl(const struct sim_call *c, const struct question *q, struct octets *out, struct err *e)
{
	static const struct result us = {"GBDFL", "ГБД ФЛ (имитация)", "ЖТ МДҚ (имитация)"};
	static const struct result caller = {"CALLER", "Участник", "Қатысушы"};
	bool token = strcmp(c->async.message.service_id, TOKEN_SERVICE) == 0;
	const struct result *result = &found;
	struct octets persons = octets_of("");
	struct arena *a = c->arena;
	char date[CLOCK_TEXT];
	size_t count = 0;

	if (token && *q->token == '\0')
		result = &no_token;
	else if (!is_one_kind(q))
		result = &not_one_kind;
	else if (find_persons(c, q, &persons, &count, e) != 0)
		return -1;
	if (result == &found && count == 0)
		result = &not_found;
	const char *head = arena_printf(a, "%s%s%s%s%s%s%s", element(a, "messageId", sim_uuid(a)),
	    element(a, "messageDate", clock_write(c->now, date)),
	    element(a, "requestId", q->message_id), dictionary(a, "sender", &us),
	    dictionary(a, "receiver", &caller), dictionary(a, "messageResult", result),
	    count > 0 ? "<persons>" : "");
	if (head == NULL)
		return err_set(e, ERR_NOMEM, "answer");
	return arena_join(a,
	    (const struct octets[]){
		octets_of(head), persons, octets_of(count > 0 ? "</persons>" : "")},
	    3, out, e);
}

/* --- ENIS ---------------------------------------------------------------------------------------
 */

static int
answer_enis(
    const struct sim_call *c, const struct dom_node *asked, struct octets *out, struct err *e)
{
	struct arena *a = c->arena;
	const char *number = text_of(asked, "actNumber", a), *id = text_of(asked, "messageId", a);
	const struct dom_node *powers = dom_child(dom_root(c->sim->persons->doc), OURS, "powers");
	const struct dom_node *p = powers == NULL ? NULL : dom_first(powers);
	struct octets power = octets_of("");

	if (*number == '\0')
		return err_tell(e, ERR_PAYLOAD_FORMAT, "no actNumber");
	while (p != NULL && strcmp(text_of(p, "actNumber", a), number) != 0)
		p = dom_next(p);
	if (p != NULL && dom_write(p, a, &power, e) != 0)
		return -1;
	const struct result *r = p != NULL ? &found : &not_found;
	const char *head = arena_printf(a,
	    "<enis:PowerOfAttorneyResponse xmlns:enis=\"" ENIS "\">%s<enis:messageResult>"
	    "<enis:code>%s</enis:code><enis:nameRu>%s</enis:nameRu><enis:nameKz>%s</enis:nameKz>"
	    "</enis:messageResult>",
	    element(a, "enis:requestId", id), r->code, r->ru, r->kz);
	if (head == NULL)
		return err_set(e, ERR_NOMEM, "answer");
	return arena_join(a,
	    (const struct octets[]){
		octets_of(head), power, octets_of("</enis:PowerOfAttorneyResponse>")},
	    3, out, e);
}

/* --- both
 * ----------------------------------------------------------------------------------------- */

/* data is signed as the document that it is, and split again. */
static int
sign_data(const struct sim_call *c, struct msg_content *data, struct err *e)
{
	const char *attributes = data->attributes == NULL ? "" : data->attributes;
	const char *tag =
	    arena_printf(c->arena, "<data%s%s>", *attributes == '\0' ? "" : " ", attributes);
	struct octets whole;

	if (tag == NULL)
		return err_set(e, ERR_NOMEM, "data");
	const struct octets pieces[] = {octets_of(tag), data->octets, octets_of("</data>")};
	if (arena_join(c->arena, pieces, 3, &whole, e) != 0 ||
	    sig_sign_document(whole, c->sim->identity, c->arena, &whole, e) != 0)
		return -1;
	return sim_split_element(whole, c->arena, data, e);
}

int
sim_register_answer(
    const struct sim_call *c, const struct dom_node *data, struct msg_content *out, struct err *e)
{
	const char *service = c->async.message.service_id;
	const struct dom_node *asked;
	struct question q;
	struct dom *text;
	int rc = -1;

	*out = (struct msg_content){.attributes = NULL};
	if (data == NULL)
		return err_tell(e, ERR_PAYLOAD_FORMAT, "no data");
	if ((asked = find_parameters(data, c->arena, &text, e)) == NULL)
		goto out;
	q = read_question(asked, c->arena);
	if (is_gbdfl(service)) {
		out->attributes =
		    "xmlns:cs=\"" GBDFL "\" xmlns:xsi=\"" ENV_XSI "\" xsi:type=\"cs:Response\"";
		rc = answer_gbdfl(c, &q, &out->octets, e);
	} else {
		rc = answer_enis(c, asked, &out->octets, e);
	}
	if (rc == 0 && c->sim->options.sign_data && c->sim->identity != NULL)
		rc = sign_data(c, out, e);
out:
	dom_free(text);
	return rc;
}

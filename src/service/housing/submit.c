/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * HQ_SUBMIT on the portal: who signed, what the form lacks, whether one is open already,
 * registration (domain.md A1.2, C1 rows 6 to 8). Every refusal is a payload and changes nothing.
 */
#include "config.h"

#include <string.h>

#include "service/housing/housing.h"
#include "service/iin.h"

#define OPEN_STATE "REGISTERED"

int
housing_check_payload(const struct service_room *room, const struct service_call *call,
    const char *root, struct err *e)
{
	const struct dom_node *node = dom_root(call->payload);

	if (dom_schema_check(room->hq, call->payload, e) != 0)
		return -1;
	/* the schema knows all payloads of the namespace; this service answers one of them */
	if (!dom_is(node, HOUSING_NS, root))
		return err_tell(e, ERR_PAYLOAD_FORMAT, "/%s: expected is %s", dom_name(node), root);
	return 0;
}

/* HQ-15, B10: an authentication certificate signs nothing; the applicant signs as a natural person.
 * ERR_OK when this one may. */
static enum err_code
judge_signer(const struct msg_signer *signer)
{
	if (!signer->sign_capable)
		return ERR_HQ_AUTH_ONLY;
	if (!signer->person || signer->iin[0] == '\0')
		return ERR_HQ_NOT_ENTITLED;
	return ERR_OK;
}

/* HQ-15: IIN in the request = IIN in the certificate. An IIN that is none is the form's violation.
 */
static bool
iin_differs(const struct housing_form *f, const struct msg_signer *signer, struct cal_date today)
{
	return service_iin_valid(f->iin, today) && strcmp(f->iin, signer->iin) != 0;
}

static int
refuse(const struct service_call *call, enum err_code code, const char *number,
    const struct service_violations *violations, struct service_answer *out, struct err *e)
{
	struct answer w;

	answer_begin(&w, call->arena, "SubmitResponse", code, call->now);
	if (number != NULL)
		answer_put(&w, "requestNumber", number);
	if (violations != NULL)
		answer_put_violations(&w, violations);
	return answer_finish(&w, code, out, e);
}

static const char *
joined(const char *const *codes, size_t count, struct arena *a)
{
	const char *text = count == 0 ? "" : codes[0];

	for (size_t i = 1; i < count && text != NULL; i++)
		text = arena_printf(a, "%s,%s", text, codes[i]);
	return text;
}

static int
take_number(const struct service_call *call, const struct rules_hq_profile *p, const char **out,
    struct err *e)
{
	int year = clock_astana(call->now).year;
	const char *counter = rules_counter(p, year, call->arena);
	int64_t seq;

	*out = NULL;
	if (counter == NULL)
		return err_set(e, ERR_NOMEM, "counter");
	if (db_hq_next(call->db, counter, &seq, e) != 0)
		return -1;
	if ((*out = rules_number(p, year, seq, call->arena)) == NULL)
		return err_set(e, ERR_NOMEM, "number");
	return 0;
}

static int
store(const struct service_call *call, const struct rules_hq_profile *p,
    const struct housing_form *f, const char *number, const char *term, struct err *e)
{
	struct db_hq_application app = {.number = number,
	    .iin = f->iin,
	    .locality = f->locality,
	    .channel = f->channel,
	    .profile = p->name,
	    .state = OPEN_STATE,
	    .registered_at = call->now,
	    .term = term,
	    .message_id = call->request->message_id,
	    .sender_id = call->request->sender.sender_id,
	    .document = call->evidence.len > 0 ? call->evidence : call->payload_octets,
	    .phone = f->phone,
	    .email = f->email,
	    .rca = f->rca,
	    .address_kato = f->kato,
	    .categories = joined(f->categories, f->category_count, call->arena)};

	if (app.categories == NULL)
		return err_set(e, ERR_NOMEM, "categories");
	return db_hq_register(call->db, &app, e);
}

int
housing_put_status(
    struct answer *w, const struct rules_hq_profile *p, const char *state, struct err *e)
{
	const struct rules_item *status = rules_item(&p->statuses, state);

	if (status == NULL)
		return err_set(e, ERR_INTERNAL, "profile %s has no status %s", p->name, state);
	answer_open(w, "status");
	answer_put(w, "code", status->code);
	answer_put(w, "kk", status->name.kk);
	answer_put(w, "ru", status->name.ru);
	answer_close(w, "status");
	return 0;
}

/* HQ-18, HQ-T1.8: number and time in Astana; the term counts from the day of registration. */
static int
register_form(const struct service_call *call, const struct rules_hq_profile *p,
    const struct housing_form *f, struct service_answer *out, struct err *e)
{
	char term[11], at[CLOCK_TEXT];
	const char *number;
	struct answer w;

	cal_write(cal_add_days(cal_date_of(call->now), p->term_days), term);
	if (take_number(call, p, &number, e) != 0 || store(call, p, f, number, term, e) != 0)
		return -1;
	answer_begin(&w, call->arena, "SubmitResponse", ERR_OK, call->now);
	answer_put(&w, "requestNumber", number);
	answer_put(&w, "registeredAt", clock_write(call->now, at));
	answer_put(&w, "term", term);
	if (housing_put_status(&w, p, OPEN_STATE, e) != 0)
		return -1;
	return answer_finish(&w, ERR_OK, out, e);
}

/* The form's own refusals: a code of the form when it has violations of several kinds or of values,
 * the one code when all that is wrong is documents missing, or the power of attorney. */
static enum err_code
code_of(const struct service_violations *v)
{
	enum err_code code = service_violations_code(v, ERR_HQ_FORM);

	return code == ERR_HQ_DOCUMENT_MISSING || code == ERR_HQ_REPRESENTATIVE ? code
										: ERR_HQ_FORM;
}

int
housing_submit(const struct service_room *room, const struct service_call *call,
    struct service_answer *out, struct err *e)
{
	const struct rules_hq_profile *p = rules_hq(room->rules, call->profile);
	struct service_violations violations;
	struct housing_form form;
	struct cal_date today = cal_date_of(call->now);
	struct housing_check check = {p, today, call->arena, &violations, e};
	const char *open = NULL;
	enum err_code code;

	if (p == NULL || call->signer == NULL)
		return err_set(e, ERR_INTERNAL, "%s", p == NULL ? "no such profile" : "no signer");
	if (housing_check_payload(room, call, "SubmitRequest", e) != 0 ||
	    housing_form_read(dom_root(call->payload), call->arena, &form, e) != 0)
		return -1;
	if ((code = judge_signer(call->signer)) != ERR_OK)
		return refuse(call, code, NULL, NULL, out, e);
	if (iin_differs(&form, call->signer, today))
		return refuse(call, ERR_HQ_IIN_DIFFERS, NULL, NULL, out, e);
	service_violations_init(&violations, call->arena);
	if (housing_form_check(&form, &check) != 0)
		return -1;
	if (service_violated(&violations))
		return refuse(call, code_of(&violations), NULL, &violations, out, e);
	if (p->one_open_application &&
	    db_hq_find_open(call->db, form.iin, form.locality, call->arena, &open, e) != 0)
		return -1;
	if (open != NULL)
		return refuse(call, ERR_HQ_DUPLICATE, open, NULL, out, e);
	return register_form(call, p, &form, out, e);
}

/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * HQ_STATUS: the five things an applicant sees, IIN, number, service, status and term (domain.md
 * HQ-54), and whether there is a result. Somebody else's number is answered as nobody's is.
 */
#include "config.h"

#include "service/housing/housing.h"
#include "service/iin.h"

static int
refuse(const struct service_call *call, enum err_code code,
    const struct service_violations *violations, struct service_answer *out, struct err *e)
{
	struct answer w;

	answer_begin(&w, call->arena, "StatusResponse", code, call->now);
	answer_put_violations(&w, violations);
	return answer_finish(&w, code, out, e);
}

/* Texts come from the profile that the application was registered under. */
static int
tell(const struct service_room *room, const struct service_call *call,
    const struct db_hq_application *app, struct service_answer *out, struct err *e)
{
	const struct rules_hq_profile *p = rules_hq(room->rules, app->profile);
	struct answer w;

	if (p == NULL)
		return err_set(e, ERR_INTERNAL, "profile %s is gone", app->profile);
	answer_begin(&w, call->arena, "StatusResponse", ERR_OK, call->now);
	answer_put(&w, "iin", app->iin);
	answer_put(&w, "requestNumber", app->number);
	answer_open(&w, "serviceType");
	answer_put(&w, "kk", p->service_name.kk);
	answer_put(&w, "ru", p->service_name.ru);
	answer_close(&w, "serviceType");
	if (housing_put_status(&w, p, app->state, e) != 0)
		return -1;
	answer_put(&w, "term", app->term);
	answer_put(&w, "resultAvailable", app->result_at[0] != '\0' ? "true" : "false");
	return answer_finish(&w, ERR_OK, out, e);
}

int
housing_status(const struct service_room *room, const struct service_call *call,
    struct service_answer *out, struct err *e)
{
	const struct dom_node *root = dom_root(call->payload);
	struct housing_check c = {.arena = call->arena, .e = e};
	struct service_violations violations;
	struct db_hq_application app;
	const char *iin, *number;
	bool found;

	if (housing_check_payload(room, call, "StatusRequest", e) != 0)
		return -1;
	iin = housing_text(&c, root, "iin");
	number = housing_text(&c, root, "requestNumber");
	if (e->code != ERR_OK)
		return -1;
	service_violations_init(&violations, call->arena);
	if (!service_iin_valid(iin, cal_date_of(call->now)))
		service_violate(&violations, ERR_V_IIN, NULL, "/StatusRequest/iin");
	if (number[0] == '\0')
		service_violate(&violations, ERR_V_REQUIRED, NULL, "/StatusRequest/requestNumber");
	if (service_violated(&violations))
		return refuse(
		    call, service_violations_code(&violations, ERR_HQ_FORM), &violations, out, e);
	if (db_hq_status(call->db, iin, number, call->arena, &app, &found, e) != 0)
		return -1;
	if (!found)
		return refuse(call, ERR_HQ_NOT_FOUND, &violations, out, e);
	return tell(room, call, &app, out, e);
}

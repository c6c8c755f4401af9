/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Reading an application's form and checking the people, places and numbers in it (domain.md HQ-01,
 * HQ-04, HQ-14, HQ-41, HQ-51, B5 to B7). Papers are papers.c.
 */
#include "config.h"

#include <string.h>

#include "service/housing/housing.h"
#include "service/iin.h"

#define ROOT "/SubmitRequest"

/* --- reading -----------------------------------------------------------------------------------
 */

static const char *
text_of(struct housing_check *c, const struct dom_node *n)
{
	struct octets o = {NULL, 0};

	if (n == NULL || dom_text(n, c->arena, &o, c->e) != 0 || o.len == 0)
		return "";
	return (const char *)o.data; /* NUL-terminated by dom_text() */
}

const char *
housing_text(struct housing_check *c, const struct dom_node *of, const char *name)
{
	return text_of(c, of == NULL ? NULL : dom_child(of, HOUSING_NS, name));
}

const char *
housing_attribute(struct housing_check *c, const struct dom_node *of, const char *name)
{
	const char *value = dom_attribute(of, "", name, c->arena);

	return value == NULL ? "" : value;
}

static int
read_categories(struct housing_check *c, const struct dom_node *root, struct housing_form *out)
{
	size_t n = dom_count(root, HOUSING_NS, "requestedCategory"), i = 0;
	const char **codes = arena_alloc(c->arena, (n + 1) * sizeof(*codes));

	if (codes == NULL)
		return err_set(c->e, ERR_NOMEM, "categories");
	for (const struct dom_node *at = dom_first(root); at != NULL; at = dom_next(at))
		if (dom_is(at, HOUSING_NS, "requestedCategory"))
			codes[i++] = text_of(c, at);
	out->categories = codes;
	out->category_count = n;
	return 0;
}

static int
read_attachments(struct housing_check *c, const struct dom_node *root, struct housing_form *out)
{
	const struct dom_node *of = dom_child(root, HOUSING_NS, "attachments");
	size_t n = of == NULL ? 0 : dom_count(of, HOUSING_NS, "attachment"), i = 0;
	struct housing_attachment *list = arena_alloc(c->arena, (n + 1) * sizeof(*list));

	if (list == NULL)
		return err_set(c->e, ERR_NOMEM, "attachments");
	for (const struct dom_node *at = n == 0 ? NULL : dom_first(of); at != NULL;
	     at = dom_next(at))
		list[i++] = (struct housing_attachment){.code = housing_attribute(c, at, "docCode"),
		    .upload_id = housing_attribute(c, at, "uploadId"),
		    .sha256 = housing_attribute(c, at, "sha256"),
		    .mime = housing_attribute(c, at, "mime"),
		    .paper_original_seen = housing_attribute(c, at, "paperOriginalSeen"),
		    .content = dom_child(at, HOUSING_NS, "content")};
	out->attachments = list;
	out->attachment_count = n;
	return 0;
}

int
housing_form_read(
    const struct dom_node *root, struct arena *a, struct housing_form *out, struct err *e)
{
	struct housing_check c = {.arena = a, .e = e};
	const struct dom_node *applicant = dom_child(root, HOUSING_NS, "applicant");
	const struct dom_node *address = dom_child(applicant, HOUSING_NS, "address");

	*out = (struct housing_form){.channel = housing_text(&c, root, "channel"),
	    .iin = housing_text(&c, applicant, "iin"),
	    .phone = housing_text(&c, applicant, "phone"),
	    .email = housing_text(&c, applicant, "email"),
	    .address = text_of(&c, address),
	    .rca = housing_attribute(&c, address, "rca"),
	    .kato = housing_attribute(&c, address, "kato"),
	    .representative = dom_child(root, HOUSING_NS, "representative"),
	    .locality = housing_text(&c, root, "locality"),
	    .family = dom_child(root, HOUSING_NS, "family"),
	    .consents = dom_child(root, HOUSING_NS, "consents")};
	if (out->representative != NULL)
		out->poa = dom_child(out->representative, HOUSING_NS, "poa");
	if (read_categories(&c, root, out) != 0 || read_attachments(&c, root, out) != 0)
		return -1;
	return e->code == ERR_OK ? 0 : -1;
}

/* --- values ------------------------------------------------------------------------------------
 */

static bool
digits(const char *text, size_t n)
{
	return strlen(text) == n && strspn(text, "0123456789") == n;
}

static bool
phone_valid(const char *text)
{
	return strncmp(text, "+7", 2) == 0 && digits(text + 2, 10);
}

/* RFC 5321 as far as a form needs it: one @, a local part without blanks and quoting, a domain of
 * at least two labels. */
static bool
email_valid(const char *text)
{
	const char *at = strchr(text, '@'), *label;
	size_t local = at == NULL ? 0 : (size_t)(at - text), labels = 0;

	if (local == 0 || local > 64 || strlen(text) > 254)
		return false;
	for (const char *p = text; p < at; p++)
		if (*p <= ' ' || *p > '~' || strchr("\"(),:;<>[\\]", *p) != NULL)
			return false;
	for (label = at + 1;; label++, labels++) {
		size_t n = strspn(
		    label, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");

		if (n == 0 || n > 63 || label[0] == '-' || label[n - 1] == '-')
			return false;
		label += n;
		if (*label != '.')
			break;
	}
	return *label == '\0' && labels > 0;
}

static bool
kato_valid(const struct rules_hq_profile *p, const char *kato)
{
	if (!digits(kato, 9))
		return false;
	for (size_t i = 0; i < p->region_count; i++)
		if (strncmp(kato, p->regions[i], 2) == 0)
			return true;
	return false;
}

/* A value that must be there and hold; code says what it is when it does not. */
static void
need(struct housing_check *c, const char *value, bool holds, enum err_code code, const char *path)
{
	if (value[0] == '\0')
		service_violate(c->violations, ERR_V_REQUIRED, NULL, "%s", path);
	else if (!holds)
		service_violate(c->violations, code, NULL, "%s", path);
}

/* --- people and places -------------------------------------------------------------------------
 */

/* HQ-01: the channel; which ones are served is the profile's. Handled here is the portal. */
static void
check_channel(const struct housing_form *f, struct housing_check *c)
{
	bool served = c->profile->channel_pep && strcmp(f->channel, "PEP") == 0;

	need(c, f->channel, served, ERR_V_CHANNEL, ROOT "/channel");
}

/* B6, B7: an address is its registration code with KATO; its text only where there is no code. */
static void
check_applicant(const struct housing_form *f, struct housing_check *c)
{
	need(c, f->iin, service_iin_valid(f->iin, c->today), ERR_V_IIN, ROOT "/applicant/iin");
	need(c, f->phone, phone_valid(f->phone), ERR_V_PHONE, ROOT "/applicant/phone");
	if (f->email[0] != '\0')
		need(c, f->email, email_valid(f->email), ERR_V_EMAIL, ROOT "/applicant/email");
	if (f->rca[0] != '\0' || f->address[0] == '\0')
		need(c, f->rca, digits(f->rca, 16), ERR_V_RCA, ROOT "/applicant/address/@rca");
	need(c, f->kato, kato_valid(c->profile, f->kato), ERR_V_KATO,
	    ROOT "/applicant/address/@kato");
	need(c, f->locality, kato_valid(c->profile, f->locality), ERR_V_KATO, ROOT "/locality");
}

/* HQ-41: a notarial power of attorney has number, date and licence; of any other these stay empty
 * and a scan is attached. */
static void
check_poa(const struct housing_form *f, struct housing_check *c)
{
	static const char *const fields[] = {"number", "date", "notaryLicence"};
	const char *kind = housing_attribute(c, f->poa, "kind");
	bool notarial = strcmp(kind, "NOTARIAL") == 0, scan = false;
	struct cal_date date;

	if (!notarial && strcmp(kind, "OTHER") != 0) {
		service_violate(c->violations, ERR_V_POA, NULL, ROOT "/representative/poa/@kind");
		return;
	}
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		const char *value = housing_attribute(c, f->poa, fields[i]);
		bool holds = (value[0] != '\0') == notarial;

		if (holds && notarial && i == 1)
			holds = cal_read(value, &date) && cal_compare(date, c->today) <= 0;
		if (!holds)
			service_violate(c->violations, ERR_V_POA, NULL,
			    ROOT "/representative/poa/@%s", fields[i]);
	}
	for (size_t i = 0; i < f->attachment_count; i++)
		scan |= strcmp(f->attachments[i].code, "POA") == 0;
	if (!notarial && !scan)
		service_violate(c->violations, ERR_V_POA, NULL, ROOT "/attachments");
}

/* HQ-41: a representative without any power of attorney is refused. (On the portal the applicant
 * signs in any case: HQ-15 compares the certificate with the applicant.) */
static void
check_representative(const struct housing_form *f, struct housing_check *c)
{
	const char *iin;

	if (f->representative == NULL)
		return;
	iin = housing_text(c, f->representative, "iin");
	need(c, iin, service_iin_valid(iin, c->today), ERR_V_IIN, ROOT "/representative/iin");
	if (iin[0] != '\0' && strcmp(iin, f->iin) == 0)
		service_violate(c->violations, ERR_V_DUPLICATE, NULL, ROOT "/representative/iin");
	if (f->poa == NULL)
		service_violate(
		    c->violations, ERR_HQ_REPRESENTATIVE, NULL, ROOT "/representative/poa");
	else
		check_poa(f, c);
}

/* true when the applicant or an earlier member has this IIN. */
static bool
counted_already(const struct housing_form *f, struct housing_check *c,
    const struct dom_node *member, const char *iin)
{
	if (strcmp(iin, f->iin) == 0)
		return true;
	for (const struct dom_node *n = dom_first(f->family); n != member; n = dom_next(n))
		if (strcmp(housing_text(c, n, "iin"), iin) == 0)
			return true;
	return false;
}

static void
check_family(const struct housing_form *f, struct housing_check *c)
{
	size_t i = 1;

	if (f->family == NULL)
		return;
	for (const struct dom_node *n = dom_first(f->family); n != NULL; n = dom_next(n), i++) {
		const char *iin = housing_text(c, n, "iin"),
			   *kinship = housing_text(c, n, "kinship");

		if (iin[0] == '\0')
			service_violate(
			    c->violations, ERR_V_REQUIRED, NULL, ROOT "/family/member[%zu]/iin", i);
		else if (!service_iin_valid(iin, c->today))
			service_violate(
			    c->violations, ERR_V_IIN, NULL, ROOT "/family/member[%zu]/iin", i);
		else if (counted_already(f, c, n, iin))
			service_violate(c->violations, ERR_V_DUPLICATE, NULL,
			    ROOT "/family/member[%zu]/iin", i);
		if (rules_item(&c->profile->kinships, kinship) == NULL)
			service_violate(c->violations,
			    kinship[0] == '\0' ? ERR_V_REQUIRED : ERR_V_RANGE, NULL,
			    ROOT "/family/member[%zu]/kinship", i);
	}
}

int
housing_form_check(const struct housing_form *f, struct housing_check *c)
{
	check_channel(f, c);
	check_applicant(f, c);
	check_representative(f, c);
	check_family(f, c);
	housing_check_categories(f, c);
	housing_check_consents(f, c);
	housing_check_attachments(f, c);
	return c->e->code == ERR_OK ? 0 : -1;
}

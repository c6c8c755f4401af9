/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What an application asks for, agrees to and brings along: categories, consents, documents by the
 * profile's lists (domain.md HQ-02, HQ-14, B3.2, B3.4).
 */
#include "config.h"

#include <string.h>

#include "service/housing/housing.h"

#define ROOT "/SubmitRequest"

void
housing_check_categories(const struct housing_form *f, struct housing_check *c)
{
	for (size_t i = 0; i < f->category_count; i++) {
		bool twice = false;

		for (size_t k = 0; k < i; k++)
			twice |= strcmp(f->categories[k], f->categories[i]) == 0;
		if (rules_item(&c->profile->categories, f->categories[i]) == NULL)
			service_violate(c->violations, ERR_V_CATEGORY, NULL,
			    ROOT "/requestedCategory[%zu]", i + 1);
		else if (twice)
			service_violate(c->violations, ERR_V_DUPLICATE, NULL,
			    ROOT "/requestedCategory[%zu]", i + 1);
	}
}

/* How often this consent is given. */
static size_t
given(const struct housing_form *f, struct housing_check *c, const char *code)
{
	size_t n = 0;

	for (const struct dom_node *at = f->consents == NULL ? NULL : dom_first(f->consents);
	     at != NULL; at = dom_next(at)) {
		struct octets text = {NULL, 0};

		if (dom_text(at, c->arena, &text, c->e) == 0 && octets_is(text, code))
			n++;
	}
	return n;
}

static void
check_consent_codes(const struct housing_form *f, struct housing_check *c)
{
	size_t i = 1;

	if (f->consents == NULL)
		return;
	for (const struct dom_node *n = dom_first(f->consents); n != NULL; n = dom_next(n), i++) {
		struct octets text = {NULL, 0};

		if (dom_text(n, c->arena, &text, c->e) != 0)
			return;
		if (text.len == 0 ||
		    rules_item(&c->profile->consents, (const char *)text.data) == NULL)
			service_violate(
			    c->violations, ERR_V_RANGE, NULL, ROOT "/consents/consent[%zu]", i);
	}
}

void
housing_check_consents(const struct housing_form *f, struct housing_check *c)
{
	const struct rules_list *consents = &c->profile->consents;

	check_consent_codes(f, c);
	for (size_t i = 0; i < consents->count; i++) {
		const struct rules_item *item = &consents->items[i];
		size_t n = given(f, c, item->code);

		if (n == 0 && item->required)
			service_violate(
			    c->violations, ERR_V_CONSENT, &item->name, ROOT "/consents");
		if (n > 1)
			service_violate(
			    c->violations, ERR_V_DUPLICATE, &item->name, ROOT "/consents");
	}
}

/* --- documents ---------------------------------------------------------------------------------
 */

static bool
attached(const struct housing_form *f, const char *code)
{
	for (size_t i = 0; i < f->attachment_count; i++)
		if (strcmp(f->attachments[i].code, code) == 0)
			return true;
	return false;
}

static bool
asked_for(const struct housing_form *f, const struct rules_item *document)
{
	if (document->required)
		return true;
	for (size_t i = 0; i < f->category_count; i++)
		if (rules_asked_by(document, f->categories[i]))
			return true;
	return false;
}

static void
check_required(const struct housing_form *f, struct housing_check *c)
{
	for (size_t i = 0; i < c->profile->documents.count; i++) {
		const struct rules_item *document = &c->profile->documents.items[i];

		if (asked_for(f, document) && !attached(f, document->code))
			service_violate(c->violations, ERR_HQ_DOCUMENT_MISSING, &document->name,
			    ROOT "/attachments/attachment[@docCode='%s']", document->code);
	}
}

/* The content itself: base64, not larger than the profile lets, its digest, its type. */
static bool
content_holds(const struct housing_attachment *a, struct housing_check *c)
{
	struct octets base64, content;

	if (dom_text(a->content, c->arena, &base64, c->e) != 0)
		return true; /* told as an error, not as a violation */
	return housing_decode(base64, c->arena, &content) && content.len > 0 &&
	       content.len <= c->profile->attachment_octets &&
	       (a->sha256[0] == '\0' || housing_digest_holds(content, a->sha256)) &&
	       (a->mime[0] == '\0' || housing_mime_holds(content, a->mime));
}

/* Either the content or the place where it is; both would be two contents under one digest. */
static void
check_content(const struct housing_attachment *a, size_t i, struct housing_check *c)
{
	bool here = a->content != NULL, elsewhere = a->upload_id[0] != '\0';

	if (!here && !elsewhere)
		service_violate(c->violations, ERR_V_REQUIRED, NULL,
		    ROOT "/attachments/attachment[%zu]/content", i);
	if (here && (elsewhere || !content_holds(a, c)))
		service_violate(c->violations, ERR_V_CONTENT, NULL,
		    ROOT "/attachments/attachment[%zu]/content", i);
	if (a->sha256[0] == '\0')
		service_violate(c->violations, ERR_V_REQUIRED, NULL,
		    ROOT "/attachments/attachment[%zu]/@sha256", i);
	else if (strlen(a->sha256) != 64 || strspn(a->sha256, "0123456789abcdefABCDEF") != 64)
		service_violate(c->violations, ERR_V_CONTENT, NULL,
		    ROOT "/attachments/attachment[%zu]/@sha256", i);
}

/* A document may come in several files, but not the same file twice. */
static bool
attached_before(const struct housing_form *f, size_t i)
{
	const struct housing_attachment *a = f->attachments;

	for (size_t k = 0; k < i; k++)
		if (strcmp(a[k].code, a[i].code) == 0 &&
		    strcasecmp(a[k].sha256, a[i].sha256) == 0 && a[i].sha256[0] != '\0')
			return true;
	return false;
}

/* HQ-35: the mark that an original on paper was seen is the clerk's; a citizen cannot set it. */
static bool
marked_as_seen(const struct housing_attachment *a)
{
	return strcmp(a->paper_original_seen, "true") == 0 ||
	       strcmp(a->paper_original_seen, "1") == 0;
}

void
housing_check_attachments(const struct housing_form *f, struct housing_check *c)
{
	for (size_t i = 0; i < f->attachment_count; i++) {
		const struct housing_attachment *a = &f->attachments[i];

		if (rules_item(&c->profile->documents, a->code) == NULL)
			service_violate(c->violations, ERR_V_DOCUMENT, NULL,
			    ROOT "/attachments/attachment[%zu]/@docCode", i + 1);
		if (marked_as_seen(a) && strcmp(f->channel, "PEP") == 0)
			service_violate(c->violations, ERR_V_RANGE, NULL,
			    ROOT "/attachments/attachment[%zu]/@paperOriginalSeen", i + 1);
		check_content(a, i + 1, c);
		if (attached_before(f, i))
			service_violate(c->violations, ERR_V_DUPLICATE, NULL,
			    ROOT "/attachments/attachment[%zu]", i + 1);
	}
	check_required(f, c);
}

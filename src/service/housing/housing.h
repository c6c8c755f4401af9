/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The form of an application for the housing queue: what was read from it, and the checks of it.
 *
 * The schema has held before: elements are in their places. The checks find every violation of a
 * value at once; none of them stops at the first.
 */
#ifndef SERVICE_HOUSING_HOUSING_H
#define SERVICE_HOUSING_HOUSING_H

#include "service/answer.h"
#include "service/inner.h"

#define HOUSING_NS "urn:shepd:hq:1"

struct housing_attachment {
	const char *code, *upload_id, *sha256, *mime, *paper_original_seen;
	const struct dom_node *content; /* or NULL */
};

struct housing_form {
	const char *channel;
	const char *iin, *phone, *email, *address, *rca, *kato;
	const struct dom_node *representative, *poa; /* or NULL */
	const char *locality;
	const char *const *categories;
	size_t category_count;
	const struct dom_node *family, *consents; /* or NULL */
	const struct housing_attachment *attachments;
	size_t attachment_count;
};

/* What the checks of one form share; the first failure that is none of the form's stays in *e. */
struct housing_check {
	const struct rules_hq_profile *profile;
	struct cal_date today;
	struct arena *arena;
	struct service_violations *violations;
	struct err *e;
};

/* Strings are in the arena or the document; "" for what is missing. */
int housing_form_read(
    const struct dom_node *root, struct arena *, struct housing_form *out, struct err *) MUSTCHECK;

/* Every violation of the form goes to check->violations. ERR_NOMEM, ERR_MSG_FORMAT. */
int housing_form_check(const struct housing_form *, struct housing_check *) MUSTCHECK;

/* Parts of the above (papers.c): what is asked for, agreed to and attached. */
void housing_check_categories(const struct housing_form *, struct housing_check *);
void housing_check_consents(const struct housing_form *, struct housing_check *);
void housing_check_attachments(const struct housing_form *, struct housing_check *);

/* Base64 in an element's text, decoded into the arena. false when it is none. */
bool housing_decode(struct octets base64, struct arena *, struct octets *out);

/* true when the hex digest is the SHA-256 of the content. */
bool housing_digest_holds(struct octets content, const char *hex);

/* true when the content begins as this MIME type does: PDF, JPEG, PNG; of others nothing is known.
 */
bool housing_mime_holds(struct octets content, const char *mime);

/* <status> with the profile's texts. ERR_INTERNAL when it has none for this state. */
int housing_put_status(
    struct answer *, const struct rules_hq_profile *, const char *state, struct err *) MUSTCHECK;

/* The text of a child of this name, "" for none. */
const char *housing_text(struct housing_check *, const struct dom_node *of, const char *name);
const char *housing_attribute(struct housing_check *, const struct dom_node *of, const char *name);

#endif

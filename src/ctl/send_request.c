/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The request of `shepctl send`: payload, business signature, place in data, transport signature.
 *
 * The same rooms that write the daemon's replies write it, so what is sent is always well-formed.
 */
#include "config.h"

#include <string.h>

#include "codec/codec.h"
#include "ctl/send.h"
#include "env/env.h"
#include "run/call.h"
#include "run/file.h"
#include "sig/sig.h"

#define PAYLOAD_MOST ((size_t)64 * 1024 * 1024)
#define STRING_TYPE "xmlns:xsi=\"" ENV_XSI "\" xmlns:xs=\"" ENV_XS "\" xsi:type=\"xs:string\""

/* A certificate with its key in PEM, or a PKCS#12 when there is no key. */
static int
load_identity(const char *cert, const char *key, const char *password_file, struct arena *a,
    struct pki_identity **out, struct err *e)
{
	const char *password = NULL;

	if (password_file != NULL && run_file_secret(password_file, a, &password, e) != 0)
		return -1;
	return pki_identity_load(cert, key, password, out, e);
}

/* The payload as a stand-alone document without XML declaration. */
static int
read_payload(const char *path, struct arena *a, struct octets *out, struct err *e)
{
	struct dom_limits limits = dom_default_limits;
	struct octets file = {NULL, 0};
	struct dom *doc = NULL;

	limits.octets = PAYLOAD_MOST;
	if (run_file_read(path, PAYLOAD_MOST, a, &file, e) != 0)
		return -1;
	if (dom_parse(file, &limits, &doc, e) != 0)
		return err_at(e, path);
	int rc = dom_write(dom_root(doc), a, out, e);
	dom_free(doc);
	return rc;
}

static int
sign_payload(const struct send_options *o, struct octets *document, struct arena *a, struct err *e)
{
	struct pki_identity *citizen = NULL;

	if (o->business_cert == NULL)
		return 0;
	if (load_identity(
		o->business_cert, o->business_key, o->business_password_file, a, &citizen, e) != 0)
		return -1;
	int rc = sig_sign_document(*document, citizen, a, document, e);
	pki_identity_free(citizen);
	return rc;
}

/* <data> around the document, for the placement where data itself is signed. */
static int
wrap_in_data(struct octets *document, struct arena *a, struct err *e)
{
	char *wrapped =
	    arena_printf(a, "<data>%.*s</data>", (int)document->len, (const char *)document->data);

	if (wrapped == NULL)
		return err_set(e, ERR_NOMEM, "data");
	*document = octets_of(wrapped);
	return 0;
}

/* What stands between the tags of <data>, which the codec writes. */
static void
unwrap_data(struct octets *document)
{
	document->data += strlen("<data>");
	document->len -= strlen("<data></data>");
}

/* The content of data and its attributes. */
static int
write_data(const struct send_options *o, struct arena *a, struct octets *out,
    const char **attributes, struct err *e)
{
	const char *placement = o->placement != NULL ? o->placement : "child";
	bool in_data = strcmp(placement, "data") == 0, text = strcmp(placement, "text") == 0;

	*out = (struct octets){NULL, 0};
	*attributes = text ? STRING_TYPE : NULL;
	if (read_payload(o->payload, a, out, e) != 0 || (in_data && wrap_in_data(out, a, e) != 0) ||
	    sign_payload(o, out, a, e) != 0)
		return -1;
	if (in_data)
		unwrap_data(out);
	return text ? env_escape(*out, a, out, e) : 0;
}

static int
describe_request(
    const struct send_options *o, struct arena *a, struct msg_request *r, struct err *e)
{
	char uuid[37];

	*r = (struct msg_request){.channel = MSG_SYNC,
	    .operation = "SendMessage",
	    .message_id = o->message_id,
	    .service_id = o->service,
	    .message_date = run_now(),
	    .sender = {.sender_id = o->sender}};
	if (o->date != NULL && !clock_read(o->date, &r->message_date))
		return err_set(e, ERR_CONFIG, "--date %s: no dateTime", o->date);
	if (r->message_id == NULL) {
		if (run_uuid(uuid, e) != 0)
			return -1;
		r->message_id = arena_strdup(a, uuid);
	}
	if (r->message_id == NULL)
		return err_set(e, ERR_NOMEM, "messageId");
	return run_file_secret(o->secret_file, a, &r->sender.password, e);
}

static int
write_operation(const struct send_options *o, const struct msg_request *r, struct arena *a,
    struct octets *out, struct err *e)
{
	struct codec *codec = NULL;
	struct octets data = {NULL, 0};
	const char *attributes = NULL;
	int rc = -1;

	if (write_data(o, a, &data, &attributes, e) == 0 && codec_new(&codec, e) == 0)
		rc = codec_write_sync_request(codec, r, data, attributes, a, out, e);
	codec_free(codec);
	return rc;
}

int
send_write_request(const struct send_options *o, struct arena *a, struct octets *out,
    const char **message_id, struct err *e)
{
	struct pki_identity *sender = NULL;
	struct msg_request r;
	struct octets operation = {NULL, 0}, envelope = {NULL, 0};
	char uuid[37];
	const char *id;
	int rc = -1;

	*out = (struct octets){NULL, 0};
	if (describe_request(o, a, &r, e) != 0 || write_operation(o, &r, a, &operation, e) != 0 ||
	    load_identity(o->cert, o->key, o->password_file, a, &sender, e) != 0 ||
	    run_uuid(uuid, e) != 0)
		goto out;
	if ((id = arena_printf(a, "id-%s", uuid)) == NULL) {
		err_set(e, ERR_NOMEM, "Body id");
		goto out;
	}
	if (env_write(operation, id, a, &envelope, e) != 0)
		goto out;
	rc = sig_sign_envelope(
	    envelope, sender, o->issuer_serial ? SIG_ISSUER_SERIAL : SIG_KEY_IDENTIFIER, a, out, e);
	*message_id = r.message_id;
out:
	pki_identity_free(sender);
	return rc;
}

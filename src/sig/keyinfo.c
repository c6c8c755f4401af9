/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The forms of KeyInfo that ShEP's partners send (shep.md 4.1, nca.md 4.1); see keyinfo.h.
 */
#include "config.h"

#include <string.h>

#include "sig/base64.h"
#include "sig/keyinfo.h"
#include "sig/walk.h"

/* Where to look; handed down the forms. */
struct look {
	const struct env *env;
	struct pki *pki;
	struct instant at;
	struct arena *arena;
};

/* Whatever is wrong with the form of KeyInfo is one refusal. */
static int
form_error(struct err *e)
{
	if (e->code == ERR_SIG_STRUCTURE)
		e->code = ERR_SIG_KEYINFO;
	return -1;
}

/* An absent EncodingType means base64 (WSS 1.1 6.3); anything else is refused. */
static int
check_types(const struct dom_node *node, struct arena *a, struct err *e)
{
	const char *encoding = dom_attribute(node, "", "EncodingType", a);
	const char *value = dom_attribute(node, "", "ValueType", a);

	if (encoding != NULL && strcmp(encoding, SIG_TYPE_BASE64) != 0)
		return err_set(e, ERR_SIG_KEYINFO, "EncodingType of %s", dom_name(node));
	if (value == NULL || strcmp(value, SIG_TYPE_X509) != 0)
		return err_set(e, ERR_SIG_KEYINFO, "ValueType of %s is not X509v3", dom_name(node));
	return 0;
}

static int
decode(
    const struct dom_node *node, const struct look *l, const struct pki_cert **out, struct err *e)
{
	struct octets text, der;

	if (sig_text(node, l->arena, &text, e) != 0)
		return form_error(e);
	if ((*out = pki_recall(l->pki, text)) != NULL)
		return 0;
	if (!sig_base64_read(text, l->arena, &der))
		return err_set(e, ERR_SIG_KEYINFO, "%s is not base64", dom_name(node));
	if (pki_decode(l->pki, der, out, e) != 0)
		return -1;
	pki_remember(l->pki, text, *out);
	return 0;
}

static int
by_key_identifier(
    const struct dom_node *node, const struct look *l, const struct pki_cert **out, struct err *e)
{
	if (sig_expect(node, ENV_WSSE, "KeyIdentifier", "EncodingType ValueType wsu:Id", e) != 0)
		return form_error(e);
	if (check_types(node, l->arena, e) != 0)
		return -1;
	return decode(node, l, out, e);
}

static int
by_token(
    const struct dom_node *node, const struct look *l, const struct pki_cert **out, struct err *e)
{
	const struct dom_node *token = l->env == NULL ? NULL : l->env->token;
	const char *uri, *type, *id;
	struct sig_children c;

	if (sig_expect(node, ENV_WSSE, "Reference", "URI ValueType", e) != 0 ||
	    sig_children(node, &c, e) != 0)
		return form_error(e);
	if (c.count > 0)
		return err_set(e, ERR_SIG_KEYINFO, "wsse:Reference is not empty");
	uri = dom_attribute(node, "", "URI", l->arena);
	type = dom_attribute(node, "", "ValueType", l->arena);
	id = token == NULL ? NULL : dom_attribute(token, ENV_WSU, "Id", l->arena);
	if (uri == NULL || id == NULL || uri[0] != '#' || strcmp(uri + 1, id) != 0)
		return err_set(
		    e, ERR_SIG_KEYINFO, "Reference to no BinarySecurityToken of this Security");
	if (type != NULL && strcmp(type, SIG_TYPE_X509) != 0)
		return err_set(e, ERR_SIG_KEYINFO, "ValueType of Reference is not X509v3");
	if (sig_expect(
		token, ENV_WSSE, "BinarySecurityToken", "EncodingType ValueType wsu:Id", e) != 0)
		return form_error(e);
	if (check_types(token, l->arena, e) != 0)
		return -1;
	return decode(token, l, out, e);
}

static int
read_issuer_serial(const struct dom_node *node, const struct look *l, const char **issuer_out,
    const char **serial_out, struct err *e)
{
	struct octets issuer, serial;
	struct sig_children c;

	if (sig_children(node, &c, e) != 0)
		return form_error(e);
	if (c.count != 2)
		return err_set(e, ERR_SIG_KEYINFO, "X509IssuerSerial has %zu children", c.count);
	if (sig_expect(c.at[0], ENV_DS, "X509IssuerName", "", e) != 0 ||
	    sig_expect(c.at[1], ENV_DS, "X509SerialNumber", "", e) != 0 ||
	    sig_text(c.at[0], l->arena, &issuer, e) != 0 ||
	    sig_text(c.at[1], l->arena, &serial, e) != 0)
		return form_error(e);
	*issuer_out = arena_string(l->arena, issuer);
	*serial_out = arena_string(l->arena, serial);
	if (*issuer_out == NULL || *serial_out == NULL)
		return err_set(e, ERR_NOMEM, "issuer and serial");
	return 0;
}

/* One certificate and one name of it at most; chains and CRLs of the sender's are not wanted. */
static int
split_x509_data(const struct dom_node *node, const struct dom_node **certificate,
    const struct dom_node **name, struct err *e)
{
	struct sig_children c;

	*certificate = *name = NULL;
	if (sig_expect(node, ENV_DS, "X509Data", "", e) != 0 || sig_children(node, &c, e) != 0)
		return form_error(e);
	for (size_t i = 0; i < c.count; i++) {
		bool is_name = dom_is(c.at[i], ENV_DS, "X509IssuerSerial");
		const struct dom_node **place = is_name ? name : certificate;
		const char *kind = is_name ? "X509IssuerSerial" : "X509Certificate";

		if (*place != NULL)
			return err_set(e, ERR_SIG_KEYINFO, "X509Data with two of a kind");
		if (sig_expect(c.at[i], ENV_DS, kind, "", e) != 0)
			return form_error(e);
		*place = c.at[i];
	}
	return c.count > 0 ? 0 : err_set(e, ERR_SIG_KEYINFO, "X509Data is empty");
}

/* Certificate and name side by side must agree. zeep sends both, and through Debian's
 * python3-xmlsec the name stays empty: then it says nothing. A document brings its certificate: no
 * citizen is pinned. */
static int
by_x509_data(
    const struct dom_node *node, const struct look *l, const struct pki_cert **out, struct err *e)
{
	const struct dom_node *certificate, *name;
	const char *issuer = NULL, *serial = NULL;

	if (split_x509_data(node, &certificate, &name, e) != 0)
		return -1;
	if (certificate == NULL && l->env == NULL)
		return err_set(e, ERR_SIG_KEYINFO, "X509Data without a certificate");
	if (certificate != NULL && name != NULL && dom_first(name) == NULL && !dom_has_text(name))
		name = NULL;
	if (name != NULL && read_issuer_serial(name, l, &issuer, &serial, e) != 0)
		return -1;
	if (certificate == NULL)
		return pki_find_partner(l->pki, issuer, serial, l->at, out, e);
	if (decode(certificate, l, out, e) != 0)
		return -1;
	if (name != NULL && !pki_is_named(*out, issuer, serial))
		return err_set(
		    e, ERR_SIG_KEYINFO, "X509IssuerSerial names another certificate than is there");
	return 0;
}

static int
by_token_reference(
    const struct dom_node *node, const struct look *l, const struct pki_cert **out, struct err *e)
{
	struct sig_children c;

	const char *type;

	if (sig_expect(node, ENV_WSSE, "SecurityTokenReference", "Id wsu:Id wsse11:TokenType", e) !=
		0 ||
	    sig_children(node, &c, e) != 0)
		return form_error(e);
	type = dom_attribute(node, SIG_WSSE11, "TokenType", l->arena);
	if (type != NULL && strcmp(type, SIG_TYPE_X509) != 0)
		return err_set(e, ERR_SIG_KEYINFO, "TokenType is not X509v3");
	if (c.count != 1)
		return err_set(
		    e, ERR_SIG_KEYINFO, "SecurityTokenReference has %zu children", c.count);
	if (dom_is(c.at[0], ENV_WSSE, "Reference"))
		return by_token(c.at[0], l, out, e);
	if (dom_is(c.at[0], ENV_DS, "X509Data"))
		return by_x509_data(c.at[0], l, out, e);
	return by_key_identifier(c.at[0], l, out, e);
}

/* A token that no KeyInfo speaks of is somebody else's name on the message. */
static int
refuse_stray_tokens(const struct look *l, bool by_reference, struct err *e)
{
	size_t tokens = dom_count(l->env->security, ENV_WSSE, "BinarySecurityToken");

	if (tokens > (by_reference ? 1 : 0))
		return err_set(e, ERR_SIG_KEYINFO, "a BinarySecurityToken that nothing refers to");
	return 0;
}

int
sig_find_certificate(const struct sig_shape *shape, const struct env *env, struct pki *pki,
    struct instant at, struct arena *a, const struct pki_cert **out, struct err *e)
{
	const struct look l = {env, pki, at, a};
	const struct dom_node *reference;
	struct sig_children c;

	*out = NULL;
	if (sig_children(shape->key_info, &c, e) != 0)
		return form_error(e);
	if (c.count != 1)
		return err_set(e, ERR_SIG_KEYINFO, "KeyInfo has %zu children", c.count);
	if (env == NULL)
		return by_x509_data(c.at[0], &l, out, e);
	reference = dom_child(c.at[0], ENV_WSSE, "Reference");
	if (refuse_stray_tokens(&l, reference != NULL, e) != 0)
		return -1;
	if (dom_is(c.at[0], ENV_DS, "X509Data"))
		return by_x509_data(c.at[0], &l, out, e);
	return by_token_reference(c.at[0], &l, out, e);
}

/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * sig: the transport signature. Hostile messages are signed rightly, so that it is the structure,
 * the coverage or the policy that refuses them and not the cryptography.
 */
#include "config.h"

#include "dom/libxml.h"
#include "sig_common.h"

#define REFUSE_ALL(c, edits) common_refuse_all(c, edits, sizeof(edits) / sizeof(edits[0]))

static void
accepts_each_algorithm_with_its_own_key(void **state)
{
	struct common *c = *state;
	const struct {
		const struct pki_identity *identity;
		const char *method, *digest;
		enum sig_algorithm algorithm;
	} rows[] = {
	    {c->gateway, RSA, SHA256, SIG_RSA_SHA256},
	    {c->gost,
		"urn:ietf:params:xml:ns:pkigovkz:xmlsec:algorithms:gostr34102015-gostr34112015-512",
		"urn:ietf:params:xml:ns:pkigovkz:xmlsec:algorithms:gostr34112015-512",
		SIG_GOST2015},
	    {c->gost2004, "http://www.w3.org/2001/04/xmldsig-more#gost34310-gost34311",
		"http://www.w3.org/2001/04/xmldsig-more#gost34311", SIG_GOST2004},
	};
	struct sig_part part;
	struct err e;

	for (size_t i = 0; i < 3; i++) {
		const char *text = sign_replace(c->arena, ENVELOPE, RSA, rows[i].method);
		text = sign_replace(c->arena, text, SHA256, rows[i].digest);
		text = sign_template(c->arena, text, rows[i].identity);
		assert_int_equal(common_verify(c, text, &part, &e), ERR_OK);
		assert_int_equal(part.algorithm, rows[i].algorithm);
		assert_string_equal(part.signer.bin, "000140000304");
	}
}

static void
gives_the_octets_that_were_digested(void **state)
{
	struct common *c = *state;
	struct sig_part part;
	struct err e;
	const char *text = common_edit(c, "000101300019", "0001<!-- x --><![CDATA[0130]]>0019");

	assert_int_equal(common_verify(c, text, &part, &e), ERR_OK);
	/* exc-c14n: no comment, no CDATA, namespaces where they are used */
	assert_true(
	    octets_is(part.digested, "<soap:Body xmlns:soap=\"" ENV_SOAP "\" xmlns:wsu=\"" ENV_WSU
				     "\" wsu:Id=\"body-1\">" PAYLOAD "</soap:Body>"));
}

static void
accepts_every_form_of_key_information(void **state)
{
	struct common *c = *state;
	static const char *const forms[] = {
	    "<ds:X509Data><ds:X509Certificate>@CERT@</ds:X509Certificate></ds:X509Data>",
	    "<wsse:SecurityTokenReference "
	    "wsu:Id=\"STR-1\"><ds:X509Data><ds:X509Certificate>\n@CERT@\n"
	    "</ds:X509Certificate></ds:X509Data></wsse:SecurityTokenReference>",
	    "<wsse:SecurityTokenReference><wsse:KeyIdentifier ValueType=\"" X509_TYPE
	    "\">@CERT@</wsse:KeyIdentifier></wsse:SecurityTokenReference>",
	    "<wsse:SecurityTokenReference xmlns:w=\"http://docs.oasis-open.org/wss/"
	    "oasis-wss-wssecurity-secext-1.1.xsd\" w:TokenType=\"" X509_TYPE
	    "\"><wsse:KeyIdentifier " WSSE_TYPES
	    ">@CERT@</wsse:KeyIdentifier></wsse:SecurityTokenReference>",
	};
	struct err e;

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		assert_int_equal(
		    common_verify(c, common_edit(c, KEY_IDENTIFIER, forms[i]), NULL, &e), ERR_OK);
}

/* A message in WSS4J's form: token, Timestamp and Body signed. */
#define TOKEN                                                                                      \
	"<wsse:BinarySecurityToken " WSSE_TYPES                                                    \
	" wsu:Id=\"X509-1\">@CERT@</wsse:BinarySecurityToken>"
#define TIMESTAMP(created, expires)                                                                \
	"<wsu:Timestamp wsu:Id=\"TS-1\"><wsu:Created>" created "</wsu:Created>" expires            \
	"</wsu:Timestamp>"
#define EXPIRES(at) "<wsu:Expires>" at "</wsu:Expires>"

static const char *
wss4j(struct common *c, const char *timestamp, const char *references)
{
	struct arena *a = c->arena;
	const char *text = sign_replace(
	    a, ENVELOPE, "<ds:Signature ", arena_printf(a, "%s%s<ds:Signature ", TOKEN, timestamp));

	text = sign_replace(a, text, REFERENCE("body-1"), references);
	text = sign_replace(a, text, KEY_IDENTIFIER,
	    "<wsse:SecurityTokenReference><wsse:Reference URI=\"#X509-1\" ValueType=\"" X509_TYPE
	    "\"/></wsse:SecurityTokenReference>");
	return sign_template(a, text, c->gateway);
}

static void
accepts_a_token_and_a_timestamp_that_are_signed(void **state)
{
	struct common *c = *state;
	const char *timestamp =
	    TIMESTAMP("2026-06-30T23:59:00Z", EXPIRES("2026-07-01T00:04:00.500Z"));
	struct err e;

	assert_int_equal(
	    common_verify(c,
		wss4j(c, timestamp, REFERENCE("body-1") REFERENCE("TS-1") REFERENCE("X509-1")),
		NULL, &e),
	    ERR_OK);
	assert_int_equal(common_verify(c, wss4j(c, "", REFERENCE("body-1")), NULL, &e), ERR_OK);
}

static void
refuses_a_timestamp_that_is_not_right(void **state)
{
	struct common *c = *state;
	static const struct {
		const char *text;
		enum err_code code;
	} rows[] = {
	    /* five minutes of skew are let through, to the second */
	    {TIMESTAMP("2026-07-01T00:05:00Z", ""), ERR_OK},
	    {TIMESTAMP("2026-07-01T00:05:01Z", ""), ERR_SIG_TIMESTAMP},
	    {TIMESTAMP("2026-06-30T23:00:00Z", EXPIRES("2026-06-30T23:55:00Z")), ERR_OK},
	    {TIMESTAMP("2026-06-30T23:00:00Z", EXPIRES("2026-06-30T23:54:59Z")), ERR_SIG_TIMESTAMP},
	    {TIMESTAMP("2026-07-01T00:01:00Z", EXPIRES("2026-07-01T00:00:59Z")), ERR_SIG_TIMESTAMP},
	    {TIMESTAMP("tomorrow", ""), ERR_SIG_TIMESTAMP},
	    {TIMESTAMP("2026-07-01", ""), ERR_SIG_TIMESTAMP},
	    {TIMESTAMP("2026-07-01T00:00:00", ""), ERR_SIG_TIMESTAMP}, /* whose time? */
	    {TIMESTAMP("2026-07-01T05:00:00+05:00", ""), ERR_OK},
	    {TIMESTAMP("2026-07-01T00:00:00Z", EXPIRES("2026-07-01T00:00:00Z") "<wsu:X/>"),
		ERR_SIG_TIMESTAMP},
	    {"<wsu:Timestamp wsu:Id=\"TS-1\"/>", ERR_SIG_TIMESTAMP},
	    {TIMESTAMP("2026<!-- -->-07-01T00:00:00Z", ""), ERR_SIG_STRUCTURE},
	};
	struct err e;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(
		    common_verify(
			c, wss4j(c, rows[i].text, REFERENCE("body-1") REFERENCE("TS-1")), NULL, &e),
		    rows[i].code);
}

static void
refuses_a_timestamp_that_is_not_signed(void **state)
{
	struct common *c = *state;
	struct err e;

	assert_int_equal(
	    common_verify(
		c, wss4j(c, TIMESTAMP("2026-07-01T00:00:00Z", ""), REFERENCE("body-1")), NULL, &e),
	    ERR_SIG_COVERAGE);
}

static void
refuses_a_message_without_signature(void **state)
{
	struct common *c = *state;
	struct err e;
	const char *text = strstr(ENVELOPE, "<ds:Signature");
	const char *end = strstr(ENVELOPE, SECURITY_END);

	text = arena_printf(c->arena, "%.*s%s", (int)(text - ENVELOPE), ENVELOPE, end);
	assert_int_equal(common_verify(c, text, NULL, &e), ERR_SIG_MISSING);
	assert_string_equal(err_wire(&e), "SCE007");
}

static void
refuses_whatever_the_structure_does_not_have(void **state)
{
	static const struct edit edits[] = {
	    {"a comment in DigestValue", "<ds:DigestValue>", "<ds:DigestValue><!-- -->",
		ERR_SIG_STRUCTURE},
	    {"CDATA in DigestValue", "@DIGEST:body-1@", "<![CDATA[@DIGEST:body-1@]]>",
		ERR_SIG_STRUCTURE},
	    {"CDATA in SignatureValue", "@VALUE@", "<![CDATA[@VALUE@]]>", ERR_SIG_STRUCTURE},
	    {"text in SignatureMethod", SIGN_METHOD,
		"<ds:SignatureMethod Algorithm=\"" RSA "\">8</ds:SignatureMethod>",
		ERR_SIG_STRUCTURE},
	    {"text in DigestMethod", DIGEST_METHOD,
		"<ds:DigestMethod Algorithm=\"" SHA256 "\">8</ds:DigestMethod>", ERR_SIG_STRUCTURE},
	    {"an element in DigestValue", "</ds:DigestValue>", "<x/></ds:DigestValue>",
		ERR_SIG_STRUCTURE},
	    {"text in SignedInfo", "</ds:SignedInfo>", "x</ds:SignedInfo>", ERR_SIG_STRUCTURE},
	    {"a comment in SignedInfo", "</ds:SignedInfo>", "<!-- --></ds:SignedInfo>",
		ERR_SIG_STRUCTURE},
	    {"something before SignedInfo", "<ds:SignedInfo>", "<ds:X/><ds:SignedInfo>",
		ERR_SIG_STRUCTURE},
	    {"two SignedInfo", "<ds:SignedInfo>", "<ds:SignedInfo/><ds:SignedInfo>",
		ERR_SIG_STRUCTURE},
	    {"an Object", "</ds:Signature>", "<ds:Object/></ds:Signature>", ERR_SIG_STRUCTURE},
	    {"two DigestValue", "</ds:Reference>",
		"<ds:DigestValue>AA==</ds:DigestValue></ds:Reference>", ERR_SIG_STRUCTURE},
	    {"a foreign attribute", "<ds:Reference ", "<ds:Reference Type=\"t\" ",
		ERR_SIG_STRUCTURE},
	    {"an attribute of another namespace", "<ds:Reference ",
		"<ds:Reference xml:lang=\"kk\" ", ERR_SIG_STRUCTURE},
	    {"an element of another namespace", "ds:SignatureValue>", "wsu:SignatureValue>",
		ERR_SIG_STRUCTURE},
	    {"an order of its own", VALUE KEY_INFO, KEY_INFO VALUE, ERR_SIG_STRUCTURE},
	    {"no reference", REFERENCE("body-1"), "", ERR_SIG_STRUCTURE},
	    {"five references", REFERENCE("body-1"),
		REFERENCE("body-1") REFERENCE("body-1") REFERENCE("body-1") REFERENCE("body-1")
		    REFERENCE("body-1"),
		ERR_SIG_STRUCTURE},
	    {"an empty value", "@VALUE@", " ", ERR_SIG_STRUCTURE},
	    {"a value that is not base64", "@VALUE@", "AAA-", ERR_SIG_STRUCTURE},
	    {"bits that mean nothing", "@VALUE@", "AB==", ERR_SIG_STRUCTURE},
	    {"padding inside", "@VALUE@", "AA==AAAA", ERR_SIG_STRUCTURE},
	    {"a digest of another length", "@DIGEST:body-1@", "AAAA", ERR_SIG_STRUCTURE},
	    {"no Algorithm", SIGN_METHOD, "<ds:SignatureMethod/>", ERR_SIG_STRUCTURE},
	};

	REFUSE_ALL(*state, edits);
}

#define LETTERS_64 "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijkl"

static void
refuses_a_reference_that_is_not_a_bare_name(void **state)
{
	static const struct edit edits[] = {
	    {"no URI", " URI=\"#body-1\"", "", ERR_SIG_STRUCTURE},
	    {"xpointer", "URI=\"#body-1\"", "URI=\"#xpointer(id('body-1'))\"", ERR_SIG_STRUCTURE},
	    {"quote", "URI=\"#body-1\"", "URI=\"#body-1')|id('body-1\"", ERR_SIG_STRUCTURE},
	    {"file", "URI=\"#body-1\"", "URI=\"file:///etc/passwd\"", ERR_SIG_STRUCTURE},
	    {"http", "URI=\"#body-1\"", "URI=\"http://127.0.0.1:9/\"", ERR_SIG_STRUCTURE},
	    {"digit first", "URI=\"#body-1\"", "URI=\"#1body\"", ERR_SIG_STRUCTURE},
	    {"nothing but #", "URI=\"#body-1\"", "URI=\"#\"", ERR_SIG_STRUCTURE},
	    {"the whole envelope", "URI=\"#body-1\"", "URI=\"\"", ERR_SIG_COVERAGE},
	    {"128 characters", "URI=\"#body-1\"", "URI=\"#" LETTERS_64 LETTERS_64 "\"",
		ERR_SIG_COVERAGE},
	    {"129 characters", "URI=\"#body-1\"", "URI=\"#" LETTERS_64 LETTERS_64 "a\"",
		ERR_SIG_STRUCTURE},
	};

	REFUSE_ALL(*state, edits);
}

static void
refuses_algorithms_outside_the_table(void **state)
{
	static const struct edit edits[] = {
	    {"rsa-sha1", RSA, ENV_DS "rsa-sha1", ERR_SIG_ALGORITHM},
	    {"hmac", RSA, "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256", ERR_SIG_ALGORITHM},
	    {"nothing", RSA, "", ERR_SIG_ALGORITHM},
	    {"sha1 digest", SHA256, ENV_DS "sha1", ERR_SIG_ALGORITHM},
	    {"digest of another family", SHA256, "http://www.w3.org/2001/04/xmldsig-more#gost34311",
		ERR_SIG_ALGORITHM},
	    {"method of another family", RSA,
		"http://www.w3.org/2001/04/xmldsig-more#gost34310-gost34311", ERR_SIG_ALGORITHM},
	    {"HMACOutputLength", SIGN_METHOD,
		"<ds:SignatureMethod Algorithm=\"" RSA
		"\"><ds:HMACOutputLength>8</ds:HMACOutputLength></ds:SignatureMethod>",
		ERR_SIG_ALGORITHM},
	    {"inclusive C14N", C14N_METHOD,
		"<ds:CanonicalizationMethod "
		"Algorithm=\"http://www.w3.org/TR/2001/REC-xml-c14n-20010315\"/>",
		ERR_SIG_ALGORITHM},
	    {"C14N 1.1", TRANSFORM,
		"<ds:Transform Algorithm=\"http://www.w3.org/2006/12/xml-c14n11\"/>",
		ERR_SIG_ALGORITHM},
	    {"comments", TRANSFORM, "<ds:Transform Algorithm=\"" EXC "WithComments\"/>",
		ERR_SIG_ALGORITHM},
	    {"no Transforms", TRANSFORMS, "", ERR_SIG_ALGORITHM},
	    {"no Transform", TRANSFORM, "", ERR_SIG_ALGORITHM},
	    {"two transforms", TRANSFORM, TRANSFORM TRANSFORM, ERR_SIG_ALGORITHM},
	    {"XPath", TRANSFORM,
		"<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\">"
		"<ds:XPath>0</ds:XPath></ds:Transform>",
		ERR_SIG_ALGORITHM},
	    {"XSLT", TRANSFORM,
		"<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xslt-19991116\"/>",
		ERR_SIG_ALGORITHM},
	    {"base64", TRANSFORM, "<ds:Transform Algorithm=\"" ENV_DS "base64\"/>",
		ERR_SIG_ALGORITHM},
	    {"enveloped", TRANSFORM, "<ds:Transform Algorithm=\"" ENV_DS "enveloped-signature\"/>",
		ERR_SIG_ALGORITHM},
	};

	REFUSE_ALL(*state, edits);
}

#define INCLUSIVE(list)                                                                            \
	"<ds:Transform Algorithm=\"" EXC "\"><ec:InclusiveNamespaces xmlns:ec=\"" EXC              \
	"\" PrefixList=\"" list "\"/></ds:Transform>"

static void
honours_a_prefix_list_and_an_empty_one(void **state)
{
	struct common *c = *state;
	const char *const lists[] = {
	    INCLUSIVE(""), INCLUSIVE("soap"), INCLUSIVE("#default cs  wsse none")};
	struct sig_part part;
	struct err e;

	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(
		    common_verify(c, common_edit(c, TRANSFORM, lists[i]), &part, &e), ERR_OK);
		const char *digested = arena_string(c->arena, part.digested);
		assert_int_equal(strstr(digested, "xmlns:cs=\"urn:cs\"") != NULL, i == 2);
	}
	/* WSS4J's default */
	assert_int_equal(common_verify(c,
			     common_edit(c, C14N_METHOD,
				 "<ds:CanonicalizationMethod Algorithm=\"" EXC
				 "\"><ec:InclusiveNamespaces xmlns:ec=\"" EXC
				 "\" PrefixList=\"soap cs\"/></ds:CanonicalizationMethod>"),
			     NULL, &e),
	    ERR_OK);
}

/* Each prefix of the list is looked up for each element. */
static void
refuses_a_body_whose_prefix_list_costs_too_much(void **state)
{
	struct common *c = *state;
	const char *elements = "<b/>", *text;
	struct err e;

	for (int i = 0; i < 15; i++) /* 32,768 */
		elements = arena_printf(c->arena, "%s%s", elements, elements);
	text =
	    sign_replace(c->arena, ENVELOPE, "<iin>", arena_printf(c->arena, "%s<iin>", elements));
	assert_int_equal(
	    common_verify(c, sign_template(c->arena, text, c->gateway), NULL, &e), ERR_OK);
	text =
	    sign_replace(c->arena, text, TRANSFORM, INCLUSIVE("a b c d e f g h i j k l m n o cs"));
	text = sign_replace(c->arena, text, "<request>",
	    "<request xmlns:a=\"u:a\" xmlns:b=\"u:b\" xmlns:c=\"u:c\" xmlns:d=\"u:d\" "
	    "xmlns:e=\"u:e\" xmlns:f=\"u:f\" xmlns:g=\"u:g\" xmlns:h=\"u:h\">");
	assert_int_equal(
	    common_verify(c, sign_template(c->arena, text, c->gateway), NULL, &e), ERR_XML_LIMIT);
}

#define BLANKS_64 "                                                                "

static void
refuses_a_prefix_list_of_another_form(void **state)
{
	static const struct edit edits[] = {
	    {"seventeen", TRANSFORM, INCLUSIVE("a b c d e f g h i j k l m n o p q"),
		ERR_SIG_STRUCTURE},
	    {"not a name", TRANSFORM, INCLUSIVE("a:b"), ERR_SIG_STRUCTURE},
	    {"blanks, each of them a prefix to xmlsec", TRANSFORM,
		INCLUSIVE(
		    BLANKS_64 BLANKS_64 BLANKS_64 BLANKS_64 BLANKS_64 BLANKS_64 BLANKS_64 BLANKS_64
		    "cs"),
		ERR_SIG_STRUCTURE},
	    {"another #", TRANSFORM, INCLUSIVE("#all xs"), ERR_SIG_STRUCTURE},
	    {"no list", TRANSFORM,
		"<ds:Transform Algorithm=\"" EXC "\"><ec:InclusiveNamespaces xmlns:ec=\"" EXC
		"\"/></ds:Transform>",
		ERR_SIG_STRUCTURE},
	    {"content", TRANSFORM,
		"<ds:Transform Algorithm=\"" EXC "\"><ec:InclusiveNamespaces xmlns:ec=\"" EXC
		"\" PrefixList=\"\"> </ec:InclusiveNamespaces></ds:Transform>",
		ERR_SIG_STRUCTURE},
	    {"two lists", TRANSFORM,
		"<ds:Transform Algorithm=\"" EXC "\"><ec:InclusiveNamespaces xmlns:ec=\"" EXC
		"\" PrefixList=\"\"/><ec:InclusiveNamespaces xmlns:ec=\"" EXC
		"\" PrefixList=\"\"/></ds:Transform>",
		ERR_SIG_STRUCTURE},
	};

	REFUSE_ALL(*state, edits);
}

static void
refuses_a_signature_that_covers_something_else(void **state)
{
	static const struct edit edits[] = {
	    {"a header",
		REFERENCE("body-1") "</ds:SignedInfo>" VALUE KEY_INFO
				    "</ds:Signature>" SECURITY_END,
		REFERENCE("h-1") "</ds:SignedInfo>" VALUE KEY_INFO "</ds:Signature>" SECURITY_END
				 "<h:x xmlns:h=\"urn:h\" wsu:Id=\"h-1\"/>",
		ERR_SIG_COVERAGE},
	    {"a part of the Body",
		REFERENCE("body-1") "</ds:SignedInfo>" VALUE KEY_INFO "</ds:Signature>" SECURITY_END
				    "</soap:Header>" BODY_OPEN "<m:SendMessage ",
		REFERENCE("part") "</ds:SignedInfo>" VALUE KEY_INFO "</ds:Signature>" SECURITY_END
				  "</soap:Header>" BODY_OPEN "<m:SendMessage wsu:Id=\"part\" ",
		ERR_SIG_COVERAGE},
	    {"the Body twice", REFERENCE("body-1"), REFERENCE("body-1") REFERENCE("body-1"),
		ERR_SIG_COVERAGE},
	    {"the signed Body moved into a header, another in its place",
		"</soap:Header>" BODY_OPEN PAYLOAD,
		"<h:w xmlns:h=\"urn:h\">" BODY_OPEN PAYLOAD
		"</soap:Body></h:w></soap:Header><soap:Body wsu:Id=\"evil\"><m:SendMessage "
		"xmlns:m=\"urn:m\"/>",
		ERR_SIG_COVERAGE},
	    {"a Body without Id", "</soap:Header>" BODY_OPEN PAYLOAD,
		"<h:w xmlns:h=\"urn:h\">" BODY_OPEN PAYLOAD
		"</soap:Body></h:w></soap:Header><soap:Body><m:SendMessage "
		"xmlns:m=\"urn:m\"/>",
		ERR_SIG_COVERAGE},
	    {"a copy with the same Id", "</soap:Header>" BODY_OPEN,
		"<h:w xmlns:h=\"urn:h\">" BODY_OPEN PAYLOAD
		"</soap:Body></h:w></soap:Header>" BODY_OPEN,
		ERR_ENV_DUPLICATE_ID},
	    {"an xml:id with the same value", "</soap:Header>",
		"<h:w xmlns:h=\"urn:h\" xml:id=\"body-1\"/></soap:Header>", ERR_ENV_DUPLICATE_ID},
	};

	REFUSE_ALL(*state, edits);
}

static void
refuses_only_a_timestamp_being_signed(void **state)
{
	struct common *c = *state;
	struct err e;

	assert_int_equal(
	    common_verify(
		c, wss4j(c, TIMESTAMP("2026-07-01T00:00:00Z", ""), REFERENCE("TS-1")), NULL, &e),
	    ERR_SIG_COVERAGE);
}

static void
accepts_a_body_with_a_plain_id(void **state)
{
	struct common *c = *state;
	struct err e;

	assert_int_equal(
	    common_verify(c, common_edit(c, BODY_OPEN, "<soap:Body Id=\"body-1\">"), NULL, &e),
	    ERR_OK);
}

/* R-26 */
/* xmlsec asks libxml2 where an Id leads; what it would hear is asked before. */
static void
refuses_an_id_that_leads_elsewhere_in_the_tree(void **state)
{
	struct common *c = *state;
	struct sig_part part;
	struct dom *doc;
	struct env env;
	struct err e = {0};
	const char *text = sign_template(c->arena, ENVELOPE, c->gateway);

	assert_int_equal(dom_parse(octets_of(text), &dom_default_limits, &doc, &e), 0);
	assert_int_equal(env_check(doc, c->arena, &env, &e), 0);
	xmlNode *elsewhere = dom_to_xml(env.security);
	xmlAttr *id =
	    xmlHasNsProp(dom_to_xml(env.body), (const xmlChar *)"Id", (const xmlChar *)ENV_WSU);
	assert_non_null(
	    xmlAddID(NULL, elsewhere->doc, (const xmlChar *)"body-1", elsewhere->properties));
	for (int registered = 0; registered < 2; registered++) {
		e = (struct err){0};
		id->atype = registered ? XML_ATTRIBUTE_ID : 0;
		assert_int_equal(
		    sig_verify_transport(&env, c->pki, &c->policy, c->at, c->arena, &part, &e), -1);
		assert_int_equal(e.code, ERR_ENV_DUPLICATE_ID);
		assert_int_equal(part.verdict, SIG_REFUSED);
	}
	id->atype = 0;
	dom_free(doc);
}

static void
refuses_a_type_whose_prefix_is_declared_outside_the_body(void **state)
{
	struct common *c = *state;
	static const struct {
		const char *to;
		enum err_code code;
	} rows[] = {
	    {"<iin xsi:type=\"cs:Request\">", ERR_SIG_COVERAGE},
	    {"<iin xsi:type=\"\n cs:Request\">", ERR_SIG_COVERAGE},
	    {"<iin xmlns:cs=\"urn:cs\" xsi:type=\"cs:Request\">", ERR_OK},
	    {"<iin xsi:type=\"xs:string\">", ERR_OK}, /* clients declare xs on the Envelope */
	    {"<iin xsi:type=\"unbound:string\">", ERR_SIG_COVERAGE}, /* was it bound when signed? */
	    {"<iin xsi:type=\"" LETTERS_64 ":Request\">", ERR_SIG_COVERAGE},
	    {"<iin xsi:type=\"Request\">", ERR_OK},
	    {"<iin type=\"cs:Request\">", ERR_OK},
	};
	struct err e;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(
		    common_verify(c, common_edit(c, "<iin>", rows[i].to), NULL, &e), rows[i].code);
	/* a PrefixList puts the declaration under the signature */
	const char *text = sign_replace(c->arena, ENVELOPE, "<iin>", rows[0].to);
	text = sign_replace(c->arena, text, TRANSFORM, INCLUSIVE("cs"));
	assert_int_equal(
	    common_verify(c, sign_template(c->arena, text, c->gateway), NULL, &e), ERR_OK);
}

#define NAMED(issuer, serial)                                                                      \
	"<ds:X509IssuerSerial><ds:X509IssuerName>" issuer                                          \
	"</ds:X509IssuerName><ds:X509SerialNumber>" serial                                         \
	"</ds:X509SerialNumber></ds:X509IssuerSerial>"
#define WHOLE "<ds:X509Certificate>@CERT@</ds:X509Certificate>"

/* zeep and others send both; pretty printers break the name over lines; Debian's python3-xmlsec
 * leaves it empty. */
static void
accepts_issuer_and_serial_beside_their_own_certificate(void **state)
{
	struct common *c = *state;
	const struct pki_cert *own = pki_identity_certificate(c->gateway);
	char issuer[300];
	struct pki_signer who;
	struct err e;

	pki_describe(own, &who);
	pki_issuer(own, issuer, sizeof(issuer));
	const char *const forms[] = {
	    arena_printf(c->arena, "<ds:X509Data>" NAMED("%s", "%s") WHOLE "</ds:X509Data>", issuer,
		who.serial),
	    arena_printf(c->arena,
		"<wsse:SecurityTokenReference><ds:X509Data>" WHOLE NAMED(
		    "\n%s\n", " %s\n") "</ds:X509Data></wsse:SecurityTokenReference>",
		issuer, who.serial),
	    "<ds:X509Data>\n<ds:X509IssuerSerial/>\n" WHOLE "</ds:X509Data>",
	};
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		assert_int_equal(
		    common_verify(c, common_edit(c, KEY_IDENTIFIER, forms[i]), NULL, &e), ERR_OK);
}

static void
refuses_key_information_of_another_form(void **state)
{
	static const struct edit edits[] = {
	    {"none", KEY_INFO, "", ERR_SIG_KEYINFO},
	    {"empty", KEY_IDENTIFIER, "", ERR_SIG_KEYINFO},
	    {"two", KEY_IDENTIFIER, KEY_IDENTIFIER KEY_IDENTIFIER, ERR_SIG_KEYINFO},
	    {"a KeyValue beside it", KEY_IDENTIFIER, KEY_IDENTIFIER "<ds:KeyValue/>",
		ERR_SIG_KEYINFO},
	    {"a KeyName", KEY_IDENTIFIER, "<ds:KeyName>gateway</ds:KeyName>", ERR_SIG_KEYINFO},
	    {"a RetrievalMethod", KEY_IDENTIFIER,
		"<ds:RetrievalMethod URI=\"http://127.0.0.1:9/\"/>", ERR_SIG_KEYINFO},
	    {"another ValueType", X509_TYPE, X509_TYPE "PKIPathv1", ERR_SIG_KEYINFO},
	    {"another EncodingType", "#Base64Binary", "#HexBinary", ERR_SIG_KEYINFO},
	    {"not base64", "@CERT@", "a.b", ERR_SIG_KEYINFO},
	    {"not a certificate", "@CERT@", "AAAA", ERR_PKI_CERTIFICATE},
	    {"an empty reference", KEY_IDENTIFIER, "<wsse:SecurityTokenReference/>",
		ERR_SIG_KEYINFO},
	    {"a reference to nothing", KEY_IDENTIFIER,
		"<wsse:SecurityTokenReference><wsse:Reference "
		"URI=\"#X\"/></wsse:SecurityTokenReference>",
		ERR_SIG_KEYINFO},
	    {"another TokenType", "<wsse:SecurityTokenReference>",
		"<wsse:SecurityTokenReference xmlns:w=\"http://docs.oasis-open.org/wss/"
		"oasis-wss-wssecurity-secext-1.1.xsd\" w:TokenType=\"" X509_TYPE "PKIPathv1\">",
		ERR_SIG_KEYINFO},
	    {"an empty name alone", KEY_IDENTIFIER,
		"<ds:X509Data><ds:X509IssuerSerial/></ds:X509Data>", ERR_SIG_KEYINFO},
	    {"an empty name with an attribute", KEY_IDENTIFIER,
		"<ds:X509Data><ds:X509IssuerSerial x=\"1\"/>" WHOLE "</ds:X509Data>",
		ERR_SIG_KEYINFO},
	    {"half a name", KEY_IDENTIFIER,
		"<ds:X509Data><ds:X509IssuerSerial><ds:X509IssuerName>C=KZ</ds:X509IssuerName>"
		"</ds:X509IssuerSerial>" WHOLE "</ds:X509Data>",
		ERR_SIG_KEYINFO},
	    {"text for a name", KEY_IDENTIFIER,
		"<ds:X509Data><ds:X509IssuerSerial>C=KZ</ds:X509IssuerSerial>" WHOLE
		"</ds:X509Data>",
		ERR_SIG_KEYINFO},
	    {"another certificate beside issuer and serial", KEY_IDENTIFIER,
		"<ds:X509Data>" NAMED("C=KZ", "1") WHOLE "</ds:X509Data>", ERR_SIG_KEYINFO},
	    {"two issuers and serials", KEY_IDENTIFIER,
		"<ds:X509Data>" NAMED("C=KZ", "1") NAMED("C=KZ", "2") "</ds:X509Data>",
		ERR_SIG_KEYINFO},
	    {"no X509Data at all in X509Data", KEY_IDENTIFIER, "<ds:X509Data/>", ERR_SIG_KEYINFO},
	    {"a stray token", "<ds:Signature ", TOKEN "<ds:Signature ", ERR_SIG_KEYINFO},
	    {"two certificates", KEY_IDENTIFIER,
		"<ds:X509Data><ds:X509Certificate>@CERT@</ds:X509Certificate>"
		"<ds:X509Certificate>@CERT@</ds:X509Certificate></ds:X509Data>",
		ERR_SIG_KEYINFO},
	    {"a CRL of the sender's", KEY_IDENTIFIER,
		"<ds:X509Data><ds:X509CRL>AAAA</ds:X509CRL></ds:X509Data>", ERR_SIG_KEYINFO},
	    {"half an issuer and serial", KEY_IDENTIFIER,
		"<ds:X509Data><ds:X509IssuerSerial><ds:X509IssuerName>C=KZ</ds:X509IssuerName>"
		"</ds:X509IssuerSerial></ds:X509Data>",
		ERR_SIG_KEYINFO},
	    {"an issuer and serial that nobody pinned", KEY_IDENTIFIER,
		"<ds:X509Data><ds:X509IssuerSerial><ds:X509IssuerName>C=KZ</ds:X509IssuerName>"
		"<ds:X509SerialNumber>1</ds:X509SerialNumber></ds:X509IssuerSerial></ds:X509Data>",
		ERR_PKI_UNKNOWN_SIGNER},
	};

	REFUSE_ALL(*state, edits);
}

static void
refuses_what_the_policy_does_not_allow(void **state)
{
	struct common *c = *state;
	const char *text = sign_template(c->arena, ENVELOPE, c->gateway);
	struct err e;

	c->policy.algorithms = SIG_GOST2015;
	assert_int_equal(common_verify(c, text, NULL, &e), ERR_SIG_ALGORITHM);
	c->policy = sig_default_policy;
	c->policy.rsa_bits = 2049;
	assert_int_equal(common_verify(c, text, NULL, &e), ERR_SIG_ALGORITHM);
	c->policy.rsa_bits = 2048;
	assert_int_equal(common_verify(c, text, NULL, &e), ERR_OK);
}

static void
refuses_gost_2004_from_its_day_on(void **state)
{
	struct common *c = *state;
	const char *text = sign_replace(
	    c->arena, ENVELOPE, RSA, "http://www.w3.org/2001/04/xmldsig-more#gost34310-gost34311");
	struct err e;

	text = sign_replace(
	    c->arena, text, SHA256, "http://www.w3.org/2001/04/xmldsig-more#gost34311");
	text = sign_template(c->arena, text, c->gost2004);
	c->policy.gost2004_until = c->at;
	assert_int_equal(common_verify(c, text, NULL, &e), ERR_SIG_ALGORITHM);
	c->policy.gost2004_until.seconds++;
	assert_int_equal(common_verify(c, text, NULL, &e), ERR_OK);
}

/* Facts about a refused message are known as far as it came. */
static void
says_of_a_stranger_whether_the_digest_is_right(void **state)
{
	struct common *c = *state;
	struct pki_identity *other = sign_identity(c->arena, "rsa", "other-gateway");
	const char *text = sign_template(c->arena, ENVELOPE, other);
	struct sig_part part;
	struct err e;

	assert_int_equal(common_verify(c, text, &part, &e), ERR_PKI_UNKNOWN_ISSUER);
	assert_string_equal(err_wire(&e), "SCE005");
	assert_true(part.digest_ok);
	assert_int_equal(part.verdict, SIG_REFUSED);
	assert_string_equal(part.signer.bin, "000140000304");
	text = sign_replace(c->arena, text, "000101300019", "000101300029");
	assert_int_equal(common_verify(c, text, &part, &e), ERR_PKI_UNKNOWN_ISSUER);
	assert_false(part.digest_ok);
	pki_identity_free(other);
}

static void
tells_a_changed_body_from_a_wrong_value(void **state)
{
	struct common *c = *state;
	const char *text = sign_template(c->arena, ENVELOPE, c->gateway), *wrong;
	struct sig_part part;
	struct err e;

	wrong = sign_replace(c->arena, text, "000101300019", "000101300029");
	assert_int_equal(common_verify(c, wrong, &part, &e), ERR_SIG_DIGEST);
	assert_null(part.digested.data);
	/* somebody else's value under the gateway's certificate */
	const char *certificate =
	    strstr(sign_template(c->arena, "<a>@CERT@</a>", c->gateway), ">") + 1;
	wrong = sign_replace(c->arena, ENVELOPE, "@CERT@",
	    arena_printf(c->arena, "%.*s", (int)strcspn(certificate, "<"), certificate));
	wrong = sign_template(c->arena, wrong, c->person);
	assert_int_equal(common_verify(c, wrong, &part, &e), ERR_SIG_VALUE);
	assert_true(part.digest_ok);
	assert_int_equal(part.verdict, SIG_REFUSED);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup(f, common_reset)
	const struct CMUnitTest tests[] = {
	    TEST(accepts_each_algorithm_with_its_own_key),
	    TEST(gives_the_octets_that_were_digested),
	    TEST(accepts_every_form_of_key_information),
	    TEST(accepts_a_token_and_a_timestamp_that_are_signed),
	    TEST(refuses_a_timestamp_that_is_not_right),
	    TEST(refuses_a_timestamp_that_is_not_signed),
	    TEST(refuses_a_message_without_signature),
	    TEST(refuses_whatever_the_structure_does_not_have),
	    TEST(refuses_a_reference_that_is_not_a_bare_name),
	    TEST(refuses_algorithms_outside_the_table),
	    TEST(honours_a_prefix_list_and_an_empty_one),
	    TEST(refuses_a_prefix_list_of_another_form),
	    TEST(refuses_a_body_whose_prefix_list_costs_too_much),
	    TEST(refuses_a_signature_that_covers_something_else),
	    TEST(refuses_only_a_timestamp_being_signed),
	    TEST(accepts_a_body_with_a_plain_id),
	    TEST(refuses_an_id_that_leads_elsewhere_in_the_tree),
	    TEST(refuses_a_type_whose_prefix_is_declared_outside_the_body),
	    TEST(accepts_issuer_and_serial_beside_their_own_certificate),
	    TEST(refuses_key_information_of_another_form),
	    TEST(refuses_what_the_policy_does_not_allow),
	    TEST(refuses_gost_2004_from_its_day_on),
	    TEST(says_of_a_stranger_whether_the_digest_is_right),
	    TEST(tells_a_changed_body_from_a_wrong_value),
	};

	return cmocka_run_group_tests(tests, common_setup, common_teardown);
}

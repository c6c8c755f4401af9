/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See stock.h.
 */
#include "config.h"

#include <libxml/parser.h>
#include <xmlsec/crypto.h>
#include <xmlsec/xmldsig.h>
#include <xmlsec/xmlsec.h>
#include <xmlsec/xmltree.h>

#include "bare.h"
#include "env/env.h"
#include "stock.h"

static xmlSecKeyPtr key;

static const xmlChar *
x(const char *text)
{
	return (const xmlChar *)text;
}

void
stock_open(const char *certificate)
{
	xmlInitParser();
	if (xmlSecInit() < 0 || xmlSecCryptoAppInit(NULL) < 0 || xmlSecCryptoInit() < 0)
		bench_die("xmlsec", "does not start");
	key = bench_need(
	    xmlSecCryptoAppKeyLoad(certificate, xmlSecKeyDataFormatCertPem, NULL, NULL, NULL));
}

/* As little as will do: the caller knows where its Id stands. */
static void
name_body(xmlDoc *doc)
{
	xmlNode *body =
	    bench_need(xmlSecFindChild(xmlDocGetRootElement(doc), x("Body"), x(ENV_SOAP)));
	xmlAttr *id = bench_need(xmlHasNsProp(body, x("Id"), x(ENV_WSU)));

	if (xmlAddID(NULL, doc, id->children->content, id) == NULL)
		bench_die("xmlsec", "Id");
}

void
stock_verify(struct octets envelope)
{
	xmlDoc *doc = bench_need(xmlReadMemory(
	    (const char *)envelope.data, (int)envelope.len, NULL, NULL, XML_PARSE_NONET));
	xmlSecDSigCtx ctx;

	name_body(doc);
	xmlNode *signature =
	    bench_need(xmlSecFindNode(xmlDocGetRootElement(doc), x("Signature"), x(ENV_DS)));
	if (xmlSecDSigCtxInitialize(&ctx, NULL) < 0)
		bench_die("xmlsec", "context");
	ctx.signKey = key;
	if (xmlSecDSigCtxVerify(&ctx, signature) < 0 || ctx.status != xmlSecDSigStatusSucceeded)
		bench_die("xmlsec", "does not verify");
	ctx.signKey = NULL; /* it is ours */
	xmlSecDSigCtxFinalize(&ctx);
	xmlFreeDoc(doc);
}

/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * libxml2's parser, hardened (security.md R-11, R-12): after the pre-scan, without DTD, network,
 * files or anything on stderr. What libxml2 reports, a warning included, refuses the document.
 *
 * One parser context serves the whole process, which saves a tenth of the time a usual message
 * takes; it is thrown away after any error and when its dictionary has grown.
 */
#include "config.h"

#include <limits.h>
#include <string.h>

#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <libxml/xmlerror.h>
#include <libxml/xmlschemastypes.h>

#include "dom/libxml.h"
#include "dom/memory.h"
#include "dom/parse.h"
#include "dom/prescan.h"

/* Never NOENT, DTDLOAD, DTDATTR, DTDVALID, XINCLUDE, RECOVER, HUGE, OLD10. */
#define OPTIONS (XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_COMPACT)

/* Names a peer made up stay in the dictionary: past this many it is thrown away. */
#define DICTIONARY 2048

/* New names in one document. libxml2's dictionary stops growing at 16,384 buckets and then searches
 * long lists; a message has some hundred names. */
#define MOST_NAMES 8192

#define XMLDSIG "http://www.w3.org/2000/09/xmldsig#"

const struct dom_limits dom_default_limits = {
    .octets = (size_t)1024 * 1024, .tags = 100000, .attributes = 256, .depth = 64, .name = 256};

static xmlParserCtxt *parser;
static int names_allowed;
static bool files_allowed;

static void
silent(void *self, xmlErrorPtr error)
{
	(void)self;
	(void)error;
}

static void
mute(void *self, const char *format, ...)
{
	(void)self;
	(void)format;
}

static xmlParserInput *
load(const char *url, const char *id, xmlParserCtxt *ctxt)
{
	return files_allowed ? xmlNoNetExternalEntityLoader(url, id, ctxt) : NULL;
}

/* NONET stands for network only: this loader opens nothing at all but while a schema is compiled.
 */
void
dom_allow_files(bool allowed)
{
	files_allowed = allowed;
	xmlSetExternalEntityLoader(load);
}

int
dom_init(struct err *e)
{
	static bool owned;

	if (!owned && dom_own_memory() != 0)
		return err_set(e, ERR_NOMEM, "xmlMemSetup");
	owned = true;
	dom_keep_memory(true);
	xmlInitParser();
	xmlSetStructuredErrorFunc(NULL, silent);
	xmlSetGenericErrorFunc(NULL, mute);
	dom_allow_files(false);
	return 0;
}

static void
drop_parser(void)
{
	xmlFreeParserCtxt(parser);
	parser = NULL;
}

void
dom_fini(void)
{
	drop_parser();
	xmlSchemaCleanupTypes();
	xmlCleanupParser();
	dom_keep_memory(false);
}

/* Length of a libxml2 message without its line end. */
int
dom_message_length(const char *message)
{
	size_t n = message == NULL ? 0 : strcspn(message, "\r\n");

	return n > 200 ? 200 : (int)n;
}

static void
on_error(void *self, xmlErrorPtr error)
{
	struct err *e = ((xmlParserCtxt *)self)->_private;

	if (dom_memory_failed())
		err_set(e, ERR_NOMEM, "libxml2");
	else
		err_tell(e, ERR_XML_MALFORMED, "line %d: %.*s", error->line,
		    dom_message_length(error->message), error->message);
}

/* The pre-scan lets no DTD through; should it ever, the parse ends here. */
static void
on_dtd(void *self, const xmlChar *name, const xmlChar *external, const xmlChar *system)
{
	xmlParserCtxt *ctxt = self;

	(void)name;
	(void)external;
	(void)system;
	err_tell(ctxt->_private, ERR_XML_DTD, "a document type declaration");
	xmlStopParser(ctxt);
}

/* Text is text: a hundred thousand CDATA sections are one node. Inside a signature they stay what
 * they are, for sig/ to refuse: nothing there needs them but who wants two readers to differ. */
static void
on_cdata(void *self, const xmlChar *text, int len)
{
	const xmlNode *in = ((xmlParserCtxt *)self)->node;

	if (in != NULL && in->ns != NULL && xmlStrEqual(in->ns->href, (const xmlChar *)XMLDSIG))
		xmlSAX2CDataBlock(self, text, len);
	else
		xmlSAX2Characters(self, text, len);
}

static void
on_element(void *self, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
    int n_namespaces, const xmlChar **namespaces, int n_attributes, int n_defaulted,
    const xmlChar **attributes)
{
	xmlParserCtxt *ctxt = self;

	if (xmlDictSize(ctxt->dict) > names_allowed) {
		err_tell(ctxt->_private, ERR_XML_LIMIT, "too many different names");
		xmlStopParser(ctxt);
		return;
	}
	xmlSAX2StartElementNs(self, name, prefix, uri, n_namespaces, namespaces, n_attributes,
	    n_defaulted, attributes);
}

/* All of the document is there. libxml2, which is not told so, asks for more at every token of the
 * last 250 octets, and makes room for it first. (With an encoder it would ask for what is there.)
 */
static void
on_start(void *self)
{
	xmlParserInputBuffer *from = ((xmlParserCtxt *)self)->input->buf;

	if (from != NULL && from->encoder == NULL)
		from->readcallback = NULL;
	xmlSAX2StartDocument(self);
}

static int
need_parser(struct err *e)
{
	if (parser != NULL && xmlDictSize(parser->dict) > DICTIONARY)
		drop_parser();
	if (parser != NULL)
		return 0;
	parser = xmlNewParserCtxt();
	if (parser == NULL || dom_memory_failed()) {
		drop_parser();
		return err_set(e, ERR_NOMEM, "xmlNewParserCtxt");
	}
	parser->sax->serror = on_error;
	parser->sax->startDocument = on_start;
	parser->sax->cdataBlock = on_cdata;
	parser->sax->startElementNs = on_element;
	parser->sax->internalSubset = on_dtd;
	parser->sax->externalSubset = on_dtd;
	return 0;
}

/* libxml2 writes &#x...; for every character outside ASCII when a document has no encoding. */
static int
say_utf8(xmlDoc *doc, struct err *e)
{
	if (doc->encoding == NULL && (doc->encoding = xmlStrdup((const xmlChar *)"UTF-8")) == NULL)
		return err_set(e, ERR_NOMEM, "encoding");
	return 0;
}

/* A parser that was stopped hands out what it has as well-formed: only disableSAX tells. */
static bool
holds(const xmlDoc *doc)
{
	return !dom_memory_failed() && doc != NULL && parser->wellFormed && parser->nsWellFormed &&
	       parser->disableSAX == 0 && doc->intSubset == NULL &&
	       parser->lastError.code == XML_ERR_OK && xmlDocGetRootElement(doc) != NULL;
}

int
dom_parse(struct octets xml, const struct dom_limits *limits, struct dom **out, struct err *e)
{
	struct octets document;
	xmlDoc *doc = NULL;
	int rc = -1;

	*out = NULL;
	if (dom_prescan(xml, limits, &document, e) != 0)
		return -1;
	if (document.len > INT_MAX)
		return err_tell(e, ERR_XML_LIMIT, "the document is too large");
	dom_watch_memory();
	if (need_parser(e) != 0)
		return -1;
	parser->_private = e;
	names_allowed = xmlDictSize(parser->dict) + MOST_NAMES;
	doc = xmlCtxtReadMemory(
	    parser, (const char *)document.data, (int)document.len, NULL, NULL, OPTIONS);
	if (!holds(doc)) {
		if (dom_memory_failed())
			err_set(e, ERR_NOMEM, "libxml2");
		err_tell(e, ERR_XML_MALFORMED, "not well-formed");
		drop_parser();
		goto out;
	}
	if (say_utf8(doc, e) != 0)
		goto out;
	*out = dom_from_doc(doc);
	doc = NULL; /* moved */
	rc = 0;
out:
	xmlFreeDoc(doc);
	return rc;
}

void
dom_free(struct dom *d)
{
	xmlFreeDoc(dom_to_doc(d));
}

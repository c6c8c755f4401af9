/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * corpora/01 and 02 with trust waived and every algorithm that xmlsec's own OpenSSL back end has:
 * each row gives the verdict of the stock column, first with xmlsec's klasses, then with ours for
 * exclusive C14N and SHA-2 in their place, and what RSA or ECDSA of our table signed verifies with
 * our signature klass, too. Nothing is fetched: addresses lead to files of the corpus or nowhere.
 */
#include "config.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <libxml/parserInternals.h>
#include <openssl/ec.h>
#include <openssl/provider.h>
/* the order is xmlsec's */
#include <xmlsec/crypto.h>
#include <xmlsec/errors.h>
#include <xmlsec/io.h>
#include <xmlsec/openssl/evp.h>
#include <xmlsec/parser.h>
#include <xmlsec/xmldsig.h>
#include <xmlsec/xmlsec.h>
#include <xmlsec/xmltree.h>

#include "fixture.h"
#include "gost/gost.h"
#include "sig/klass.h"

/* Of hostile vectors xmlsec itself leaves a list entry behind here and there: not ours to free. */
const char *__lsan_default_suppressions(void);
const char *
__lsan_default_suppressions(void)
{
	return "leak:libxmlsec1.so\n";
}

#define MOST_ARGUMENTS 32
#define MOST_KLASSES 128

/* One row of a table, and where its names begin. */
struct row {
	const char *base;    /* folder of the table */
	const char *options; /* folder of the options' names; NULL = the corpus of Santuario */
	const char *file, *expected, *need, *arguments, *stock;
};

/* An address and the file that stands for it. */
struct map {
	const char *url, *path;
};

/* One verification: what the options made of it. */
struct job {
	xmlSecKeysMngrPtr keys;
	xmlSecDSigCtxPtr ctx;
	xmlDocPtr doc;
	const char *dtd;
	bool ids; /* SAML's: told as --id-attr */
};

static struct arena *arena, *scratch;
static struct map maps[8];
static size_t map_count;
static xmlSecTransformId stock[MOST_KLASSES], ours[MOST_KLASSES];
static size_t klass_count;
static unsigned passed, failed, not_run, own_values;

static void
judge(bool ok, const struct row *r, const char *what)
{
	passed += ok;
	failed += !ok;
	if (!ok)
		printf("FAILED %s (%s): %s\n", r->file, r->arguments, what);
}

static void
need(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "test_dsig_stock: %s\n", what);
	exit(99);
}

/* --- files in the place of addresses ---------------------------------------------------------- */

static int
match_any(const char *uri)
{
	for (size_t i = 0; i < map_count; i++)
		if (strcmp(maps[i].url, uri) == 0)
			return 1;
	return strstr(uri, "://") == NULL;
}

static void *
open_mapped(const char *uri)
{
	for (size_t i = 0; i < map_count; i++)
		if (strcmp(maps[i].url, uri) == 0)
			return fopen(maps[i].path, "rb");
	return fopen(uri, "rb");
}

static int
read_mapped(void *file, char *into, int len)
{
	return (int)fread(into, 1, (size_t)len, file);
}

static int
close_mapped(void *file)
{
	return fclose(file);
}

static void
add_map(const char *url, const char *path)
{
	need(map_count < sizeof(maps) / sizeof(maps[0]), "addresses");
	maps[map_count++] = (struct map){url, path};
}

static const char *
join(const char *folder, const char *name)
{
	return name[0] == '/' ? name : arena_printf(arena, "%s/%s", folder, name);
}

/* --- keys ------------------------------------------------------------------------------------- */

static void
adopt(struct job *j, xmlSecKeyPtr key, const char *name, const struct row *r)
{
	if (key == NULL) { /* of a kind that it does not know: there will be none to verify with */
		need(strncmp(r->stock, "UNSUPPORTED", 11) == 0, r->file);
		return;
	}
	if (name[0] != '\0')
		need(xmlSecKeySetName(key, (const xmlChar *)name) == 0, "name of a key");
	need(xmlSecCryptoAppDefaultKeysMngrAdoptKey(j->keys, key) == 0, "key");
}

static void
add_hmac(struct job *j, const struct row *r, struct octets secret)
{
	xmlSecKeyPtr key = xmlSecKeyCreate();
	xmlSecKeyDataPtr data = xmlSecKeyDataCreate(xmlSecKeyDataHmacId);

	need(key != NULL && data != NULL &&
		 xmlSecOpenSSLKeyDataHmacSet(data, secret.data, (xmlSecSize)secret.len) == 0 &&
		 xmlSecKeySetValue(key, data) == 0,
	    "HMAC key");
	adopt(j, key, "", r);
}

static void
add_certificate(struct job *j, const char *path, xmlSecKeyDataType type)
{
	if (xmlSecCryptoAppKeysMngrCertLoad(j->keys, path, xmlSecKeyDataFormatDer, type) != 0)
		need(xmlSecCryptoAppKeysMngrCertLoad(j->keys, path, xmlSecKeyDataFormatPem, type) ==
			 0,
		    path);
}

static xmlSecKeyPtr
key_of_certificate(const char *path)
{
	xmlSecKeyPtr key =
	    xmlSecCryptoAppKeyLoad(path, xmlSecKeyDataFormatCertDer, NULL, NULL, NULL);

	return key != NULL
		   ? key
		   : xmlSecCryptoAppKeyLoad(path, xmlSecKeyDataFormatCertPem, NULL, NULL, NULL);
}

static void
add_folder(struct job *j, const char *folder)
{
	DIR *d = opendir(folder);
	struct dirent *entry;

	need(d != NULL, folder);
	while ((entry = readdir(d)) != NULL) {
		size_t n = strlen(entry->d_name);
		if (n > 4 && strcmp(entry->d_name + n - 4, ".crt") == 0)
			add_certificate(j, join(folder, entry->d_name), xmlSecKeyDataTypeNone);
	}
	closedir(d);
}

/* --- options of xmlsec1 ----------------------------------------------------------------------- */

/* "2009-01-01+10:00:00" */
static time_t
read_time(const char *text)
{
	struct tm tm = {0};

	need(sscanf(text, "%d-%d-%d+%d:%d:%d", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour,
		 &tm.tm_min, &tm.tm_sec) == 6,
	    text);
	tm.tm_year -= 1900;
	tm.tm_mon--;
	return timegm(&tm);
}

static void
set_uris(struct job *j, const char *value)
{
	j->ctx->enabledReferenceUris =
	    strcmp(value, "empty") == 0 ? xmlSecTransformUriTypeEmpty : xmlSecTransformUriTypeAny;
}

/* Names that 1.2.37 does not know have rows that are not run. */
static void
enable_key_data(struct job *j, const char *names)
{
	char *rest = NULL, *copy = arena_strdup(scratch, names);

	for (char *p = strtok_r(copy, ",", &rest); p != NULL; p = strtok_r(NULL, ",", &rest)) {
		xmlSecKeyDataId id = xmlSecKeyDataIdListFindByName(
		    xmlSecKeyDataIdsGet(), (const xmlChar *)p, xmlSecKeyDataUsageAny);
		need(id != xmlSecKeyDataIdUnknown, p);
		need(xmlSecPtrListAdd(
			 &j->ctx->keyInfoReadCtx.enabledKeyData, (void *)(uintptr_t)id) == 0,
		    "key data");
	}
}

/* Names are relative to the vector's own collection or to the table's folder. */
static const char *
file_of(const struct row *r, const char *name)
{
	const char *collection =
	    arena_printf(scratch, "%s/%.*s", r->base, (int)strcspn(r->file, "/"), r->file);
	const char *path = join(collection, name);

	return access(path, R_OK) == 0 ? path : join(r->options, name);
}

/* One option with its value; "--pubkey-cert-der:NAME" brings a name along. */
static void
obey(
    struct job *j, const struct row *r, const char *option, const char *value, const char *password)
{
	const char *colon = strchr(option, ':'), *name = colon == NULL ? "" : colon + 1;
	const char *path = file_of(r, value);
	xmlSecKeyInfoCtx *info = &j->ctx->keyInfoReadCtx;

	if (strncmp(option, "--url-map", 9) == 0)
		add_map(name, path);
	else if (strcmp(option, "--hmackey") == 0)
		add_hmac(j, r, fixture_file(scratch, path));
	else if (strcmp(option, "--trusted-der") == 0)
		add_certificate(j, path, xmlSecKeyDataTypeTrusted);
	else if (strcmp(option, "--untrusted-der") == 0)
		add_certificate(j, path, xmlSecKeyDataTypeNone);
	else if (strncmp(option, "--pubkey-cert-der", 17) == 0)
		adopt(j, key_of_certificate(path), name, r);
	else if (strncmp(option, "--pkcs12", 8) == 0)
		adopt(j, xmlSecCryptoAppPkcs12Load(path, password, NULL, NULL), name, r);
	else if (strcmp(option, "--verification-gmt-time") == 0)
		info->certsVerificationTime = read_time(value);
	else if (strcmp(option, "--enabled-key-data") == 0)
		enable_key_data(j, value);
	else if (strcmp(option, "--enabled-reference-uris") == 0)
		set_uris(j, value);
	else if (strcmp(option, "--enabled-retrieval-method-uris") == 0)
		info->retrievalMethodCtx.enabledUris = xmlSecTransformUriTypeAny;
	else if (strcmp(option, "--dtd-file") == 0)
		j->dtd = path;
	else
		need(strcmp(option, "--pwd") == 0, option);
}

static void
read_options(struct job *j, const struct row *r)
{
	char *rest = NULL, *copy = arena_strdup(arena, r->arguments);
	const char *words[MOST_ARGUMENTS], *password = NULL;
	size_t count = 0;

	for (char *p = strtok_r(copy, " ", &rest); p != NULL; p = strtok_r(NULL, " ", &rest)) {
		need(count < MOST_ARGUMENTS, "options");
		words[count++] = p;
	}
	for (size_t i = 0; i + 1 < count; i++)
		if (strcmp(words[i], "--pwd") == 0)
			password = words[i + 1];
	for (size_t i = 0; i < count; i++) {
		if (strcmp(words[i], "--insecure") == 0)
			j->ctx->keyInfoReadCtx.flags |=
			    XMLSEC_KEYINFO_FLAGS_X509DATA_DONT_VERIFY_CERTS;
		else if (strcmp(words[i], "--lax-key-search") != 0) { /* 1.2.37 always is */
			need(i + 1 < count, words[i]);
			obey(j, r, words[i], words[i + 1], password);
			i++;
		}
	}
}

/* Santuario's table says in words what is needed (its INDEX.md). */
static void
read_need(struct job *j, const struct row *r, const char *folder)
{
	static const char secret[] = "HMAC key '", file[] = "HMAC key ", pinned[] = "pubkey-cert ";

	j->ids = strstr(r->need, "+id-attr") != NULL;
	if (strstr(r->need, "--insecure") != NULL)
		j->ctx->keyInfoReadCtx.flags |= XMLSEC_KEYINFO_FLAGS_X509DATA_DONT_VERIFY_CERTS;
	if (strncmp(r->need, secret, strlen(secret)) == 0) {
		const char *text = r->need + strlen(secret);
		add_hmac(j, r, (struct octets){(const unsigned char *)text, strcspn(text, "'")});
	} else if (strncmp(r->need, file, strlen(file)) == 0) {
		add_hmac(j, r, fixture_file(scratch, join(folder, r->need + strlen(file))));
	} else if (strncmp(r->need, pinned, strlen(pinned)) == 0) {
		adopt(j, key_of_certificate(join(folder, r->need + strlen(pinned))), "", r);
	} else if (strncmp(r->need, "certs/*.crt", 11) == 0) {
		add_folder(j, join(folder, "certs"));
	}
}

/* --- one row ---------------------------------------------------------------------------------- */

/* Ids by a DTD, as xmlsec1 --dtd-file, whether the document is valid or not. */
static void
apply_dtd(struct job *j)
{
	xmlValidCtxtPtr v = xmlNewValidCtxt();
	xmlParserInputBufferPtr in =
	    xmlParserInputBufferCreateFilename(j->dtd, XML_CHAR_ENCODING_NONE);
	xmlDtdPtr dtd = in == NULL ? NULL : xmlIOParseDTD(NULL, in, XML_CHAR_ENCODING_NONE);

	need(v != NULL && dtd != NULL, j->dtd);
	v->error = NULL;
	v->warning = NULL;
	xmlValidateDtd(v, j->doc, dtd);
	xmlFreeValidCtxt(v);
	xmlFreeDtd(dtd);
}

static void
end_job(struct job *j)
{
	if (j->ctx != NULL)
		xmlSecDSigCtxDestroy(j->ctx);
	if (j->keys != NULL)
		xmlSecKeysMngrDestroy(j->keys);
	if (j->doc != NULL)
		xmlFreeDoc(j->doc);
}

/* The document with its ids, and its first Signature; NULL when it cannot be parsed. */
static xmlNodePtr
open_document(struct job *j, const char *path)
{
	static const xmlChar *ids[] = {(const xmlChar *)"AssertionID", (const xmlChar *)"ID", NULL};
	xmlNodePtr root;

	if ((j->doc = xmlSecParseFile(path)) == NULL ||
	    (root = xmlDocGetRootElement(j->doc)) == NULL)
		return NULL;
	if (j->dtd != NULL)
		apply_dtd(j);
	if (j->ids)
		xmlSecAddIDs(j->doc, root, ids);
	return xmlSecFindNode(root, xmlSecNodeSignature, xmlSecDSigNs);
}

static void
set_klasses(const xmlSecTransformId *list)
{
	xmlSecPtrListPtr ids = xmlSecTransformIdsGet();

	xmlSecPtrListEmpty(ids);
	for (size_t i = 0; i < klass_count; i++)
		need(xmlSecTransformIdsRegister(list[i]) == 0, "klass");
}

static const char *
folder_of(const char *path)
{
	return arena_printf(arena, "%.*s", (int)(strrchr(path, '/') - path), path);
}

/* xmlsec's verdict under the klasses that are registered; *j holds what it used. */
static bool
verify(const struct row *r, struct job *j)
{
	const char *path = join(r->base, r->file), *folder = folder_of(path);
	xmlNodePtr signature;

	*j = (struct job){.keys = xmlSecKeysMngrCreate()};
	map_count = r->options == NULL ? map_count : 0;
	need(j->keys != NULL && xmlSecCryptoAppDefaultKeysMngrInit(j->keys) == 0 &&
		 (j->ctx = xmlSecDSigCtxCreate(j->keys)) != NULL,
	    "keys manager");
	j->ctx->keyInfoReadCtx.flags |= XMLSEC_KEYINFO_FLAGS_X509DATA_SKIP_STRICT_CHECKS;
	if (r->options != NULL)
		read_options(j, r);
	else
		read_need(j, r, folder);
	signature = open_document(j, path);
	return signature != NULL && xmlSecDSigCtxVerify(j->ctx, signature) == 0 &&
	       j->ctx->status == xmlSecDSigStatusSucceeded;
}

/* The suite of ours that this signature and its key are of, or NULL. */
static const struct sig_suite *
suite_of(const struct job *j, EVP_PKEY **key)
{
	const struct sig_suite *s =
	    j->ctx->signMethod == NULL || j->ctx->signMethod->id->href == NULL
		? NULL
		: sig_suite_by_uri((const char *)j->ctx->signMethod->id->href);
	xmlSecKeyDataPtr data = s == NULL ? NULL : xmlSecKeyGetValue(j->ctx->signKey);
	char curve[32] = "";

	*key = data == NULL ? NULL : xmlSecOpenSSLEvpKeyDataGetEvp(data);
	if (*key == NULL)
		return NULL;
	if (s->family == PKI_RSA)
		return s;
	EVP_PKEY_get_group_name(*key, curve, sizeof(curve), NULL);
	return strcmp(curve, s->family == PKI_EC256 ? "prime256v1" : "secp384r1") == 0 ? s : NULL;
}

/* The same signature by our own klass, with the key that xmlsec found. */
static void
verify_own(const struct row *r, struct job *found)
{
	EVP_PKEY *key;
	const struct sig_suite *suite = suite_of(found, &key);
	EVP_PKEY_CTX *verifier = suite == NULL ? NULL : EVP_PKEY_CTX_new(key, NULL);
	xmlSecTransformId saved = NULL;
	xmlNodePtr signature;
	struct job j = {.ids = found->ids};
	size_t at = 0;

	if (suite == NULL)
		return;
	need(verifier != NULL && EVP_PKEY_verify_init(verifier) == 1 &&
		 EVP_PKEY_CTX_set_signature_md(verifier, suite->digest->md) == 1,
	    "verifier");
	while (at < klass_count &&
	       (ours[at]->href == NULL || strcmp((const char *)ours[at]->href, suite->uri) != 0))
		at++;
	need(at < klass_count, suite->uri);
	saved = ours[at];
	ours[at] = sig_signature_klass(suite);
	set_klasses(ours);
	need((j.ctx = xmlSecDSigCtxCreate(NULL)) != NULL &&
		 (j.ctx->signKey = sig_key_new(verifier)) != NULL,
	    "context");
	signature = open_document(&j, join(r->base, r->file));
	judge(signature != NULL && xmlSecDSigCtxVerify(j.ctx, signature) == 0 &&
		  j.ctx->status == xmlSecDSigStatusSucceeded,
	    r, "not by our own klass");
	own_values++;
	ours[at] = saved;
	end_job(&j);
	EVP_PKEY_CTX_free(verifier);
}

/* The verdict that the stock column says; false = the row cannot be run. */
static bool
wanted(const struct row *r, bool *want)
{
	/* xmlsec1 1.2.37 refuses these words, not the message: there is no verdict */
	static const char *const unknown[] = {
	    "--crl-der", "--verify-", "--relationship-legacy", "--X509-skip-time-checks"};

	*want = strncmp(r->stock, "as expected", 11) == 0
		    ? strcmp(r->expected, "valid") == 0
		    : strncmp(r->stock, "DEVIATION: success", 18) == 0;
	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
		if (strstr(r->arguments, unknown[i]) != NULL)
			return false;
	return strncmp(r->stock, "NOT RUN", 7) != 0;
}

static bool
needs_tests(const struct row *r)
{
	return strstr(r->stock, "tests/") != NULL;
}

/* Two rows' RetrievalMethod is a path that begins with tests/: from a folder in which that leads to
 * the corpus. */
static void
enter_tests(const struct row *r, char folder[])
{
	const char *link = arena_printf(scratch, "%s/tests", mkdtemp(folder));

	need(symlink(r->options, link) == 0 && chdir(folder) == 0, link);
}

static void
leave_tests(const char *folder)
{
	need(unlink("tests") == 0 && chdir("/") == 0 && rmdir(folder) == 0, folder);
}

static void
judge_row(const struct row *r, bool want)
{
	struct job j;
	bool got;

	set_klasses(stock);
	got = verify(r, &j);
	end_job(&j);
	judge(got == want, r, got ? "stock: accepted" : "stock: refused");
	set_klasses(ours);
	sig_klasses_watch(scratch);
	got = verify(r, &j);
	judge(got == want, r, got ? "ours: accepted" : "ours: refused");
	if (got)
		verify_own(r, &j);
	end_job(&j);
}

static void
run_row(const struct row *r)
{
	char folder[] = "/tmp/shepd-stock-XXXXXX";
	bool want;

	if (!wanted(r, &want)) {
		printf("not run: %s: %s\n", r->file, r->stock);
		not_run++;
		return;
	}
	if (needs_tests(r))
		enter_tests(r, folder);
	else
		need(chdir(folder_of(join(r->base, r->file))) == 0, r->file);
	judge_row(r, want);
	if (needs_tests(r))
		leave_tests(folder);
	arena_reset(scratch);
}

/* --- tables ----------------------------------------------------------------------------------- */

static char *
field(char **line)
{
	char *f = *line, *tab = f == NULL ? NULL : strchr(f, '\t');

	*line = tab == NULL ? NULL : tab + 1;
	if (tab != NULL)
		*tab = '\0';
	return f == NULL ? arena_strdup(arena, "") : f;
}

static unsigned
run_table(const char *base, const char *options)
{
	struct octets o = fixture_file(arena, join(base, "EXPECTED.tsv"));
	char *rest = NULL, *text = arena_string(arena, o);
	unsigned rows = 0;

	for (char *line = strtok_r(text, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest)) {
		struct row r = {.base = base, .options = options};
		if (*line == '#')
			continue;
		r.file = field(&line);
		r.expected = field(&line);
		field(&line);
		r.need = field(&line);
		r.arguments = field(&line);
		r.stock = field(&line);
		run_row(&r);
		rows++;
	}
	return rows;
}

/* --- beginning and end ------------------------------------------------------------------------ */

static void
on_error(const char *file, int line, const char *func, const char *object, const char *subject,
    int reason, const char *msg)
{
	(void)file, (void)line, (void)func, (void)object, (void)subject, (void)reason, (void)msg;
}

static void
be_silent(void *ctx, const char *format, ...)
{
	(void)ctx, (void)format;
}

static bool
is_ours(xmlSecTransformId id)
{
	if (id == sig_c14n_klass())
		return true;
	for (size_t i = 0; i < SIG_DIGESTS; i++)
		if (id == sig_digest_klass(&sig_digests[i]))
			return true;
	return false;
}

/* xmlsec's list, and the same with ours where they do the same. */
static void
make_lists(void)
{
	xmlSecPtrListPtr ids = xmlSecTransformIdsGet();
	struct err e = {0};

	klass_count = xmlSecPtrListGetSize(ids);
	need(klass_count < MOST_KLASSES, "klasses");
	for (size_t i = 0; i < klass_count; i++)
		ours[i] = stock[i] = xmlSecPtrListGetItem(ids, (xmlSecSize)i);
	need(sig_suites_load(&e) == 0 && sig_klasses_register(&e) == 0, e.detail);
	unsigned replaced = 0;
	for (xmlSecSize k = 0; k < xmlSecPtrListGetSize(ids); k++) {
		xmlSecTransformId own = xmlSecPtrListGetItem(ids, k);
		for (size_t i = 0; i < klass_count && is_ours(own); i++)
			if (stock[i]->href != NULL && stock[i]->usage == own->usage &&
			    xmlStrEqual(stock[i]->href, own->href)) {
				ours[i] = own;
				replaced++;
			}
	}
	need(replaced == 4, "exclusive C14N and three digests of ours");
}

static void
start(void)
{
	struct err e = {0};

	need((arena = arena_new()) != NULL && (scratch = arena_new()) != NULL, "arenas");
	/* its store reads the system's authorities otherwise, for each row anew: 50 ms */
	need(setenv("SSL_CERT_FILE", "/dev/null", 1) == 0 &&
		 setenv("SSL_CERT_DIR", "/nowhere", 1) == 0,
	    "environment");
	need(gost_load(&e) == 0 && OSSL_PROVIDER_load(NULL, "legacy") != NULL, "providers");
	xmlSetGenericErrorFunc(NULL, be_silent);
	need(xmlSecInit() == 0 && xmlSecCryptoAppInit(NULL) == 0 && xmlSecCryptoInit() == 0,
	    "xmlsec");
	xmlSecErrorsSetCallback(on_error);
	xmlSecIOCleanupCallbacks();
	need(xmlSecIORegisterCallbacks(match_any, open_mapped, read_mapped, close_mapped) == 0,
	    "callbacks");
}

/* What Santuario's INDEX.md says stands for the addresses in its files. */
static void
map_santuario(const char *base)
{
	static const struct map known[] = {
	    {"http://www.w3.org/TR/xml-stylesheet", "org/w3c/www/TR/xml-stylesheet.html"},
	    {"http://www.w3.org/TR/2000/REC-xml-20001006", "org/w3c/www/TR/2000/REC-xml-20001006"},
	    {"http://xmldsig.pothole.com/xml-stylesheet.txt",
		"com/pothole/xmldsig/xml-stylesheet.txt"},
	    {"http://www.w3.org/Signature/2002/04/xml-stylesheet.b64",
		"ie/baltimore/merlin-examples/merlin-xmldsig-twenty-three/xml-stylesheet.b64"},
	    {"http://www.nue.et-inf.uni-siegen.de/index.html",
		"org/apache/xml/security/temp/nuehomepage"},
	    {"http://www.ietf.org/rfc/rfc3161.txt",
		"org/apache/xml/security/test/javax/xml/crypto/dsig/rfc3161.txt"},
	};

	map_count = 0;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		add_map(known[i].url, join(base, known[i].path));
}

int
main(void)
{
	const char *base;
	unsigned rows;

	start();
	make_lists();
	if ((base = fixture_shared(arena, "corpora/01-xmlsec")) == NULL) {
		fixture_skipped(1, "no published corpora beside the sources");
		return 77;
	}
	rows = run_table(join(base, "1.2.37"), join(base, "1.2.37"));
	rows += run_table(join(base, "head"), join(base, "head"));
	base = fixture_shared(arena, "corpora/02-santuario");
	need(base != NULL, "corpora/02-santuario");
	map_santuario(base);
	rows += run_table(base, NULL);
	need(rows >= 700, "rows of three tables");
	printf("%u rows, %u not run, %u values verified by our own klass\n", rows, not_run,
	    own_values);
	printf("%u passed, %u failed\n", passed, failed);
	return failed > 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The list of CA certificates that may be loaded, by fingerprint: a folder that somebody could
 * write to gives no anchor by itself.
 *
 * A line a certificate, fields separated by tabs: name, SHA-256 of the DER in hex, "anchor" or
 * "intermediate"; what follows is for people and for certs/fetch-nca. Lines that begin with # are
 * comments.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pki/inner.h"

enum {
	LISTED_MAX = 1024 /* lines: the NCA has some twenty CAs */
};

static int
digit(char c)
{
	static const char hex[] = "0123456789abcdef";
	const char *at = c != '\0' ? strchr(hex, c) : NULL;

	return at != NULL ? (int)(at - hex) : -1;
}

static bool
read_digest(const char *text, unsigned char out[32])
{
	if (strlen(text) != 64)
		return false;
	for (size_t i = 0; i < 32; i++) {
		int high = digit(text[2 * i]), low = digit(text[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		out[i] = (unsigned char)(high << 4 | low);
	}
	return true;
}

static bool
read_line(char *line, struct pki_listed *out)
{
	const char *name = strsep(&line, "\t");
	const char *digest = strsep(&line, "\t"), *kind = strsep(&line, "\t");

	if (name == NULL || name[0] == '\0' || digest == NULL || kind == NULL ||
	    !read_digest(digest, out->digest))
		return false;
	out->anchor = strcmp(kind, "anchor") == 0;
	return out->anchor || strcmp(kind, "intermediate") == 0;
}

static void
read_lines(struct pki *p, char *text, const char *path, struct pki_told *told)
{
	char what[80];
	unsigned number = 0;

	for (char *line; (line = strsep(&text, "\n")) != NULL;) {
		number++;
		if (line[0] == '\0' || line[0] == '#')
			continue;
		if (p->n_listed < LISTED_MAX && read_line(line, &p->listed[p->n_listed])) {
			p->n_listed++;
			continue;
		}
		snprintf(what, sizeof(what),
		    "line %u is not name, SHA-256 and kind with tabs between", number);
		pki_tell(told, path, what);
	}
}

void
pki_listed_read(struct pki *p, const char *path, struct pki_told *told)
{
	struct err e = {0};
	unsigned char *data = NULL;
	size_t len = 0;

	if (path == NULL)
		return;
	p->listed = calloc(LISTED_MAX, sizeof(*p->listed));
	if (p->listed == NULL)
		pki_tell(told, path, "no memory");
	else if (pki_read_file(path, &data, &len, &e) != 0)
		pki_tell(told, path, e.detail);
	else if (memchr(data, '\0', len) != NULL)
		pki_tell(told, path, "holds octets that are no text");
	else {
		data[len] = '\0'; /* there is room for one */
		read_lines(p, (char *)data, path, told);
	}
	free(data);
}

int
pki_listed_check(const struct pki *p, const struct pki_cert *ca, struct err *e)
{
	char name[200];

	if (p->listed == NULL)
		return 0;
	for (size_t i = 0; i < p->n_listed; i++)
		if (memcmp(p->listed[i].digest, ca->digest, sizeof(ca->digest)) == 0 &&
		    p->listed[i].anchor == ca->anchor)
			return 0;
	return err_set(e, ERR_CONFIG, "%s %s, SHA-256 %s, is not listed in trust.fingerprints",
	    ca->anchor ? "anchor" : "intermediate",
	    pki_name(X509_get_subject_name(ca->x), name, sizeof(name)), ca->who.fingerprint);
}

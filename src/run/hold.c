/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Sources, their places on the shelf, their files in state_dir: NAME.crl, NAME.delta.crl, and
 * beside each a NAME.fetch or NAME.delta.fetch of one line.
 *
 * What is in them is checked again when it is read back.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log/log.h"
#include "pki/ocsp.h"
#include "run/file.h"
#include "run/hold.h"
#include "run/run.h"

unsigned
run_hold_check(const struct conf *c, struct pki *pki, conf_complain *complain, void *self)
{
	unsigned char id[32];
	unsigned strangers = 0;
	char what[1024];

	for (size_t i = 0; i < c->issuer_count; i++) {
		const struct conf_issuer *a = &c->issuers[i];
		bool asked = a->crl[0] != '\0' || a->delta[0] != '\0' || a->ocsp[0] != '\0';
		struct err e = {0};

		if (!asked || pki_authority_of_file(pki, a->certificate, id, &e) == 0)
			continue;
		strangers++;
		snprintf(what, sizeof(what), "authority %s: %s", a->name, e.detail);
		if (complain != NULL)
			complain(self, a->at.file, a->at.line, what);
	}
	return strangers;
}

static const char *
kind(const struct run_source *s)
{
	return s->delta ? "delta" : "full";
}

static void
tell(const struct run_source *s, const char *event, const char *what)
{
	log_line(LOG_WARNING, run_now(), event, "authority", s->issuer->name, "kind", kind(s),
	    "file", s->path, "what", what, NULL);
}

static void
add_source(struct run_hold *h, const struct conf *c, const struct conf_issuer *issuer, bool delta)
{
	const char *url = delta ? issuer->delta : issuer->crl, *dir = c->fetch.state_dir;
	struct run_source *s = &h->sources[h->count];

	if (url[0] == '\0')
		return;
	h->count++;
	*s = (struct run_source){
	    .issuer = issuer, .url = url, .delta = delta, .path = "", .note = ""};
	if (dir[0] == '\0')
		return;
	s->path = arena_printf(h->arena, "%s/%s%s.crl", dir, issuer->name, delta ? ".delta" : "");
	s->note = arena_printf(h->arena, "%s/%s%s.fetch", dir, issuer->name, delta ? ".delta" : "");
}

/* Deltas last: each needs its full one. */
static int
list_sources(struct run_hold *h, const struct conf *c, struct err *e)
{
	bool whole = true;

	h->sources = arena_alloc(h->arena, (2 * c->issuer_count + 1) * sizeof(*h->sources));
	if (h->sources == NULL)
		return err_set(e, ERR_NOMEM, "sources of CRLs");
	for (size_t i = 0; i < c->issuer_count; i++)
		add_source(h, c, &c->issuers[i], false);
	for (size_t i = 0; i < c->issuer_count; i++)
		add_source(h, c, &c->issuers[i], true);
	for (size_t i = 0; i < h->count; i++)
		whole &= h->sources[i].path != NULL && h->sources[i].note != NULL;
	return whole ? 0 : err_set(e, ERR_NOMEM, "sources of CRLs");
}

/* Who else can write here could put back an older CRL that is still in force. */
static int
check_folder(const char *dir, struct err *e)
{
	struct stat st;

	if (mkdir(dir, 0755) != 0 && errno != EEXIST)
		return err_set(e, ERR_CONFIG, "state_dir %s: %s", dir, strerror(errno));
	if (stat(dir, &st) != 0 || !S_ISDIR(st.st_mode))
		return err_set(e, ERR_CONFIG, "state_dir %s is no folder", dir);
	if (st.st_mode & (S_IWGRP | S_IWOTH))
		return err_set(e, ERR_CONFIG, "state_dir %s: others may write to it", dir);
	return 0;
}

static int
open_shelf(struct run_hold *h, const struct conf *c, struct err *e)
{
	struct pki_place *places = arena_alloc(h->arena, (h->count + 1) * sizeof(*places));

	if (places == NULL)
		return err_set(e, ERR_NOMEM, "places of CRLs");
	for (size_t i = 0; i < h->count; i++)
		places[i] =
		    (struct pki_place){h->sources[i].issuer->certificate, h->sources[i].delta};
	return pki_shelf_open(h->pki, places, h->count, c->fetch.crl_octets, e);
}

int
run_hold_open(
    const struct conf *c, struct pki *pki, struct instant at, struct run_hold **out, struct err *e)
{
	struct run_hold *h = calloc(1, sizeof(*h));
	int rc = -1;

	*out = NULL;
	if (h == NULL || (h->arena = arena_new()) == NULL) {
		err_set(e, ERR_NOMEM, "what is held of CRLs");
		goto out;
	}
	h->pki = pki;
	h->most = c->fetch.crl_octets;
	if (list_sources(h, c, e) != 0)
		goto out;
	if (c->issuer_count > 0 && c->fetch.state_dir[0] != '\0' &&
	    check_folder(c->fetch.state_dir, e) != 0)
		goto out;
	if (h->count > 0 && open_shelf(h, c, e) != 0)
		goto out;
	for (size_t i = 0; i < h->count; i++)
		run_hold_look(h, i, at);
	*out = h;
	h = NULL; /* moved */
	rc = 0;
out:
	run_hold_close(h);
	return rc;
}

void
run_hold_close(struct run_hold *h)
{
	if (h == NULL)
		return;
	arena_free(h->arena);
	free(h);
}

static bool
same_file(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

void
run_hold_look(struct run_hold *h, size_t source, struct instant at)
{
	struct run_source *s = &h->sources[source];
	struct arena *a;
	struct octets der;
	struct stat st;
	struct err e = {0};
	bool changed;

	if (s->path[0] == '\0' || stat(s->path, &st) != 0 || same_file(&st, &s->seen))
		return;
	s->seen = st;
	a = arena_new();
	if (a == NULL)
		err_set(&e, ERR_NOMEM, "no memory");
	else if (run_file_read(s->path, h->most, a, &der, &e) == 0)
		(void)!pki_shelf_put(h->pki, source, der, PKI_PUT_KEPT, at, &changed, &e);
	if (e.code != ERR_OK)
		tell(s, "kept-crl-refused", e.detail);
	arena_free(a);
}

int
run_hold_put(struct run_hold *h, size_t source, struct octets der, struct instant at, bool *changed,
    struct err *e)
{
	struct run_source *s = &h->sources[source];
	struct stat st;
	struct err kept = {0};

	if (pki_shelf_put(h->pki, source, der, PKI_PUT_NEW, at, changed, e) != 0)
		return -1;
	if (s->path[0] == '\0' || (!*changed && stat(s->path, &st) == 0))
		return 0;
	if (run_file_replace(s->path, der, &kept) != 0)
		tell(s, "crl-not-kept", kept.detail);
	else if (stat(s->path, &s->seen) != 0)
		memset(&s->seen, 0, sizeof(s->seen));
	return 0;
}

void
run_hold_note(
    const struct run_hold *h, size_t source, struct instant when, const struct err *failure)
{
	const struct run_source *s = &h->sources[source];
	char text[CLOCK_TEXT], line[600], *at;
	struct err e = {0};

	if (s->note[0] == '\0')
		return;
	snprintf(line, sizeof(line), "%s\t%s", clock_write_utc(when, text),
	    failure != NULL ? failure->detail : "");
	for (at = strchr(line, '\t') + 1; *at != '\0'; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7F)
			*at = '?'; /* part of it is a server's word */
	*at++ = '\n';
	struct octets octets = {(const unsigned char *)line, (size_t)(at - line)};
	if (run_file_replace(s->note, octets, &e) != 0)
		tell(s, "note-not-kept", e.detail);
}

void
run_hold_read_note(const struct run_hold *h, size_t source, struct run_note *out)
{
	const struct run_source *s = &h->sources[source];
	char line[600] = "";
	FILE *f = s->note[0] != '\0' ? fopen(s->note, "re") : NULL;

	memset(out, 0, sizeof(*out));
	if (f == NULL)
		return;
	if (fgets(line, sizeof(line), f) != NULL) {
		char *tab = strchr(line, '\t');
		line[strcspn(line, "\n")] = '\0';
		snprintf(out->failure, sizeof(out->failure), "%s", tab != NULL ? tab + 1 : "");
		snprintf(out->when, sizeof(out->when), "%.*s", (int)strcspn(line, "\t"), line);
	}
	fclose(f);
}

/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The shelf in shared memory: two regions a place, one generation for all.
 *
 * A CRL is written into the region that is not in use, then the place names that one, then the
 * generation goes up, then the old region's memory is given back. Who looked up meanwhile sees
 * another generation and looks again. The generation goes up before the writing, too, so that
 * nobody still looks at a region that a writer killed half way had already left.
 */
#include "config.h"

#include <sys/mman.h>

#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "pki/inner.h"
#include "pki/shelf.h"

enum {
	PAGE = 4096,
	MOST_PLACES = 256,
	SMALLEST_ENTRY = 20 /* octets of DER */
};

/* The first page of the memory. */
struct control {
	_Atomic uint64_t generation;
	_Atomic unsigned char used[MOST_PLACES]; /* 0 = nothing, 1 and 2 = the region */
};

struct place {
	size_t authority;
	unsigned char authority_id[32];
	bool delta;
	bool filled;
	struct pki_crl view; /* of the region in use, its entries in the shared memory */
};

struct pki_shelf {
	int fd;			/* to write; -1 = only to look up */
	struct control *writer; /* the same page as memory, which cannot be written */
	const unsigned char *memory;
	size_t size, region;
	uint64_t seen;
	struct place *places;
	size_t count;
};

static const struct control *
control_of(const struct pki_shelf *s)
{
	return (const struct control *)(const void *)s->memory;
}

static size_t
region_at(const struct pki_shelf *s, size_t place, unsigned used)
{
	return PAGE + (place * 2 + used - 1) * s->region;
}

/* Written through one descriptor, looked at through another that cannot write: a mapping made from
 * that one can never be made writable. */
static int
map(struct pki_shelf *s, struct err *e)
{
	char path[64];
	void *looked, *written;
	int fd;

	s->fd = memfd_create("shepd-crls", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (s->fd < 0 || ftruncate(s->fd, (off_t)s->size) != 0 ||
	    fcntl(s->fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)
		return err_set(e, ERR_NOMEM, "no shared memory of %zu octets for CRLs", s->size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", s->fd);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	looked = fd < 0 ? MAP_FAILED : mmap(NULL, s->size, PROT_READ, MAP_SHARED, fd, 0);
	if (fd >= 0)
		close(fd);
	if (looked == MAP_FAILED)
		return err_set(e, ERR_NOMEM, "the shared memory for CRLs cannot be looked at");
	s->memory = looked;
	written = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, s->fd, 0);
	if (written == MAP_FAILED)
		return err_set(e, ERR_NOMEM, "the shared memory for CRLs cannot be written");
	s->writer = written;
	atomic_store(&s->writer->generation, 1);
	return 0;
}

static int
set_places(struct pki *p, const struct pki_place *places, struct err *e)
{
	struct pki_crl **more;
	struct pki_shelf *s = p->shelf;
	const struct pki_cert *ca;

	s->places = calloc(s->count + 1, sizeof(*s->places));
	more = reallocarray(p->crls, p->n_crls + s->count + 1, sizeof(struct pki_crl *));
	if (more != NULL)
		p->crls = more;
	if (s->places == NULL || more == NULL)
		return err_set(e, ERR_NOMEM, "no memory for places of CRLs");
	for (size_t i = 0; i < s->count; i++) {
		s->places[i].delta = places[i].delta;
		if (pki_ca_of_file(p, places[i].certificate, &ca, e) != 0)
			return -1;
		s->places[i].authority = ca->authority;
		memcpy(s->places[i].authority_id, ca->authority_id, sizeof(ca->authority_id));
	}
	return 0;
}

int
pki_shelf_open(
    struct pki *p, const struct pki_place *places, size_t count, size_t octets, struct err *e)
{
	struct pki_shelf *s = calloc(1, sizeof(*s));
	size_t most = octets / SMALLEST_ENTRY * sizeof(struct pki_revoked) + sizeof(struct pki_crl);

	if (s == NULL)
		return err_set(e, ERR_NOMEM, "no memory for a shelf of CRLs");
	s->fd = -1;
	p->shelf = s;
	if (count > MOST_PLACES) {
		err_set(e, ERR_CONFIG, "more than %d sources of CRLs", MOST_PLACES);
		goto out;
	}
	s->count = count;
	s->region = (most + PAGE - 1) / PAGE * PAGE;
	s->size = PAGE + 2 * count * s->region;
	if (map(s, e) == 0 && set_places(p, places, e) == 0)
		return 0;
out:
	pki_shelf_close(p);
	return -1;
}

void
pki_shelf_look_only(struct pki *p)
{
	struct pki_shelf *s = p->shelf;

	if (s == NULL)
		return;
	if (s->writer != NULL)
		munmap(s->writer, PAGE);
	if (s->fd >= 0)
		close(s->fd);
	s->writer = NULL;
	s->fd = -1;
}

void
pki_shelf_close(struct pki *p)
{
	struct pki_shelf *s = p->shelf;

	if (s == NULL)
		return;
	pki_shelf_look_only(p);
	/* what p->crls still names of it is only looked at for its mark */
	for (size_t i = p->n_crls; i-- > 0;)
		if (p->crls[i]->shelved)
			p->crls[i] = p->crls[--p->n_crls];
	if (s->memory != NULL)
		munmap((void *)(uintptr_t)s->memory, s->size);
	free(s->places);
	free(s);
	p->shelf = NULL;
}

/* Takes a place's CRL into view, if what stands there can be one. */
static void
look_at(struct pki_shelf *s, size_t i)
{
	struct place *place = &s->places[i];
	unsigned used = atomic_load(&control_of(s)->used[i]);

	place->filled = used == 1 || used == 2;
	if (!place->filled)
		return;
	const unsigned char *region = s->memory + region_at(s, i, used);
	memcpy(&place->view, region, sizeof(place->view));
	place->view.revoked =
	    (struct pki_revoked *)(uintptr_t)(region + sizeof(place->view)); /* read only */
	place->view.authority = place->authority;
	place->view.delta = place->delta;
	place->view.shelved = true;
	place->filled =
	    place->view.n_revoked <= (s->region - sizeof(place->view)) / sizeof(struct pki_revoked);
}

uint64_t
pki_shelf_notice(struct pki *p)
{
	struct pki_shelf *s = p->shelf;
	uint64_t generation;
	size_t n = 0;

	if (s == NULL)
		return 0;
	generation = atomic_load(&control_of(s)->generation);
	if (generation == s->seen)
		return generation;
	s->seen = generation;
	pki_forget_verdicts(p);
	for (size_t i = 0; i < p->n_crls; i++)
		if (!p->crls[i]->shelved)
			p->crls[n++] = p->crls[i];
	for (size_t i = 0; i < s->count; i++) {
		look_at(s, i);
		if (s->places[i].filled)
			p->crls[n++] = &s->places[i].view;
	}
	p->n_crls = n;
	pki_crl_sort(p);
	return generation;
}

bool
pki_shelf_awaits(const struct pki *p, size_t authority)
{
	for (size_t i = 0; p->shelf != NULL && i < p->shelf->count; i++)
		if (p->shelf->places[i].authority == authority && !p->shelf->places[i].delta)
			return true;
	return false;
}

bool
pki_shelf_settled(const struct pki *p, uint64_t generation)
{
	if (p->shelf == NULL)
		return true;
	atomic_thread_fence(memory_order_acquire);
	return atomic_load(&control_of(p->shelf)->generation) == generation;
}

static int
check_times(const struct pki_crl *crl, int64_t at, struct err *e)
{
	char text[CLOCK_TEXT];

	if (crl->this_update > at)
		return err_set(e, ERR_CONFIG, "it is not in force before %s",
		    clock_write_utc((struct instant){crl->this_update, 0}, text));
	if (crl->next_update <= at)
		return err_set(e, ERR_CONFIG, "it was to be replaced on %s",
		    clock_write_utc((struct instant){crl->next_update, 0}, text));
	return 0;
}

/* Against every CRL that is held of the same kind. Numbers of deltas are compared with deltas': the
 * NCA numbers them by themselves. */
static int
check_age(const struct pki *p, const struct pki_crl *crl, struct err *e)
{
	for (size_t i = 0; i < p->n_crls; i++) {
		const struct pki_crl *held = p->crls[i];
		if (held->authority != crl->authority || held->delta != crl->delta)
			continue;
		if (memcmp(crl->number, held->number, PKI_SERIAL) < 0)
			return err_set(
			    e, ERR_CONFIG, "its number is lower than that of the one held");
		if (crl->this_update < held->this_update)
			return err_set(e, ERR_CONFIG, "it was issued before the one held");
	}
	return 0;
}

/* A delta says what changed since its base: the full one must not be older (RFC 5280 5.2.4). */
static int
check_base(const struct pki *p, const struct pki_crl *crl, struct err *e)
{
	for (size_t i = 0; i < p->n_crls; i++) {
		const struct pki_crl *held = p->crls[i];
		if (held->authority == crl->authority && !held->delta &&
		    memcmp(held->number, crl->base, PKI_SERIAL) >= 0)
			return 0;
	}
	return err_set(e, ERR_CONFIG, "no full CRL is held that is as new as the delta's base");
}

static int
check(const struct pki *p, const struct place *place, const struct pki_crl *crl, enum pki_put how,
    int64_t at, struct err *e)
{
	if (crl->authority != place->authority)
		return err_set(e, ERR_CONFIG, "it is another CA's");
	if (crl->delta != place->delta)
		return err_set(e, ERR_CONFIG, "it is a %s", crl->delta ? "delta" : "full CRL");
	if (how == PKI_PUT_NEW && check_times(crl, at, e) != 0)
		return -1;
	return check_age(p, crl, e) != 0 || (crl->delta && check_base(p, crl, e) != 0) ? -1 : 0;
}

static bool
write_all(int fd, size_t at, const void *from, size_t len)
{
	const char *p = from;

	while (len > 0) {
		ssize_t n = pwrite(fd, p, len, (off_t)at);
		if (n <= 0)
			return false;
		p += n;
		at += (size_t)n;
		len -= (size_t)n;
	}
	return true;
}

static void
give_back(const struct pki_shelf *s, size_t place, unsigned used)
{
	/* without it the memory would only be held longer */
	if (fallocate(s->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
		(off_t)region_at(s, place, used), (off_t)s->region) != 0)
		return;
}

static int
exchange(struct pki_shelf *s, size_t place, const struct pki_crl *crl, struct err *e)
{
	unsigned old = atomic_load(&s->writer->used[place]), other = old == 1 ? 2 : 1;
	size_t at = region_at(s, place, other), len = crl->n_revoked * sizeof(*crl->revoked);

	if (len > s->region - sizeof(*crl))
		return err_set(e, ERR_CONFIG, "it has too many entries");
	atomic_fetch_add(&s->writer->generation, 1);
	if (!write_all(s->fd, at, crl, sizeof(*crl)) ||
	    !write_all(s->fd, at + sizeof(*crl), crl->revoked, len)) {
		give_back(s, place, other);
		return err_set(e, ERR_NOMEM, "no memory for the index of a CRL");
	}
	atomic_store(&s->writer->used[place], (unsigned char)other);
	atomic_fetch_add(&s->writer->generation, 1);
	if (old != 0)
		give_back(s, place, old);
	return 0;
}

int
pki_shelf_put(struct pki *p, size_t place, struct octets der, enum pki_put how, struct instant at,
    bool *changed, struct err *e)
{
	struct pki_shelf *s = p->shelf;
	struct pki_crl *crl = NULL;
	int rc = -1;

	*changed = false;
	if (s == NULL || place >= s->count || s->fd < 0)
		return err_set(e, ERR_INTERNAL, "no place to put a CRL");
	pki_shelf_notice(p);
	if (der.len == 0) {
		err_set(e, ERR_CONFIG, "it is empty");
		goto out;
	}
	if (pki_crl_read(p, der, &crl, e) != 0 ||
	    check(p, &s->places[place], crl, how, at.seconds, e) != 0)
		goto out;
	bool other = !s->places[place].filled ||
		     memcmp(s->places[place].view.digest, crl->digest, sizeof(crl->digest)) != 0;
	rc = other ? exchange(s, place, crl, e) : 0;
	*changed = rc == 0 && other;
	pki_shelf_notice(p);
out:
	pki_crl_free(crl);
	return rc;
}

/* In memory of our own; NULL where nothing stands. */
static int
copy_held(const struct place *place, struct pki_crl **out, struct err *e)
{
	const struct pki_crl *held = &place->view;
	struct pki_crl *crl;

	*out = NULL;
	if (!place->filled)
		return 0;
	crl = malloc(sizeof(*crl));
	if (crl == NULL)
		return err_set(e, ERR_NOMEM, "no memory for a CRL");
	*crl = *held;
	crl->shelved = false;
	crl->revoked = calloc(held->n_revoked + 1, sizeof(*crl->revoked));
	if (crl->revoked != NULL)
		memcpy(crl->revoked, held->revoked, held->n_revoked * sizeof(*crl->revoked));
	*out = crl;
	return crl->revoked != NULL ? 0 : err_set(e, ERR_NOMEM, "no memory for a CRL");
}

/* Its courier may exchange it meanwhile. */
static int
copy_settled(struct pki *older, size_t place, struct pki_crl **out, struct err *e)
{
	uint64_t generation;
	int rc;

	*out = NULL;
	do {
		pki_crl_free(*out);
		generation = pki_shelf_notice(older);
		rc = copy_held(&older->shelf->places[place], out, e);
	} while (rc == 0 && !pki_shelf_settled(older, generation));
	return rc;
}

static int
take_place(struct pki *p, size_t place, struct pki *older, size_t from, struct err *e)
{
	const struct place *here = &p->shelf->places[place];
	struct pki_crl *crl;
	struct err worse = {0};
	int rc = copy_settled(older, from, &crl, e);

	pki_shelf_notice(p);
	if (rc != 0 || crl == NULL ||
	    (here->filled && memcmp(here->view.digest, crl->digest, sizeof(crl->digest)) == 0))
		goto out;
	crl->authority = here->authority;
	if (check(p, here, crl, PKI_PUT_KEPT, 0, &worse) == 0)
		rc = exchange(p->shelf, place, crl, e);
out:
	pki_crl_free(crl);
	return rc;
}

int
pki_shelf_take_over(struct pki *p, struct pki *older, struct err *e)
{
	if (p->shelf == NULL || older->shelf == NULL)
		return 0;
	for (size_t i = 0; i < p->shelf->count; i++)
		for (size_t k = 0; k < older->shelf->count; k++) {
			const struct place *to = &p->shelf->places[i];
			const struct place *from = &older->shelf->places[k];
			if (to->delta == from->delta &&
			    memcmp(to->authority_id, from->authority_id, 32) == 0 &&
			    take_place(p, i, older, k, e) != 0)
				return -1;
		}
	return 0;
}

bool
pki_shelf_facts(struct pki *p, size_t place, struct pki_crl_facts *out)
{
	pki_shelf_notice(p);
	if (p->shelf == NULL || place >= p->shelf->count || !p->shelf->places[place].filled)
		return false;
	pki_crl_describe(p, &p->shelf->places[place].view, out);
	return true;
}

size_t
pki_shelf_octets(const struct pki *p)
{
	const struct pki_shelf *s = p->shelf;
	size_t n = 0, pages = s != NULL ? s->size / PAGE : 0;
	unsigned char *there = malloc(pages + 1);

	if (s != NULL && there != NULL &&
	    mincore((void *)(uintptr_t)s->memory, s->size, there) == 0)
		for (size_t i = 0; i < pages; i++)
			n += (there[i] & 1) ? PAGE : 0;
	free(there);
	return n;
}

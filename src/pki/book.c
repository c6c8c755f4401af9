/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The book of OCSP answers: memory that all processes share since before the fork.
 *
 * Sets of WAYS places; a target can stand in one set only, so nothing is ever moved. A reader
 * copies a place and looks whether its sequence number was even and the same before and after.
 * Writers hold a robust mutex, for a few memory copies and no system call; who dies with it leaves
 * at most one place half written. Of whom it speaks the state is unknown until an answer is there.
 */
#include "config.h"

#include <sys/mman.h>

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "pki/inner.h"
#include "pki/ocsp.h"

enum {
	WAYS = 16,
	WANTED_SETS = 128, /* of WANTED_WAYS: 1,024 certificates that wait to be asked about */
	WANTED_WAYS = 8,
	TRIES = 4096 /* a place that is being written is read again so often: that takes longer
			than to write it */
};

struct place {
	_Atomic uint32_t sequence; /* odd while it is written */
	bool used;
	struct pki_target target;
	struct pki_ocsp_answer answer;
	uint32_t octets;
};

struct wanted {
	bool used;
	struct pki_target target;
};

struct pki_book {
	pthread_mutex_t writing;
	size_t sets, size;
	_Atomic size_t count;
	struct wanted wanted[WANTED_SETS * WANTED_WAYS];
	unsigned char (*octets)[PKI_BOOK_OCTETS]; /* beside places, by the same index */
	struct place places[];
};

/* Stands for an answer that cannot be read: it was there, so a CRL may not say good instead. */
static const struct pki_ocsp_answer half_written = {
    .fault = PKI_OCSP_MALFORMED, .fresh_until = {INT64_MAX, 0}, .reason = -1};

/* Issuers' serial numbers are random or in sequence; both spread. */
static size_t
spread(const struct pki_target *t)
{
	uint64_t a, s;

	memcpy(&a, t->authority, sizeof(a));
	memcpy(&s, t->serial + sizeof(t->serial) - sizeof(s), sizeof(s));
	a ^= s;
	a = (a ^ (a >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	a = (a ^ (a >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (size_t)(a ^ (a >> 31));
}

static bool
is_target(const struct pki_target *a, const struct pki_target *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

static int
prepare_mutex(pthread_mutex_t *m)
{
	pthread_mutexattr_t a;
	int rc = pthread_mutexattr_init(&a);

	if (rc != 0)
		return rc;
	if ((rc = pthread_mutexattr_setpshared(&a, PTHREAD_PROCESS_SHARED)) == 0 &&
	    (rc = pthread_mutexattr_setrobust(&a, PTHREAD_MUTEX_ROBUST)) == 0)
		rc = pthread_mutex_init(m, &a);
	pthread_mutexattr_destroy(&a);
	return rc;
}

int
pki_book_open(size_t places, struct pki_book **out, struct err *e)
{
	size_t sets = places / WAYS + (places % WAYS != 0), n = sets * WAYS;
	size_t head = sizeof(struct pki_book) + n * sizeof(struct place);
	struct pki_book *b;

	*out = NULL;
	if (n == 0 || n > SIZE_MAX / (2 * (PKI_BOOK_OCTETS + sizeof(struct place))))
		return err_set(e, ERR_CONFIG, "a book of %zu places", places);
	size_t size = head + n * PKI_BOOK_OCTETS;
	b = mmap(
	    NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (b == MAP_FAILED)
		return err_set(e, ERR_NOMEM, "no memory for a book of %zu places", places);
	if (prepare_mutex(&b->writing) != 0) {
		munmap(b, size);
		return err_set(e, ERR_NOMEM, "no lock for the book");
	}
	b->sets = sets;
	b->size = size;
	b->octets = (void *)((unsigned char *)b + head);
	*out = b;
	return 0;
}

void
pki_book_close(struct pki_book *b)
{
	if (b == NULL)
		return;
	munmap(b, b->size);
}

/* What a writer that died has left half written. */
static void
repair(struct pki_book *b)
{
	for (size_t i = 0; i < b->sets * WAYS; i++) {
		struct place *place = &b->places[i];
		uint32_t s = atomic_load_explicit(&place->sequence, memory_order_relaxed);
		if (s % 2 == 0)
			continue;
		place->answer = half_written;
		place->octets = 0;
		atomic_store_explicit(&place->sequence, s + 1, memory_order_release);
	}
	memset(b->wanted, 0, sizeof(b->wanted));
	pthread_mutex_consistent(&b->writing);
}

static bool
lock(struct pki_book *b, int (*how)(pthread_mutex_t *))
{
	int rc = how(&b->writing);

	if (rc == EOWNERDEAD)
		repair(b);
	return rc == 0 || rc == EOWNERDEAD;
}

static void
unlock(struct pki_book *b)
{
	pthread_mutex_unlock(&b->writing);
}

static struct place *
set_of(const struct pki_book *b, const struct pki_target *t)
{
	return (struct place *)(uintptr_t)&b->places[spread(t) % b->sets * WAYS];
}

/* Copies a place as it stood at one moment; octets may be NULL. False when it is being written all
 * the time, or its writer has died. */
static bool
copy(const struct pki_book *b, const struct place *place, struct place *out, unsigned char *octets)
{
	for (int i = 0; i < TRIES; i++) {
		uint32_t before = atomic_load_explicit(&place->sequence, memory_order_acquire);
		if (before % 2 != 0)
			continue;
		memcpy((unsigned char *)out + sizeof(out->sequence),
		    (const unsigned char *)place + sizeof(place->sequence),
		    sizeof(*out) - sizeof(out->sequence));
		if (octets != NULL && out->octets <= PKI_BOOK_OCTETS)
			memcpy(octets, b->octets[place - b->places], out->octets);
		atomic_thread_fence(memory_order_acquire);
		if (atomic_load_explicit(&place->sequence, memory_order_relaxed) == before)
			return true;
	}
	return false;
}

static struct place *
find(const struct pki_book *b, const struct pki_target *t)
{
	struct place *set = set_of(b, t);

	for (size_t i = 0; i < WAYS; i++)
		if (set[i].used && is_target(&set[i].target, t))
			return &set[i];
	return NULL;
}

bool
pki_book_look(const struct pki_book *b, const struct pki_target *t, struct pki_ocsp_answer *out,
    struct arena *a, struct octets *octets)
{
	const struct place *place = find(b, t);
	unsigned char *into = NULL;
	struct place found;

	*out = (struct pki_ocsp_answer){.reason = -1};
	if (octets != NULL) {
		*octets = (struct octets){NULL, 0};
		into = arena_alloc(a, PKI_BOOK_OCTETS);
	}
	if (place == NULL)
		return false;
	if (!copy(b, place, &found, into)) {
		*out = half_written;
		return true;
	}
	if (!found.used || !is_target(&found.target, t))
		return false;
	*out = found.answer;
	if (into != NULL)
		*octets = (struct octets){into, found.octets};
	return true;
}

/* Whom to give up for a newcomer: nobody's place, then one whose answer is over, then the oldest
 * answer. A revoked one stays. */
static struct place *
find_room(struct pki_book *b, const struct pki_target *t, struct instant at)
{
	struct place *set = set_of(b, t), *oldest = NULL;

	for (size_t i = 0; i < WAYS; i++) {
		struct place *p = &set[i];
		if (!p->used)
			return p;
		if (p->answer.status == PKI_REVOKED)
			continue;
		bool over = p->answer.fresh_until.seconds <= at.seconds;
		bool oldest_over =
		    oldest != NULL && oldest->answer.fresh_until.seconds <= at.seconds;
		if (oldest == NULL || (over && !oldest_over) ||
		    (over == oldest_over &&
			p->answer.this_update.seconds < oldest->answer.this_update.seconds))
			oldest = p;
	}
	return oldest;
}

static void
write_place(struct pki_book *b, struct place *place, const struct pki_target *t,
    const struct pki_ocsp_answer *answer, struct octets octets)
{
	uint32_t s = atomic_load_explicit(&place->sequence, memory_order_relaxed);
	bool fits = octets.len <= PKI_BOOK_OCTETS;

	atomic_store_explicit(&place->sequence, s + 1, memory_order_relaxed);
	atomic_thread_fence(memory_order_release);
	if (!place->used)
		atomic_fetch_add_explicit(&b->count, 1, memory_order_relaxed);
	place->used = true;
	place->target = *t;
	place->answer = *answer;
	place->octets = fits ? (uint32_t)octets.len : 0;
	if (fits && octets.len > 0)
		memcpy(b->octets[place - b->places], octets.data, octets.len);
	atomic_store_explicit(&place->sequence, s + 2, memory_order_release);
}

/* May this answer take the place of the one that is held? */
static bool
supersedes(const struct pki_ocsp_answer *answer, const struct pki_ocsp_answer *held)
{
	if (pki_ocsp_is_final(held))
		return pki_ocsp_is_final(answer) &&
		       answer->this_update.seconds >= held->this_update.seconds;
	return pki_ocsp_is_final(answer) ||
	       answer->this_update.seconds >= held->this_update.seconds;
}

bool
pki_book_put(struct pki_book *b, const struct pki_target *t, const struct pki_ocsp_answer *answer,
    struct octets octets, struct instant at)
{
	struct place *place;
	bool kept = false;

	if (answer->fault != PKI_OCSP_FINE || !lock(b, pthread_mutex_lock))
		return false;
	place = find(b, t);
	if (place != NULL) {
		/* a note of distrust carries the time of the lie, which proves nothing */
		kept = place->answer.fault != PKI_OCSP_FINE || supersedes(answer, &place->answer);
	} else {
		place = find_room(b, t, at);
		kept = place != NULL;
	}
	if (kept)
		write_place(b, place, t, answer, octets);
	unlock(b);
	return kept;
}

void
pki_book_distrust(
    struct pki_book *b, const struct pki_target *t, struct instant at, struct instant until)
{
	const struct pki_ocsp_answer note = {
	    .fault = PKI_OCSP_UNTRUSTED, .this_update = at, .fresh_until = until, .reason = -1};
	struct place *place;

	if (!lock(b, pthread_mutex_lock))
		return;
	place = find(b, t);
	if (place == NULL)
		place = find_room(b, t, at);
	else if (place->answer.status == PKI_REVOKED ||
		 (place->answer.fault == PKI_OCSP_FINE &&
		     place->answer.fresh_until.seconds > at.seconds))
		place = NULL;
	if (place != NULL)
		write_place(b, place, t, &note, (struct octets){NULL, 0});
	unlock(b);
}

void
pki_book_want(struct pki_book *b, const struct pki_target *t)
{
	struct wanted *set = &b->wanted[spread(t) % WANTED_SETS * WANTED_WAYS], *room = NULL;

	if (!lock(b, pthread_mutex_trylock))
		return;
	for (size_t i = 0; i < WANTED_WAYS; i++) {
		if (!set[i].used)
			room = &set[i];
		else if (is_target(&set[i].target, t))
			goto out;
	}
	if (room != NULL) {
		room->target = *t;
		room->used = true;
	}
out:
	unlock(b);
}

size_t
pki_book_take_wanted(struct pki_book *b, struct pki_target *out, size_t most)
{
	size_t n = 0;

	if (!lock(b, pthread_mutex_lock))
		return 0;
	for (size_t i = 0; i < (size_t)WANTED_SETS * WANTED_WAYS && n < most; i++)
		if (b->wanted[i].used) {
			out[n++] = b->wanted[i].target;
			b->wanted[i].used = false;
		}
	unlock(b);
	return n;
}

size_t
pki_book_count(const struct pki_book *b)
{
	return atomic_load_explicit(&b->count, memory_order_relaxed);
}

void
pki_use_book(struct pki *p, struct pki_book *b)
{
	p->book = b;
}

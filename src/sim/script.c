/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See script.h. A rule is "on OPERATION [service ID] [nth N[-M]] [every N] [times N] [chance P] do
 * DEED...".
 */
#include "config.h"

#include <sys/mman.h>

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sim/lines.h"
#include "sim/script.h"

#define RULES 64
#define ANY "*"
#define LATE 0u /* no bit: it goes with any other */

struct rule {
	const char *operation, *service; /* service NULL = any */
	unsigned long first, last;	 /* which occurrences; last 0 = all from the first */
	unsigned long every;
	unsigned long times; /* 0 = always */
	double chance;
	struct sim_deed deed;
};

struct counts {
	atomic_ulong seen, done;
};

struct sim_script {
	uint64_t seed;
	struct rule rules[RULES];
	size_t count;
	struct counts *shared; /* a place for each rule */
};

enum argument {
	NONE,
	MILLISECONDS, /* may be left out: 1000 */
	DELAY,
	STATUS,
	CODE
};

static const struct deed_name {
	const char *name;
	unsigned bit;
	enum argument argument;
} names[] = {
    {"late", LATE, DELAY},
    {"http", SIM_HTTP, STATUS},
    {"fault", SIM_FAULT, CODE},
    {"deaf", SIM_DEAF, NONE},
    {"close", SIM_CLOSE, NONE},
    {"reset", SIM_RESET, NONE},
    {"forget", SIM_FORGET, NONE},
    {"half", SIM_HALF, NONE},
    {"garbage", SIM_GARBAGE, NONE},
    {"alter", SIM_ALTER, NONE},
    {"foreign", SIM_FOREIGN, NONE},
    {"unsigned", SIM_UNSIGNED, NONE},
    {"drop", SIM_DROP, NONE},
    {"duplicate", SIM_DUPLICATE, NONE},
    {"reorder", SIM_REORDER, MILLISECONDS},
    {"unheard", SIM_UNHEARD, NONE},
};
#define NAMES (sizeof(names) / sizeof(names[0]))

static const char *const operations[] = {ANY, "SendMessage", "sendMessage",
    "sendDeliveryNotification", "getMessageStatus", "getMessages", SIM_PUSH, SIM_NOTIFY};
#define OPERATIONS (sizeof(operations) / sizeof(operations[0]))

static const struct deed_name *
find_deed(const char *name)
{
	for (size_t i = 0; i < NAMES; i++)
		if (strcmp(names[i].name, name) == 0)
			return &names[i];
	return NULL;
}

static bool
is_operation(const char *name)
{
	for (size_t i = 0; i < OPERATIONS; i++)
		if (strcmp(operations[i], name) == 0)
			return true;
	return false;
}

/* The argument of a deed: how many words it took, 0 or 1, or -1. */
static int
read_argument(const struct deed_name *n, const char *word, struct sim_deed *out)
{
	unsigned long number = 1000;
	bool given = word != NULL && sim_number(word, 0, 3600000, &number);

	if (n->argument == NONE)
		return 0;
	if (n->argument == CODE) {
		out->code = word;
		return word == NULL ? -1 : 1;
	}
	if (!given && n->argument != MILLISECONDS)
		return -1;
	if (n->argument == DELAY)
		out->late_ms = (unsigned)number;
	else if (n->argument == MILLISECONDS)
		out->held_ms = (unsigned)number;
	else if (number < 200 || number > 599)
		return -1;
	else
		out->status = (int)number;
	return given ? 1 : 0;
}

static int
read_deeds(const struct sim_line *l, size_t at, struct sim_deed *out, struct err *e)
{
	if (at >= l->count)
		return sim_line_fail(l, "nothing is done", l->words[l->count - 1], e);
	while (at < l->count) {
		const struct deed_name *n = find_deed(l->words[at]);
		int took;

		if (n == NULL)
			return sim_line_fail(l, "no such deed", l->words[at], e);
		out->what |= n->bit;
		if ((took = read_argument(n, at + 1 < l->count ? l->words[at + 1] : NULL, out)) < 0)
			return sim_line_fail(l, "its argument is wrong", l->words[at], e);
		at += 1 + (size_t)took;
	}
	return 0;
}

/* "3" or "3-5" */
static bool
read_range(const char *text, struct rule *r)
{
	char first[16] = "";
	size_t n = strcspn(text, "-");

	if (n >= sizeof(first))
		return false;
	memcpy(first, text, n);
	if (!sim_number(first, 1, 1000000000, &r->first))
		return false;
	r->last = r->first;
	return text[n] == '\0' || sim_number(text + n + 1, r->first, 1000000000, &r->last);
}

static bool
read_chance(const char *text, double *out)
{
	char *end;

	*out = strtod(text, &end);
	return end != text && *end == '\0' && *out >= 0 && *out <= 1;
}

static bool
read_condition(const char *name, const char *value, struct rule *r)
{
	if (strcmp(name, "service") == 0) {
		r->service = value;
		return true;
	}
	if (strcmp(name, "nth") == 0)
		return read_range(value, r);
	if (strcmp(name, "every") == 0)
		return sim_number(value, 1, 1000000000, &r->every);
	if (strcmp(name, "times") == 0)
		return sim_number(value, 1, 1000000000, &r->times);
	return strcmp(name, "chance") == 0 && read_chance(value, &r->chance);
}

static int
read_rule(struct sim_script *s, const struct sim_line *l, struct err *e)
{
	struct rule *r = &s->rules[s->count];
	size_t at = 2;

	if (s->count == RULES)
		return sim_line_fail(l, "too many rules", l->words[0], e);
	*r = (struct rule){.every = 1, .chance = 1};
	if (l->count < 2 || !is_operation(l->words[1]))
		return sim_line_fail(l, "no such operation", l->words[l->count - 1], e);
	r->operation = l->words[1];
	while (at + 1 < l->count && strcmp(l->words[at], "do") != 0) {
		if (!read_condition(l->words[at], l->words[at + 1], r))
			return sim_line_fail(l, "this condition is wrong", l->words[at], e);
		at += 2;
	}
	if (at >= l->count || strcmp(l->words[at], "do") != 0)
		return sim_line_fail(l, "no do", l->words[l->count - 1], e);
	s->count++;
	return read_deeds(l, at + 1, &r->deed, e);
}

static int
take_line(void *self, const struct sim_line *l, struct err *e)
{
	struct sim_script *s = self;
	unsigned long seed;

	if (strcmp(l->words[0], "on") == 0)
		return read_rule(s, l, e);
	if (strcmp(l->words[0], "seed") != 0 || l->count != 2 ||
	    !sim_number(l->words[1], 0, 4294967295, &seed))
		return sim_line_fail(l, "neither a rule nor a seed", l->words[0], e);
	s->seed = seed;
	return 0;
}

int
sim_script_load(const char *file, struct arena *a, struct sim_script **out, struct err *e)
{
	struct sim_script *s = arena_alloc(a, sizeof(*s));
	void *shared = mmap(NULL, RULES * sizeof(struct counts), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	*out = NULL;
	if (s == NULL || shared == MAP_FAILED)
		return err_set(e, ERR_NOMEM, "script");
	s->seed = 1;
	s->shared = shared;
	*out = s;
	return file == NULL ? 0 : sim_lines(file, a, take_line, s, e);
}

bool
sim_script_needs_foreign(const struct sim_script *s)
{
	for (size_t i = 0; i < s->count; i++)
		if ((s->rules[i].deed.what & SIM_FOREIGN) != 0)
			return true;
	return false;
}

/* splitmix64: a number that looks like chance, of the seed, the rule and the occurrence */
static double
draw(uint64_t seed, size_t rule, unsigned long n)
{
	uint64_t z = seed * 0x9E3779B97F4A7C15u + ((uint64_t)rule << 48) + n * 0xBF58476D1CE4E5B9u;

	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
	z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
	z ^= z >> 31;
	return (double)(z >> 11) / 9007199254740992.0;
}

static bool
fits(const struct rule *r, const char *operation, const char *service)
{
	return (strcmp(r->operation, ANY) == 0 || strcmp(r->operation, operation) == 0) &&
	       (r->service == NULL || strcmp(r->service, service) == 0);
}

/* Has this rule its turn at its n-th occurrence? */
static bool
has_turn(const struct sim_script *s, size_t i, unsigned long n)
{
	const struct rule *r = &s->rules[i];
	unsigned long first = r->first == 0 ? 1 : r->first;

	if (n < first || (r->last != 0 && n > r->last) || (n - first) % r->every != 0)
		return false;
	if (r->chance < 1 && draw(s->seed, i, n) >= r->chance)
		return false;
	return r->times == 0 || atomic_fetch_add(&s->shared[i].done, 1) < r->times;
}

void
sim_script_ask(
    struct sim_script *s, const char *operation, const char *service, struct sim_deed *out)
{
	*out = (struct sim_deed){.what = 0};
	for (size_t i = 0; i < s->count; i++)
		if (fits(&s->rules[i], operation, service) &&
		    has_turn(s, i, atomic_fetch_add(&s->shared[i].seen, 1) + 1)) {
			*out = s->rules[i].deed;
			return;
		}
}

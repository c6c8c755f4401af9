/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Parameters and results in PostgreSQL's binary form: big-endian integers, timestamps in
 * microseconds since 2000-01-01T00:00:00Z, text and bytea as they are.
 */
#include "config.h"

#include <endian.h>
#include <string.h>

#include "db/link.h"

#define EPOCH_2000 ((int64_t)946684800) /* 2000-01-01T00:00:00Z in our seconds */

static void
put(struct db_query *q, const void *data, size_t length)
{
	q->value[q->n] = data;
	q->length[q->n] = (int)length;
	q->n++;
}

void
db_put_text(struct db_query *q, const char *text)
{
	if (text == NULL)
		text = "";
	put(q, text, strlen(text));
}

void
db_put_octets(struct db_query *q, struct octets o)
{
	put(q, o.len == 0 ? (const void *)"" : (const void *)o.data, o.len);
}

void
db_put_int4(struct db_query *q, int32_t v)
{
	uint32_t wire = htobe32((uint32_t)v);

	memcpy(q->fixed[q->n], &wire, sizeof(wire));
	put(q, q->fixed[q->n], sizeof(wire));
}

void
db_put_int8(struct db_query *q, int64_t v)
{
	uint64_t wire = htobe64((uint64_t)v);

	memcpy(q->fixed[q->n], &wire, sizeof(wire));
	put(q, q->fixed[q->n], sizeof(wire));
}

void
db_put_time(struct db_query *q, struct instant t)
{
	db_put_int8(q, (t.seconds - EPOCH_2000) * 1000000 + t.nanos / 1000);
}

void
db_put_null(struct db_query *q)
{
	put(q, NULL, 0);
}

struct octets
db_get_octets(const PGresult *r, int row, int column)
{
	return (struct octets){
	    (const unsigned char *)PQgetvalue(r, row, column), (size_t)PQgetlength(r, row, column)};
}

int64_t
db_get_int8(const PGresult *r, int row, int column)
{
	uint64_t wire;

	memcpy(&wire, PQgetvalue(r, row, column), sizeof(wire));
	return (int64_t)be64toh(wire);
}

struct instant
db_get_time(const PGresult *r, int row, int column)
{
	int64_t us = db_get_int8(r, row, column);
	int64_t seconds = us / 1000000, rest = us % 1000000;

	if (rest < 0) {
		seconds--;
		rest += 1000000;
	}
	return (struct instant){seconds + EPOCH_2000, (int32_t)rest * 1000};
}

const char *
db_get_text(const PGresult *r, int row, int column, struct arena *a)
{
	return arena_string(a, db_get_octets(r, row, column));
}

/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The months of journal, inbox and outbox: made ahead of their time.
 */
#include "config.h"

#include "db/link.h"

int
db_keep_months(struct db *db, struct instant now, struct err *e)
{
	struct db_query q = {.statement = DB_KEEP_MONTHS};
	PGresult *r;

	db_put_time(&q, now);
	if (db_open(db, e) != 0 || db_run(db, &q, 1, &r, e) != 0)
		return -1;
	db_clear(&r, 1);
	return 0;
}

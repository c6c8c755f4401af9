#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# db/ against a real PostgreSQL of its own: first the empty cluster, then what the migrations made of it.
here=$BUILDDIR/tests/integration
"$SRCDIR/tests/lib/postgres.sh" run "$SRCDIR/tests/lib/counted" \
	"$here/test_db_schema" "$here/test_db_claim" "$here/test_db_queue" "$here/test_db_months" \
	"$here/test_db_inbox" "$here/test_db_outbox" "$here/test_db_operate"

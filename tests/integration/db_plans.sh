#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# How the statements of the asynchronous channel find their rows, in a cluster of its own.
"$SRCDIR/tests/lib/postgres.sh" run --no-fsync "$SRCDIR/tests/lib/counted" "$BUILDDIR/tests/integration/test_db_plans"

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The housing queue's handlers against a real PostgreSQL of their own.
"$SRCDIR/tests/lib/postgres.sh" run "$SRCDIR/tests/lib/counted" "$BUILDDIR/tests/integration/test_housing"

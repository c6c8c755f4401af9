#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Each row of tests/mutation/table still finds the check that it takes away: a change of the source that
# moves a check moves its row along.
exec /usr/bin/python3 "${SRCDIR:?}/tests/mutation/run" --places

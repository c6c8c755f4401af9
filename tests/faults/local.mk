# `make check-faults`: what is promised when things die. A short round.
FAULT_TESTS = tests/faults/kill.sh tests/faults/async.sh tests/faults/clients.sh tests/faults/stuck.sh tests/faults/revocation.sh tests/faults/reload.sh
EXTRA_DIST += $(FAULT_TESTS) tests/faults/sender.py tests/faults/callers.py

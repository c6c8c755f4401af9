# The tier with a real PostgreSQL, real daemons and outside judges (`make check-integration`); its
# programs are built by `make check` already, so that they cannot rot.
INTEGRATION_TESTS =
include tests/integration/db.mk
EXTRA_DIST += $(INTEGRATION_TESTS)

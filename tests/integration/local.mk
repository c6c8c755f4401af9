# The tier with a real PostgreSQL, real daemons and outside judges (`make check-integration`); its
# programs are built by `make check` already, so that they cannot rot.
INTEGRATION_TESTS =
include tests/integration/db.mk
include tests/integration/sim.mk
INTEGRATION_TESTS += tests/integration/main_job.sh tests/integration/bad_input.sh \
	tests/integration/evidence.sh tests/integration/opened.sh
INTEGRATION_TESTS += tests/integration/tls_clients.sh tests/integration/async.sh
INTEGRATION_TESTS += tests/integration/explain.sh
INTEGRATION_TESTS += tests/integration/month.sh
INTEGRATION_TESTS += tests/integration/delivery.sh tests/integration/pull.sh
EXTRA_DIST += $(INTEGRATION_TESTS) tests/integration/zeep_client.py tests/lib/receiver.py tests/lib/house.sh

INTEGRATION_TESTS += tests/integration/sim_sync.sh
EXTRA_DIST += tests/lib/sim.sh tests/lib/channel.py

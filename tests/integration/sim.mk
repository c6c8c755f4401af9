INTEGRATION_TESTS += tests/integration/sim_sync.sh tests/integration/sim_async.sh tests/integration/sim_house.sh
EXTRA_DIST += tests/lib/sim.sh tests/lib/channel.py tests/lib/zeep_async.py

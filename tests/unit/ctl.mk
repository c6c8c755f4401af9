TESTS += tests/unit/test_ctl.sh
EXTRA_DIST += tests/unit/test_ctl.sh

TESTS += tests/unit/test_ctl.sh tests/unit/ctl_inspect.sh
EXTRA_DIST += tests/unit/test_ctl.sh tests/unit/ctl_inspect.sh

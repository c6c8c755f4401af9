TESTS += tests/unit/test_ctl.sh tests/unit/ctl_inspect.sh tests/unit/ctl_crl.sh
EXTRA_DIST += tests/unit/test_ctl.sh tests/unit/ctl_inspect.sh tests/unit/ctl_crl.sh

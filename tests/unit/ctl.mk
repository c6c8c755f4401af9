TESTS += tests/unit/test_ctl.sh tests/unit/ctl_inspect.sh tests/unit/ctl_crl.sh
EXTRA_DIST += tests/unit/test_ctl.sh tests/unit/ctl_inspect.sh tests/unit/ctl_crl.sh
TESTS += tests/unit/ctl_verify_cert.sh
EXTRA_DIST += tests/unit/ctl_verify_cert.sh

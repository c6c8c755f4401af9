TESTS += tests/unit/contract.py
EXTRA_DIST += tests/unit/contract.py

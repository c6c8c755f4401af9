VECTOR_TESTS += tests/vectors/pkits.py
EXTRA_DIST += tests/vectors/pkits.py tests/vectors/04-deviations.tsv
tests/vectors/pkits.log: shepctl

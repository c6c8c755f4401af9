VECTOR_TESTS += tests/vectors/inspect.py
EXTRA_DIST += tests/vectors/inspect.py tests/vectors/03-deviations.tsv
tests/vectors/inspect.log: shepctl

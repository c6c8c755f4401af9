# Cases with expected verdicts in a table: our own and those of ../shared/corpora.
VECTOR_TESTS =
include tests/vectors/frontend.mk
TESTS += $(VECTOR_TESTS)
TESTS += tests/vectors/inspect.py
EXTRA_DIST += tests/vectors/inspect.py tests/vectors/03-deviations.tsv
tests/vectors/inspect.log: shepctl

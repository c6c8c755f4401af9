# Cases with expected verdicts in a table: our own and those of ../shared/corpora.
VECTOR_TESTS =
include tests/vectors/frontend.mk
TESTS += $(VECTOR_TESTS)

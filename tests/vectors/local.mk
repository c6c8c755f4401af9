# Cases with expected verdicts in a table: our own and those of ../shared/corpora.
VECTOR_TESTS =
include tests/vectors/frontend.mk
include tests/vectors/inspect.mk
include tests/vectors/pkits.mk
include tests/vectors/hostile.mk
include tests/vectors/stock.mk
TESTS += $(VECTOR_TESTS)

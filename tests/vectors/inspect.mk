VECTOR_TESTS += tests/vectors/inspect.py
EXTRA_DIST += tests/vectors/inspect.py tests/vectors/03-deviations.tsv
tests/vectors/inspect.log: shepctl
# The same program under strace, over everything hostile: nothing is opened but the messages.
VECTOR_TESTS += tests/vectors/opened.py
EXTRA_DIST += tests/vectors/opened.py
tests/vectors/opened.log: shepctl testpki/.stamp
VECTOR_TESTS += tests/vectors/why.py
EXTRA_DIST += tests/vectors/why.py
tests/vectors/why.log: shepctl kzgost.so testpki/.stamp

# Messages and certificates made for the run by lxml and the stock openssl.
hostile_tests = tests/vectors/hostile.py tests/vectors/hostile_keys.py tests/vectors/hostile_trust.py
VECTOR_TESTS += $(hostile_tests)
EXTRA_DIST += $(hostile_tests)
$(hostile_tests:.py=.log): shepctl kzgost.so testpki/.stamp

check_PROGRAMS += tests/scenario/scenario
tests_scenario_scenario_SOURCES = tests/scenario/scenario.c
tests_scenario_scenario_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib
tests_scenario_scenario_LDADD = $(UNIT_LIBS)
SCENARIO_TESTS = tests/scenario/run.sh
TESTS += $(SCENARIO_TESTS)
EXTRA_DIST += tests/scenario/run.sh tests/scenario/README.md tests/scenario/payload tests/scenario/access.scn tests/scenario/async-change.scn tests/scenario/async-handling.scn tests/scenario/async-poison.scn tests/scenario/async-receipt.scn tests/scenario/deviations.scn \
	tests/scenario/pep-submit.scn tests/scenario/pep-form.scn tests/scenario/pep-gost.scn tests/scenario/placements.scn tests/scenario/revocation.scn tests/scenario/signature-refusals.scn

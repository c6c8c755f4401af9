libshepd_a_SOURCES += src/rules/rules.h src/rules/inner.h src/rules/rules.c src/rules/ask.c

# Every room, in the order of src/LAYERS.
noinst_LIBRARIES += libshepd.a
libshepd_a_SOURCES =
EXTRA_DIST += src/LAYERS
include src/base/local.mk
include src/log/local.mk
include src/conf/local.mk
include src/dom/local.mk
include src/env/local.mk
include src/gost/local.mk
include src/pki/local.mk
include src/sig/local.mk
include src/msg/local.mk
include src/codec/local.mk
include src/route/local.mk
include src/cal/local.mk
include src/rules/local.mk
include src/db/local.mk
include src/service/local.mk
include src/door/local.mk
include src/fetch/local.mk
include src/run/local.mk
include src/ctl/local.mk
include src/sim/local.mk

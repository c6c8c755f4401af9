# The worked example, and what a system needs to run the daemon.
EXTRA_DIST += deploy/demo deploy/shepd.conf deploy/shepd.conf.d/site.conf deploy/shepd.conf.d/gateway.conf.example deploy/shepd.service
# an operator's own files are not overwritten: the examples are installed beside the documents
exampledir = $(docdir)/examples
example_DATA = deploy/shepd.conf deploy/shepd.service
examplesitedir = $(docdir)/examples/shepd.conf.d
examplesite_DATA = deploy/shepd.conf.d/site.conf deploy/shepd.conf.d/gateway.conf.example

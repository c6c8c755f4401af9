# Data that the programs read below $(pkgdatadir)/schemas; shepd.conf's data_dir points to its parent.
schemas_sql = schemas/sql/001_roles.sql schemas/sql/002_journal.sql schemas/sql/003_housing.sql \
	schemas/sql/004_standing.sql schemas/sql/005_months.sql schemas/sql/006_async.sql \
	schemas/sql/007_operate.sql
schemassqldir = $(pkgdatadir)/schemas/sql
dist_schemassql_DATA = $(schemas_sql)

schemas_rules = schemas/rules/hq-profile.xsd schemas/rules/2012-almaty-oblast.xml
schemasrulesdir = $(pkgdatadir)/schemas/rules
dist_schemasrules_DATA = $(schemas_rules)

schemas_payload = schemas/payload/hq.xsd schemas/payload/enis.xsd
schemaspayloaddir = $(pkgdatadir)/schemas/payload
dist_schemaspayload_DATA = $(schemas_payload)

schemasexamplesdir = $(pkgdatadir)/schemas/payload/examples
dist_schemasexamples_DATA = schemas/payload/examples/hq-submit.xml schemas/payload/examples/hq-status.xml

schemassimdir = $(pkgdatadir)/schemas/sim
dist_schemassim_DATA = schemas/sim/persons.xml

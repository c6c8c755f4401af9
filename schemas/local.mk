# Data that the programs read below $(pkgdatadir)/schemas; shepd.conf's data_dir points to its parent.
schemas_sql = schemas/sql/001_roles.sql schemas/sql/002_journal.sql schemas/sql/003_housing.sql
schemassqldir = $(pkgdatadir)/schemas/sql
dist_schemassql_DATA = $(schemas_sql)

-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- The daemon's group role. The operator grants it to the login role that the daemon connects with
-- (GRANT shepd_daemon TO ...); the objects belong to whoever runs `shepctl migrate`, who needs
-- CREATEROLE only where this role is not there yet. The schema itself was made with the migration table.

DO $$
BEGIN
	IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'shepd_daemon') THEN
		CREATE ROLE shepd_daemon NOLOGIN;
	END IF;
END
$$;

GRANT USAGE ON SCHEMA shepd TO shepd_daemon;
GRANT SELECT ON shepd.migration TO shepd_daemon;

-- Privileges keep the daemon from changing evidence; this keeps the owner from doing it by mistake.
CREATE FUNCTION shepd.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION '%.% can only be appended to', TG_TABLE_SCHEMA, TG_TABLE_NAME
		USING ERRCODE = 'insufficient_privilege';
END
$$;

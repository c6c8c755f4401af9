-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- The journal by months of received_at (UTC), so that a month can be dropped when its time is over. A
-- default partition takes what no month is made for, so that no insert ever fails for want of one. A claim
-- stays for ever (security.md R-54): it names its reply by time and id and not by a foreign key, and which
-- channel it is of, because the gateway's small integers and a sender's own ids are different spaces.

ALTER TABLE shepd.journal RENAME TO journal_before;
CREATE TABLE shepd.journal (LIKE shepd.journal_before INCLUDING DEFAULTS INCLUDING CONSTRAINTS
	INCLUDING STORAGE INCLUDING COMPRESSION) PARTITION BY RANGE (received_at);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON shepd.journal
	FOR EACH STATEMENT EXECUTE FUNCTION shepd.refuse_change();
CREATE TABLE shepd.journal_default PARTITION OF shepd.journal DEFAULT;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON shepd.journal_default
	FOR EACH STATEMENT EXECUTE FUNCTION shepd.refuse_change();

-- Makes the month that begins at `first` for one partitioned table, "journal_2026_02", and says how many
-- it made. Left out is a month of which rows lie in the default partition already: they stay there. By
-- ATTACH, which writers into the table do not wait for; only the default partition is closed meanwhile.
-- A trigger for statements holds for the table it is named for, so each month has its own.
CREATE FUNCTION shepd.make_month(parent regclass, first timestamptz) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $$
DECLARE
	name text := (SELECT relname FROM pg_class WHERE oid = parent);
	month text := name || to_char(first, '"_"YYYY"_"MM');
	after timestamptz := first + interval '1 month';
	rest regclass := (SELECT partdefid FROM pg_partitioned_table WHERE partrelid = parent);
	key text := (SELECT attname FROM pg_partitioned_table p JOIN pg_attribute a ON a.attrelid = partrelid
		AND a.attnum = partattrs[0] WHERE partrelid = parent);
	made text;
	taken boolean;
BEGIN
	IF to_regclass('shepd.' || quote_ident(month)) IS NOT NULL THEN
		RETURN 0;
	END IF;
	EXECUTE format('LOCK TABLE ONLY %s IN SHARE UPDATE EXCLUSIVE MODE', parent);
	EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', rest);
	EXECUTE format('SELECT EXISTS (SELECT FROM %s WHERE %I >= %L AND %2$I < %4$L)', rest, key, first, after)
		INTO taken;
	IF taken OR to_regclass('shepd.' || quote_ident(month)) IS NOT NULL THEN
		RETURN 0;
	END IF;
	EXECUTE format('CREATE TABLE shepd.%I (LIKE %s INCLUDING ALL)', month, parent);
	FOR made IN SELECT replace(pg_get_triggerdef(t.oid), ' ON shepd.' || name || ' ', ' ON shepd.' ||
		quote_ident(month) || ' ') FROM pg_trigger t WHERE tgrelid = parent AND NOT tgisinternal LOOP
		EXECUTE made;
	END LOOP;
	EXECUTE format('ALTER TABLE %s ATTACH PARTITION shepd.%I FOR VALUES FROM (%L) TO (%L)', parent, month,
		first, after);
	RETURN 1;
END
$$;
REVOKE ALL ON FUNCTION shepd.make_month FROM PUBLIC;

-- The month of `at` and the next three, of every table that is kept by months. It leaves it to another that
-- is at it already, and gives way after a second: the months are made ahead of their time, and somebody asks
-- again soon.
CREATE FUNCTION shepd.keep_months(at timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET lock_timeout = '1s' AS $$
DECLARE
	parent regclass;
	made integer := 0;
BEGIN
	IF NOT pg_try_advisory_xact_lock(hashtextextended('shepd.months', 0)) THEN
		RETURN 0;
	END IF;
	FOR parent IN SELECT partrelid::regclass FROM pg_partitioned_table p JOIN pg_class c ON c.oid = partrelid
		WHERE c.relnamespace = 'shepd'::regnamespace ORDER BY c.relname LOOP
		FOR ahead IN 0..3 LOOP
			made := made + shepd.make_month(parent,
				date_trunc('month', at) + make_interval(months => ahead));
		END LOOP;
	END LOOP;
	RETURN made;
END
$$;
REVOKE ALL ON FUNCTION shepd.keep_months FROM PUBLIC;
GRANT EXECUTE ON FUNCTION shepd.keep_months TO shepd_daemon;

-- What was there is taken over.
SELECT shepd.make_month('shepd.journal', m.first)
	FROM (SELECT DISTINCT date_trunc('month', received_at, 'UTC') FROM shepd.journal_before) AS m (first);
INSERT INTO shepd.journal SELECT * FROM shepd.journal_before ORDER BY id;

ALTER TABLE shepd.claim
	DROP CONSTRAINT claim_journal_id_fkey,
	DROP CONSTRAINT claim_pkey,
	DISABLE TRIGGER append_only,
	ADD COLUMN channel smallint NOT NULL DEFAULT 0 CHECK (channel BETWEEN 0 AND 2);
UPDATE shepd.claim c SET claimed_at = j.received_at FROM shepd.journal_before j
	WHERE j.id = c.journal_id AND c.claimed_at <> j.received_at;
ALTER TABLE shepd.claim
	ENABLE TRIGGER append_only,
	ALTER COLUMN channel DROP DEFAULT,
	ADD PRIMARY KEY (channel, sender_id, message_id);

ALTER SEQUENCE shepd.journal_id OWNED BY shepd.journal.id;
DROP TABLE shepd.journal_before;

ALTER TABLE shepd.journal
	ADD PRIMARY KEY (received_at, id),
	ADD UNIQUE (transaction_id, received_at),
	DROP CONSTRAINT journal_verdict_check,
	ADD CONSTRAINT journal_verdict_check CHECK (verdict IN ('accepted', 'refused', 'repeated', 'handled',
		'delivered', 'failed', 'quarantined', 'notified', 'pulled', 'operated'));
CREATE INDEX journal_message ON shepd.journal (message_id) WHERE message_id <> '';
CREATE INDEX journal_correlation ON shepd.journal (correlation_id) WHERE correlation_id <> '';

GRANT SELECT, INSERT ON shepd.journal TO shepd_daemon;

-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- What operators do to months. Run by the owner; the daemon may not.

-- Drops a month ("2026-02") of inbox, outbox and journal; null when it is done, the reason when it may not be:
-- `retention` months after its end are not over at `at`, it is under legal hold, something in it is not settled.
-- Tables are locked in the order in which the daemon uses them; it gives way after two seconds.
CREATE FUNCTION shepd.drop_month(month text, retention integer, at timestamptz) RETURNS text
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET lock_timeout = '2s' AS $$
DECLARE
	first timestamptz;
	after timestamptz;
	kept timestamptz;
	why text;
	waiting bigint;
	box text;
BEGIN
	IF month !~ '^[0-9]{4}-(0[1-9]|1[0-2])$' THEN
		RETURN format('%s is no month (YYYY-MM)', month);
	END IF;
	first := (month || '-01')::timestamptz;
	after := first + interval '1 month';
	IF to_regclass('shepd.journal_' || replace(month, '-', '_')) IS NULL THEN
		RETURN format('there is no month %s', month);
	END IF;
	kept := after + make_interval(months => retention);
	IF at < kept THEN
		RETURN format('%s is kept until %s (retention.months = %s)', month, kept::date, retention);
	END IF;
	LOCK TABLE ONLY shepd.inbox IN ACCESS EXCLUSIVE MODE;
	LOCK TABLE ONLY shepd.outbox IN ACCESS EXCLUSIVE MODE;
	LOCK TABLE ONLY shepd.journal IN ACCESS EXCLUSIVE MODE;
	SELECT h.reason INTO why FROM shepd.hold h WHERE h.month = first::date;
	IF FOUND THEN
		RETURN format('%s is under legal hold: %s', month, why);
	END IF;
	SELECT count(*) INTO waiting FROM (SELECT FROM shepd.inbox_open WHERE received_at >= first AND received_at < after
		UNION ALL SELECT FROM shepd.outbox_open WHERE created_at >= first AND created_at < after) open;
	IF waiting > 0 THEN
		RETURN format('%s messages of %s wait or are in quarantine', waiting, month);
	END IF;
	FOREACH box IN ARRAY ARRAY['inbox_', 'outbox_', 'journal_'] LOOP
		EXECUTE format('DROP TABLE IF EXISTS shepd.%I', box || replace(month, '-', '_'));
	END LOOP;
	RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION shepd.drop_month FROM PUBLIC;

-- Every month that is here, and under the name '' the rows that no month was made for.
CREATE FUNCTION shepd.months(OUT month text, OUT journal bigint, OUT inbox bigint, OUT outbox bigint,
	OUT unsettled bigint, OUT octets bigint, OUT held_for text) RETURNS SETOF record
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $$
DECLARE
	suffix text;
	parent text;
	part regclass;
	first timestamptz;
	rows bigint;
BEGIN
	FOR suffix IN SELECT DISTINCT regexp_replace(c.relname, '^(journal|inbox|outbox)_', '') FROM pg_inherits
		JOIN pg_class c ON c.oid = inhrelid WHERE c.relkind = 'r' AND inhparent IN ('shepd.journal'::regclass,
		'shepd.inbox'::regclass, 'shepd.outbox'::regclass) ORDER BY 1 LOOP
		month := CASE suffix WHEN 'default' THEN '' ELSE replace(suffix, '_', '-') END;
		octets := 0;
		FOREACH parent IN ARRAY ARRAY['journal', 'inbox', 'outbox'] LOOP
			part := to_regclass(format('shepd.%I', parent || '_' || suffix));
			rows := 0;
			IF part IS NOT NULL THEN
				EXECUTE format('SELECT count(*) FROM %s', part) INTO rows;
				octets := octets + pg_total_relation_size(part);
			END IF;
			CASE parent
				WHEN 'journal' THEN journal := rows;
				WHEN 'inbox' THEN inbox := rows;
				ELSE outbox := rows;
			END CASE;
		END LOOP;
		SELECT count(*) INTO unsettled FROM (SELECT received_at FROM shepd.inbox_open
			UNION ALL SELECT created_at FROM shepd.outbox_open) open (at)
			WHERE CASE month WHEN '' THEN to_regclass(to_char(at, '"shepd.journal_"YYYY"_"MM')) IS NULL
			ELSE to_char(at, 'YYYY-MM') = month END;
		held_for := (SELECT h.reason FROM shepd.hold h WHERE to_char(h.month, 'YYYY-MM') = months.month);
		RETURN NEXT;
	END LOOP;
END
$$;
REVOKE ALL ON FUNCTION shepd.months FROM PUBLIC;

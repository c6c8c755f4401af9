-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- The asynchronous channel: inbox (acknowledged, to be handled), outbox (to be delivered), and the
-- dispatchers that do it. Both boxes are kept by months, as the journal; one sequence numbers both. What was
-- received or is to be sent never changes: the daemon may update only what handling and delivering change.
-- What is not settled stands in a small table beside each box, by which it is taken: the months do not count
-- there, and a message that is taken is not written anew.

CREATE SEQUENCE shepd.box_id AS bigint;

CREATE TABLE shepd.inbox (
	id bigint NOT NULL,
	received_at timestamptz NOT NULL, -- the claim's and the journal row's
	channel smallint NOT NULL CHECK (channel BETWEEN 0 AND 2),
	sender_id text NOT NULL,
	message_id text NOT NULL,
	correlation_id text NOT NULL,
	session_id text NOT NULL,
	service_id text NOT NULL,
	message_type text NOT NULL CHECK (message_type IN ('REQUEST', 'UPDATE', 'NOTIFICATION', 'RESPONSE')),
	message_date timestamptz NOT NULL,
	route_id text NOT NULL,
	journal_id bigint NOT NULL,
	payload bytea NOT NULL,  -- what the handler gets: verified octets
	evidence bytea NOT NULL, -- the document with its signature
	signer_iin text,         -- these are null without a business signature
	signer_bin text,
	signer_name text,
	signer_serial text,
	signer_roles integer,    -- bits: 1 person, 2 legal, 4 head, 8 signright, 16 employee, 32 system
	signer_capable boolean,
	state text NOT NULL CHECK (state IN ('WAITING', 'HANDLED', 'QUARANTINED', 'DROPPED')),
	attempts integer NOT NULL CHECK (attempts >= 0),
	next_at timestamptz NOT NULL,
	last_error text NOT NULL,
	settled_at timestamptz,
	PRIMARY KEY (id, received_at),
	CHECK ((signer_iin IS NULL) = (signer_capable IS NULL)),
	CHECK ((state = 'WAITING') = (settled_at IS NULL))
) PARTITION BY RANGE (received_at);
CREATE TABLE shepd.inbox_default PARTITION OF shepd.inbox DEFAULT;

CREATE TABLE shepd.outbox (
	id bigint NOT NULL,
	created_at timestamptz NOT NULL,
	receiver text NOT NULL CHECK (receiver <> ''),
	operation text NOT NULL CHECK (operation <> ''),
	service_id text NOT NULL,
	message_type text NOT NULL,
	route_id text NOT NULL,
	message_id text NOT NULL CHECK (message_id <> ''), -- ours
	correlation_id text NOT NULL,
	chain text NOT NULL CHECK (chain <> ''), -- correlation_id, or the message_id of the REQUEST that waits for one
	session_id text NOT NULL,
	gateway_message_id text NOT NULL,
	about text NOT NULL,
	inbox_id bigint,
	data bytea NOT NULL,
	error text NOT NULL,
	state text NOT NULL CHECK (state IN ('WAITING', 'ACCEPTED', 'DELIVERED', 'NOT_DELIVERED', 'STOPPED',
		'QUARANTINED', 'DROPPED')),
	attempts integer NOT NULL CHECK (attempts >= 0),
	next_at timestamptz NOT NULL,
	deadline_at timestamptz NOT NULL,
	last_error text NOT NULL,
	settled_at timestamptz,
	PRIMARY KEY (id, created_at),
	CHECK ((state = 'WAITING') = (settled_at IS NULL))
) PARTITION BY RANGE (created_at);
CREATE TABLE shepd.outbox_default PARTITION OF shepd.outbox DEFAULT;

ALTER SEQUENCE shepd.box_id OWNED BY shepd.outbox.id;

-- Exactly what is WAITING or in quarantine (next_at is null).
CREATE TABLE shepd.inbox_open (
	id bigint PRIMARY KEY,
	received_at timestamptz NOT NULL,
	sender_id text NOT NULL,
	correlation_id text NOT NULL,
	next_at timestamptz
) WITH (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000);

CREATE TABLE shepd.outbox_open (
	id bigint PRIMARY KEY,
	created_at timestamptz NOT NULL,
	receiver text NOT NULL,
	chain text NOT NULL,
	next_at timestamptz,
	taken_by bigint -- the dispatcher that delivers it now
) WITH (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000);

-- What is due first, and whether an earlier one of its chain waits.
CREATE INDEX inbox_due ON shepd.inbox_open (next_at, id);
CREATE INDEX inbox_chain ON shepd.inbox_open (sender_id, correlation_id, id);
CREATE INDEX outbox_due ON shepd.outbox_open (receiver, next_at, id) WHERE taken_by IS NULL;
CREATE INDEX outbox_chain ON shepd.outbox_open (receiver, chain, id);
CREATE INDEX outbox_taken ON shepd.outbox_open (taken_by) WHERE taken_by IS NOT NULL;
-- Finding one by what it is called.
CREATE INDEX inbox_message ON shepd.inbox (message_id);
CREATE INDEX inbox_correlation ON shepd.inbox (correlation_id) WHERE correlation_id <> '';
CREATE INDEX outbox_message ON shepd.outbox (message_id);
CREATE INDEX outbox_gateway ON shepd.outbox (gateway_message_id) WHERE gateway_message_id <> '';
CREATE INDEX outbox_correlation ON shepd.outbox (correlation_id) WHERE correlation_id <> '';
CREATE INDEX outbox_inbox ON shepd.outbox (inbox_id) WHERE inbox_id IS NOT NULL;

DO $$
BEGIN
	ALTER TABLE shepd.inbox ALTER COLUMN payload SET COMPRESSION lz4, ALTER COLUMN evidence SET COMPRESSION lz4;
	ALTER TABLE shepd.outbox ALTER COLUMN data SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN
	RAISE NOTICE 'no lz4 on this server';
END
$$;

CREATE TRIGGER kept BEFORE DELETE OR TRUNCATE ON shepd.inbox
	FOR EACH STATEMENT EXECUTE FUNCTION shepd.refuse_change();
CREATE TRIGGER kept BEFORE DELETE OR TRUNCATE ON shepd.inbox_default
	FOR EACH STATEMENT EXECUTE FUNCTION shepd.refuse_change();
CREATE TRIGGER kept BEFORE DELETE OR TRUNCATE ON shepd.outbox
	FOR EACH STATEMENT EXECUTE FUNCTION shepd.refuse_change();
CREATE TRIGGER kept BEFORE DELETE OR TRUNCATE ON shepd.outbox_default
	FOR EACH STATEMENT EXECUTE FUNCTION shepd.refuse_change();

-- A dispatcher's number is never given twice. While its session lives it holds the advisory lock of that
-- number, so whoever gets the lock knows that nobody delivers under it any more: no clock decides.
CREATE SEQUENCE shepd.dispatcher_id AS bigint;
CREATE TABLE shepd.dispatcher (
	id bigint PRIMARY KEY,
	node text NOT NULL,
	started_at timestamptz NOT NULL
);
ALTER SEQUENCE shepd.dispatcher_id OWNED BY shepd.dispatcher.id;

CREATE FUNCTION shepd.dispatcher_key(id bigint) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN hashtextextended('shepd.dispatcher', id);

-- Lets go what sessions that have ended had taken. Each statement sees what was committed before it: the lock
-- first, then the rows.
CREATE FUNCTION shepd.bury(me bigint) RETURNS integer LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	other bigint;
	buried integer := 0;
BEGIN
	FOR other IN SELECT d.id FROM shepd.dispatcher d WHERE d.id <> me ORDER BY d.id LOOP
		IF pg_try_advisory_xact_lock(shepd.dispatcher_key(other)) THEN
			UPDATE shepd.outbox_open SET taken_by = NULL WHERE taken_by = other;
			DELETE FROM shepd.dispatcher d WHERE d.id = other;
			buried := buried + 1;
		END IF;
	END LOOP;
	RETURN buried;
END
$$;
REVOKE ALL ON FUNCTION shepd.bury FROM PUBLIC;

-- Legal hold: such a month is not dropped.
CREATE TABLE shepd.hold (
	month date PRIMARY KEY CHECK (month = date_trunc('month', month::timestamp)::date),
	reason text NOT NULL CHECK (reason <> ''),
	held_by text NOT NULL,
	held_at timestamptz NOT NULL
);

GRANT SELECT, INSERT ON shepd.inbox, shepd.outbox TO shepd_daemon;
GRANT UPDATE (state, attempts, next_at, last_error, settled_at) ON shepd.inbox TO shepd_daemon;
GRANT UPDATE (chain, correlation_id, gateway_message_id, session_id, state, attempts, next_at, last_error,
	settled_at) ON shepd.outbox TO shepd_daemon;
GRANT SELECT, INSERT, DELETE, UPDATE (next_at) ON shepd.inbox_open TO shepd_daemon;
GRANT SELECT, INSERT, DELETE, UPDATE (chain, next_at, taken_by) ON shepd.outbox_open TO shepd_daemon;
GRANT SELECT, INSERT, DELETE ON shepd.dispatcher TO shepd_daemon;
GRANT USAGE ON SEQUENCE shepd.box_id, shepd.dispatcher_id TO shepd_daemon;
GRANT EXECUTE ON FUNCTION shepd.bury TO shepd_daemon;

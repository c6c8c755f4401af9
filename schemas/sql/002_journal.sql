-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- Journal and claims. The journal is evidence: received and sent octets, signers, verdict, code and
-- times of every request, refusals included; rows are added and never changed. A claim makes a
-- messageId of a sender unique for ever (security.md R-54) and points to the row that holds the reply.
-- Times come from the daemon in UTC; nothing here asks for the time.

CREATE SEQUENCE shepd.journal_id AS bigint;

CREATE TABLE shepd.journal (
	id bigint PRIMARY KEY,
	received_at timestamptz NOT NULL,
	finished_at timestamptz NOT NULL, -- may lie before received_at when a clock was set back
	transaction_id text NOT NULL UNIQUE,
	peer text NOT NULL,
	endpoint text NOT NULL,
	operation text NOT NULL,
	service_id text NOT NULL,
	sender_id text NOT NULL,
	message_id text NOT NULL,
	correlation_id text NOT NULL,
	signer_iin text NOT NULL,
	signer_bin text NOT NULL,
	signer_serial text NOT NULL,
	signer_fingerprint text NOT NULL,
	business_iin text NOT NULL,
	business_bin text NOT NULL,
	business_serial text NOT NULL,
	business_fingerprint text NOT NULL,
	verdict text NOT NULL CHECK (verdict IN ('accepted', 'refused', 'repeated')),
	code text NOT NULL,
	wire text NOT NULL,
	detail text NOT NULL,
	deviations text NOT NULL,
	received_sha256 bytea NOT NULL CHECK (octet_length(received_sha256) = 32),
	received bytea NOT NULL,
	received_octets bigint NOT NULL CHECK (received_octets >= octet_length(received)),
	sent bytea NOT NULL,
	count integer NOT NULL CHECK (count > 0)
);
ALTER SEQUENCE shepd.journal_id OWNED BY shepd.journal.id;
CREATE INDEX journal_received_at ON shepd.journal (received_at);

-- lz4 costs a tenth of pglz; a server built without it keeps its default.
DO $$
BEGIN
	ALTER TABLE shepd.journal ALTER COLUMN received SET COMPRESSION lz4,
		ALTER COLUMN sent SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN
	RAISE NOTICE 'no lz4 on this server';
END
$$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON shepd.journal
	FOR EACH STATEMENT EXECUTE FUNCTION shepd.refuse_change();

-- message_id is the normalised one. The deferred key makes a claim without its reply impossible.
CREATE TABLE shepd.claim (
	sender_id text NOT NULL CHECK (octet_length(sender_id) BETWEEN 1 AND 256),
	message_id text NOT NULL CHECK (octet_length(message_id) BETWEEN 1 AND 256),
	body_sha256 bytea NOT NULL CHECK (octet_length(body_sha256) = 32),
	claimed_at timestamptz NOT NULL,
	journal_id bigint NOT NULL REFERENCES shepd.journal DEFERRABLE INITIALLY DEFERRED,
	PRIMARY KEY (sender_id, message_id)
);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON shepd.claim
	FOR EACH STATEMENT EXECUTE FUNCTION shepd.refuse_change();

GRANT SELECT, INSERT ON shepd.journal, shepd.claim TO shepd_daemon;
GRANT USAGE ON SEQUENCE shepd.journal_id TO shepd_daemon;

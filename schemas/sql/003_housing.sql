-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- The housing queue: applications with the signed document they came in, and the counters behind
-- registration numbers. A counter's row lock is held to COMMIT, so numbers have no gaps.

CREATE TABLE shepd.counter (
	name text PRIMARY KEY CHECK (name <> ''),
	value bigint NOT NULL CHECK (value > 0)
);

CREATE TABLE shepd.hq_application (
	number text PRIMARY KEY CHECK (number <> ''),
	iin text NOT NULL CHECK (iin ~ '^[0-9]{12}$'),
	locality text NOT NULL CHECK (locality ~ '^[0-9]{9}$'),
	channel text NOT NULL CHECK (channel IN ('PEP', 'PROVIDER', 'CSC')),
	profile text NOT NULL,
	state text NOT NULL CHECK (state IN ('REGISTERED', 'IN_REVIEW', 'ACCEPTED', 'REFUSED',
		'DELIVERED', 'WITHDRAWN')),
	registered_at timestamptz NOT NULL,
	term date NOT NULL,
	sender_id text NOT NULL,
	message_id text NOT NULL,
	document bytea NOT NULL CHECK (octet_length(document) > 0),
	phone text NOT NULL,
	email text NOT NULL,
	rca text NOT NULL,
	address_kato text NOT NULL,
	categories text NOT NULL,
	result_at timestamptz
);

-- The question asked of every new application: is one of this person open in this locality?
CREATE INDEX hq_application_open ON shepd.hq_application (iin, locality)
	WHERE state IN ('REGISTERED', 'IN_REVIEW');

GRANT SELECT, INSERT ON shepd.hq_application TO shepd_daemon;
GRANT SELECT, INSERT, UPDATE ON shepd.counter TO shepd_daemon;

-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- What was known of the revocation of who signed, and by what (security.md R-43): "crl NUMBER THISUPDATE
-- SHA256", "ocsp THISUPDATE SHA256", "unknown", "off"; empty where nobody's signature verified. The OCSP
-- answers themselves are kept once by their digest, in the transaction of the message that rests on them.

ALTER TABLE shepd.journal
	ADD COLUMN signer_standing text NOT NULL DEFAULT '',
	ADD COLUMN business_standing text NOT NULL DEFAULT '';

CREATE TABLE shepd.evidence (
	sha256 bytea PRIMARY KEY CHECK (octet_length(sha256) = 32),
	kind text NOT NULL CHECK (kind IN ('ocsp')),
	octets bytea NOT NULL CHECK (sha256(octets) = sha256),
	kept_at timestamptz NOT NULL
);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON shepd.evidence
	FOR EACH STATEMENT EXECUTE FUNCTION shepd.refuse_change();

GRANT SELECT, INSERT ON shepd.evidence TO shepd_daemon;

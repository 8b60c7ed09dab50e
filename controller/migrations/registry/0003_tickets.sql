-- Enrolment tickets. The secret is never here, only its hash. `state` says which of the columns behind it are filled:
-- open; waiting and approved (key, code, claimed); used (and node, used, certificate); revoked.
CREATE TABLE tickets (
    id BLOB PRIMARY KEY CHECK (length(id) = 8),
    secret_hash BLOB NOT NULL CHECK (length(secret_hash) = 32),
    serial TEXT NOT NULL,
    site_id INTEGER REFERENCES sites (id),
    approval TEXT NOT NULL CHECK (approval IN ('automatic', 'needed')),
    issued_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'waiting', 'approved', 'used', 'revoked')),
    key_sha256 BLOB,
    code TEXT,
    claimed_ms INTEGER,
    node_id TEXT UNIQUE REFERENCES nodes (id),
    used_ms INTEGER,
    certificate_pem TEXT,
    revoked_ms INTEGER,
    other_keys INTEGER NOT NULL DEFAULT 0,
    CHECK (state NOT IN ('waiting', 'approved', 'used')
        OR (key_sha256 IS NOT NULL AND code IS NOT NULL AND claimed_ms IS NOT NULL)),
    CHECK (state <> 'used' OR (node_id IS NOT NULL AND used_ms IS NOT NULL AND certificate_pem IS NOT NULL)),
    CHECK (state <> 'revoked' OR revoked_ms IS NOT NULL)
) STRICT;

CREATE INDEX tickets_by_age ON tickets (issued_ms, id);
CREATE INDEX tickets_waiting ON tickets (state, code);

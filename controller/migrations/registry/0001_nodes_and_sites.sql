-- Sites and nodes. Text order is binary, so that keyset pages agree with the memory of the program.
CREATE TABLE sites (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    region TEXT NOT NULL,
    made_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE nodes (
    id TEXT PRIMARY KEY,
    key_sha256 BLOB NOT NULL UNIQUE,
    certificate_der BLOB NOT NULL,
    certificate_ends_ms INTEGER NOT NULL,
    enrolled_ms INTEGER NOT NULL,
    code TEXT NOT NULL,
    site_id INTEGER REFERENCES sites (id),
    revoked_ms INTEGER,
    ticket_id BLOB
) STRICT;

CREATE INDEX nodes_by_site ON nodes (site_id);

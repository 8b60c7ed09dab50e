-- Parties, what people have beside a name and roles, tokens for programs, and exact places.
-- Names of people stand in `people` alone; everything else holds numbers, so that a name can be erased.

CREATE TABLE parties (
    id          INTEGER PRIMARY KEY,
    name        TEXT    NOT NULL,
    -- Lower case by Rust's Unicode rules: SQLite folds ASCII alone.
    name_fold   TEXT    NOT NULL UNIQUE,
    kind        TEXT    NOT NULL CHECK (kind IN ('operator', 'back_office', 'donor', 'recipient', 'carrier')),
    -- ISO 3166-1 alpha-2, or empty.
    country     TEXT    NOT NULL,
    made_ms     INTEGER NOT NULL,
    changed_ms  INTEGER NOT NULL,
    -- Counts changes: the ETag of the API.
    version     INTEGER NOT NULL DEFAULT 1
) STRICT;

-- Whoever runs this fleet. The first administrator belongs to it; its name can be changed.
INSERT INTO parties (id, name, name_fold, kind, country, made_ms, changed_ms)
VALUES (1, 'Holdfast', 'holdfast', 'operator', '', 0, 0);

-- NULL stands for party 1: SQLite adds no reference with a default.
ALTER TABLE people ADD COLUMN party_id INTEGER REFERENCES parties (id);
-- Set: may not sign in; sessions and tokens hold no longer.
ALTER TABLE people ADD COLUMN locked_ms INTEGER;
ALTER TABLE people ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
-- When a person first signed in; the second factor is due some time after it.
ALTER TABLE people ADD COLUMN first_sign_in_ms INTEGER;
ALTER TABLE people ADD COLUMN last_sign_in_ms INTEGER;

-- One open invitation a person: a code with which they choose their own password.
CREATE TABLE invitations (
    person_id    INTEGER PRIMARY KEY REFERENCES people (id) ON DELETE CASCADE,
    code_sha256  BLOB    NOT NULL CHECK (length(code_sha256) = 32),
    made_ms      INTEGER NOT NULL,
    ends_ms      INTEGER NOT NULL,
    by_person    INTEGER NOT NULL
) STRICT;

CREATE TABLE second_factors (
    person_id     INTEGER PRIMARY KEY REFERENCES people (id) ON DELETE CASCADE,
    -- Sealed by a key that is not in this file.
    sealed        BLOB    NOT NULL,
    made_ms       INTEGER NOT NULL,
    -- NULL until a first right code has shown that the app has it.
    confirmed_ms  INTEGER,
    -- Newest step (30 s since 1970) of which a code was taken: none of it or before is taken again.
    used_step     INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE recovery_codes (
    person_id    INTEGER NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    code_sha256  BLOB    NOT NULL CHECK (length(code_sha256) = 32),
    used_ms      INTEGER,
    PRIMARY KEY (person_id, code_sha256)
) STRICT, WITHOUT ROWID;

-- Tokens of programs: what the person's roles allow at the moment of use, and of that only the scopes.
CREATE TABLE api_tokens (
    id            INTEGER PRIMARY KEY,
    person_id     INTEGER NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    name          TEXT    NOT NULL,
    token_sha256  BLOB    NOT NULL UNIQUE CHECK (length(token_sha256) = 32),
    -- Keys with a space between, in their order.
    scopes        TEXT    NOT NULL,
    made_ms       INTEGER NOT NULL,
    ends_ms       INTEGER NOT NULL,
    -- Written at most once a minute.
    used_ms       INTEGER,
    revoked_ms    INTEGER
) STRICT;
CREATE INDEX api_tokens_by_person ON api_tokens (person_id);

-- Field engineers see the exact place of sites they are assigned to; recipients, of the sites of their party.
CREATE TABLE person_sites (
    person_id  INTEGER NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    site_id    INTEGER NOT NULL REFERENCES sites (id),
    made_ms    INTEGER NOT NULL,
    by_person  INTEGER NOT NULL,
    PRIMARY KEY (person_id, site_id)
) STRICT, WITHOUT ROWID;

ALTER TABLE sites ADD COLUMN party_id INTEGER REFERENCES parties (id);

-- Where a site is, sealed by a key that is not in this file. Nothing else in the registry says it.
CREATE TABLE site_places (
    site_id     INTEGER PRIMARY KEY REFERENCES sites (id),
    sealed      BLOB    NOT NULL,
    changed_ms  INTEGER NOT NULL,
    by_person   INTEGER NOT NULL
) STRICT;

-- Each time somebody was shown one: for how long, and what they said they needed it for.
CREATE TABLE place_reveals (
    id         INTEGER PRIMARY KEY,
    site_id    INTEGER NOT NULL REFERENCES sites (id),
    person_id  INTEGER NOT NULL,
    at_ms      INTEGER NOT NULL,
    ends_ms    INTEGER NOT NULL,
    reason     TEXT    NOT NULL
) STRICT;
CREATE INDEX place_reveals_by_person ON place_reveals (person_id, at_ms);

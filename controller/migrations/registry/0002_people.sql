-- People, their roles and sessions, the one-time code of the first administrator, and the audit table.
-- Names are personal data: they stand in `people` alone, and everything else holds the person's number.

CREATE TABLE people (
    id          INTEGER PRIMARY KEY,
    name        TEXT    NOT NULL,
    -- Lower case by Rust's Unicode rules: SQLite folds ASCII alone.
    name_fold   TEXT    NOT NULL UNIQUE,
    -- PHC string of argon2id, with its parameters and salt.
    password    TEXT    NOT NULL,
    made_ms     INTEGER NOT NULL,
    changed_ms  INTEGER NOT NULL
) STRICT;

CREATE TABLE person_roles (
    person_id   INTEGER NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    role        TEXT    NOT NULL,
    PRIMARY KEY (person_id, role)
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
    id           INTEGER PRIMARY KEY,
    -- SHA-256 of the token; the token itself is with its holder alone.
    token_sha256 BLOB    NOT NULL UNIQUE CHECK (length(token_sha256) = 32),
    person_id    INTEGER NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    kind         TEXT    NOT NULL CHECK (kind IN ('browser', 'tool')),
    made_ms      INTEGER NOT NULL,
    -- Written at most once a minute, so that reading a page is not a write.
    seen_ms      INTEGER NOT NULL,
    -- Ends at the latest.
    ends_ms      INTEGER NOT NULL,
    -- Ends when nothing was asked for so long; NULL for a tool's token.
    idle_ms      INTEGER
) STRICT;
CREATE INDEX sessions_by_person ON sessions (person_id);
CREATE INDEX sessions_by_end ON sessions (ends_ms);

-- At most one row: the code that makes the first administrator.
CREATE TABLE first_code (
    id           INTEGER PRIMARY KEY CHECK (id = 1),
    code_sha256  BLOB    NOT NULL CHECK (length(code_sha256) = 32),
    made_ms      INTEGER NOT NULL,
    ends_ms      INTEGER NOT NULL
) STRICT;

-- Append-only. `previous` is the place of the hash chain: NULL in rows that were written before there is one.
CREATE TABLE audit (
    id          INTEGER PRIMARY KEY,
    at_ms       INTEGER NOT NULL,
    -- NULL: nobody signed in, or the program itself.
    person_id   INTEGER,
    action      TEXT    NOT NULL,
    thing       TEXT    NOT NULL,
    result      TEXT    NOT NULL,
    reason      TEXT    NOT NULL DEFAULT '',
    previous    BLOB
) STRICT;
CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit table is append-only');
END;
CREATE TRIGGER audit_is_never_shortened BEFORE DELETE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit table is append-only');
END;

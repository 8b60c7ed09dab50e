-- Packing lists: what was sent, for which donation, how it is read, what came of it. The file itself lies sealed in the data
-- folder until it is committed, withdrawn or a day old.
CREATE TABLE imports (
    id           INTEGER PRIMARY KEY,
    donation_id  INTEGER NOT NULL REFERENCES donations (id),
    -- Whose form of list it is.
    sender       INTEGER NOT NULL REFERENCES parties (id),
    -- Who has the things.
    custodian    INTEGER NOT NULL REFERENCES parties (id),
    by_person    INTEGER NOT NULL,
    file_name    TEXT    NOT NULL,
    file_sha256  BLOB    NOT NULL CHECK (length(file_sha256) = 32),
    file_bytes   INTEGER NOT NULL,
    -- How it is read, as JSON.
    settings     TEXT    NOT NULL,
    state        TEXT    NOT NULL CHECK (state IN ('open', 'committed', 'withdrawn', 'expired')),
    -- How many items came of it.
    items        INTEGER NOT NULL,
    made_ms      INTEGER NOT NULL,
    changed_ms   INTEGER NOT NULL
) STRICT;
-- The same file makes things once for a donation.
CREATE UNIQUE INDEX imports_committed_once ON imports (donation_id, file_sha256) WHERE state = 'committed';
CREATE INDEX imports_by_state ON imports (state, made_ms);

-- How a sender's lists with these headings were read the last time.
CREATE TABLE import_mappings (
    sender       INTEGER NOT NULL REFERENCES parties (id),
    fingerprint  BLOB    NOT NULL CHECK (length(fingerprint) = 32),
    settings     TEXT    NOT NULL,
    changed_ms   INTEGER NOT NULL,
    PRIMARY KEY (sender, fingerprint)
) STRICT, WITHOUT ROWID;

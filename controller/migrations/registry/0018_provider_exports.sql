-- What satellite providers say of terminals in the exports of their accounts: somebody's word, never more than level E1.
CREATE TABLE provider_exports (
    id           INTEGER PRIMARY KEY,
    -- As of when the provider says it.
    as_of_ms     INTEGER NOT NULL,
    by_person    INTEGER NOT NULL,
    file_sha256  BLOB    NOT NULL UNIQUE CHECK (length(file_sha256) = 32),
    -- Rows that name a terminal, and those of which an item is known.
    rows         INTEGER NOT NULL,
    matched      INTEGER NOT NULL,
    -- Rows without an item, as JSON: number of the row, why, the identifier masked.
    silent       TEXT    NOT NULL,
    made_ms      INTEGER NOT NULL
) STRICT;

-- The newest of them an item.
CREATE TABLE provider_sayings (
    item_id         INTEGER PRIMARY KEY REFERENCES items (id),
    export_id       INTEGER NOT NULL REFERENCES provider_exports (id),
    as_of_ms        INTEGER NOT NULL,
    last_active_ms  INTEGER,
    data_bytes      INTEGER
) STRICT;

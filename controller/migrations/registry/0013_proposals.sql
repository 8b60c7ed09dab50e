-- Changes that take two people: what somebody proposed, until a second person signs it.
CREATE TABLE proposals (
    id           INTEGER PRIMARY KEY,
    -- Which people may sign: those who could make this change themselves.
    power        TEXT    NOT NULL CHECK (power IN ('people', 'gifts', 'places')),
    kind         TEXT    NOT NULL,
    -- As the audit log names things: "donation 7".
    thing        TEXT    NOT NULL,
    -- JSON of the change, with what it was made on.
    change       TEXT    NOT NULL,
    -- JSON of what becomes different, so that it can be read when what was there before is gone.
    differences  TEXT    NOT NULL,
    by_person    INTEGER NOT NULL,
    made_ms      INTEGER NOT NULL,
    ends_ms      INTEGER NOT NULL,
    state        TEXT    NOT NULL
        CHECK (state IN ('waiting', 'approved', 'refused', 'withdrawn', 'expired', 'overtaken')),
    ended_ms     INTEGER,
    -- NULL: it expired.
    ended_by     INTEGER,
    reason       TEXT    NOT NULL DEFAULT '',
    -- When an approved showing of a place was used: it opens one.
    used_ms      INTEGER
) STRICT;
-- The same asked twice waits once.
CREATE UNIQUE INDEX proposals_waiting ON proposals (by_person, change) WHERE state = 'waiting';
CREATE INDEX proposals_by_state ON proposals (state, id);

-- Since when there were two people who could sign for each other. From then on nobody changes alone again, also when the
-- other has gone: else whoever locks the second one out would be free.
CREATE TABLE two_signers (
    power     TEXT    PRIMARY KEY,
    since_ms  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

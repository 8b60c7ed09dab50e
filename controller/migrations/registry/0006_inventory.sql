-- What was given, by whom, and where each thing is.

CREATE TABLE programmes (
    id            INTEGER PRIMARY KEY,
    title         TEXT    NOT NULL,
    title_fold    TEXT    NOT NULL UNIQUE,
    -- IATI activity id, or empty.
    activity      TEXT    NOT NULL,
    tlp           TEXT    NOT NULL CHECK (tlp IN ('clear', 'green', 'amber', 'amber_strict', 'red')),
    -- SHA-256 of the terms' text.
    terms_sha256  BLOB    CHECK (length(terms_sha256) = 32),
    made_ms       INTEGER NOT NULL,
    changed_ms    INTEGER NOT NULL,
    version       INTEGER NOT NULL DEFAULT 1
) STRICT;

CREATE TABLE donations (
    id              INTEGER PRIMARY KEY,
    title           TEXT    NOT NULL,
    title_fold      TEXT    NOT NULL,
    programme_id    INTEGER REFERENCES programmes (id),
    state           TEXT    NOT NULL CHECK (state IN ('draft', 'agreed', 'closed')),
    -- When the title to the things passes to who receives them.
    title_passes    TEXT    NOT NULL CHECK (title_passes IN ('on_acceptance', 'on_agreement', 'never')),
    terms_sha256    BLOB    CHECK (length(terms_sha256) = 32),
    -- What donors may learn of the place, how many days late, at which least number of items, and whether of serials.
    shows_place     TEXT    NOT NULL CHECK (shows_place IN ('region', 'country', 'none')),
    delay_days      INTEGER NOT NULL CHECK (delay_days BETWEEN 0 AND 3650),
    least_items     INTEGER NOT NULL CHECK (least_items BETWEEN 1 AND 1000),
    shows_serials   INTEGER NOT NULL CHECK (shows_serials IN (0, 1)),
    made_ms         INTEGER NOT NULL,
    changed_ms      INTEGER NOT NULL,
    version         INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX donations_by_programme ON donations (programme_id);

-- Parts of ten thousand; the program keeps their sum at 10,000.
CREATE TABLE donation_shares (
    donation_id   INTEGER NOT NULL REFERENCES donations (id) ON DELETE CASCADE,
    party_id      INTEGER NOT NULL REFERENCES parties (id),
    basis_points  INTEGER NOT NULL CHECK (basis_points BETWEEN 1 AND 10000),
    PRIMARY KEY (donation_id, party_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX donation_shares_by_party ON donation_shares (party_id);

CREATE TABLE models (
    id          INTEGER PRIMARY KEY,
    name        TEXT    NOT NULL,
    maker       TEXT    NOT NULL,
    -- Maker and name, folded.
    name_fold   TEXT    NOT NULL UNIQUE,
    category    TEXT    NOT NULL,
    -- 14 digits, or NULL.
    gtin        TEXT    UNIQUE,
    -- Kinds of identifiers each item of it must carry, with a space between.
    must_carry  TEXT    NOT NULL,
    made_ms     INTEGER NOT NULL,
    changed_ms  INTEGER NOT NULL,
    version     INTEGER NOT NULL DEFAULT 1
) STRICT;

CREATE TABLE donation_lines (
    id           INTEGER PRIMARY KEY,
    donation_id  INTEGER NOT NULL REFERENCES donations (id),
    model_id     INTEGER NOT NULL REFERENCES models (id),
    quantity     INTEGER NOT NULL CHECK (quantity BETWEEN 1 AND 1000000),
    note         TEXT    NOT NULL
) STRICT;
CREATE INDEX donation_lines_by_donation ON donation_lines (donation_id);

CREATE TABLE containers (
    id          INTEGER PRIMARY KEY,
    name        TEXT    NOT NULL,
    name_fold   TEXT    NOT NULL UNIQUE,
    -- Number on its seal, or empty.
    seal        TEXT    NOT NULL,
    made_ms     INTEGER NOT NULL,
    changed_ms  INTEGER NOT NULL,
    version     INTEGER NOT NULL DEFAULT 1
) STRICT;

-- What an item's events add up to stands here for searching; it can be made again from them.
CREATE TABLE items (
    id            INTEGER PRIMARY KEY,
    code          TEXT    NOT NULL UNIQUE,
    name          TEXT    NOT NULL,
    name_fold     TEXT    NOT NULL,
    model_id      INTEGER NOT NULL REFERENCES models (id),
    line_id       INTEGER REFERENCES donation_lines (id),
    made_ms       INTEGER NOT NULL,
    state         TEXT    NOT NULL,
    custodian     INTEGER NOT NULL REFERENCES parties (id),
    allocated_to  INTEGER REFERENCES parties (id),
    container_id  INTEGER REFERENCES containers (id),
    site_id       INTEGER REFERENCES sites (id),
    node_id       TEXT    REFERENCES nodes (id),
    since_ms      INTEGER NOT NULL,
    -- When its last event was recorded: the order of the list.
    changed_ms    INTEGER NOT NULL,
    events        INTEGER NOT NULL,
    version       INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX items_by_change ON items (changed_ms, id);
CREATE INDEX items_by_custodian ON items (custodian, changed_ms, id);
CREATE INDEX items_by_state ON items (state, changed_ms, id);
CREATE INDEX items_by_line ON items (line_id);
CREATE INDEX items_by_site ON items (site_id) WHERE site_id IS NOT NULL;
CREATE INDEX items_by_node ON items (node_id) WHERE node_id IS NOT NULL;
CREATE INDEX items_by_container ON items (container_id) WHERE container_id IS NOT NULL;

CREATE TABLE item_identifiers (
    item_id  INTEGER NOT NULL REFERENCES items (id),
    kind     TEXT    NOT NULL,
    value    TEXT    NOT NULL,
    -- 0 where a value is one of its kind in the world; the model's number where makers number their own.
    scope    INTEGER NOT NULL,
    PRIMARY KEY (kind, value, scope)
) STRICT, WITHOUT ROWID;
CREATE INDEX item_identifiers_by_item ON item_identifiers (item_id);

-- Append-only, as the custody events are.
CREATE TABLE item_events (
    id           INTEGER PRIMARY KEY,
    item_id      INTEGER NOT NULL REFERENCES items (id),
    event_id     BLOB    NOT NULL UNIQUE CHECK (length(event_id) = 16),
    happened_ms  INTEGER NOT NULL,
    recorded_ms  INTEGER NOT NULL,
    by_person    INTEGER NOT NULL,
    -- What happened, as the protocol writes it in JSON.
    what         TEXT    NOT NULL,
    note         TEXT    NOT NULL
) STRICT;
CREATE INDEX item_events_by_item ON item_events (item_id, id);
CREATE TRIGGER item_events_are_never_changed BEFORE UPDATE ON item_events
BEGIN
    SELECT RAISE(ABORT, 'custody events are append-only');
END;
CREATE TRIGGER item_events_are_never_deleted BEFORE DELETE ON item_events
BEGIN
    SELECT RAISE(ABORT, 'custody events are append-only');
END;

-- An item at a site, from, to. Made again from the item's events with each of them.
CREATE TABLE deployments (
    item_id  INTEGER NOT NULL REFERENCES items (id),
    number   INTEGER NOT NULL,
    site_id  INTEGER NOT NULL REFERENCES sites (id),
    node_id  TEXT,
    from_ms  INTEGER NOT NULL,
    to_ms    INTEGER,
    PRIMARY KEY (item_id, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX deployments_by_site ON deployments (site_id, from_ms);

CREATE TABLE handovers (
    id          BLOB    PRIMARY KEY CHECK (length(id) = 16),
    -- Order of lists.
    number      INTEGER NOT NULL UNIQUE,
    giver       INTEGER NOT NULL REFERENCES parties (id),
    taker       INTEGER NOT NULL REFERENCES parties (id),
    purpose     TEXT    NOT NULL CHECK (purpose IN ('delivery', 'return')),
    offered_ms  INTEGER NOT NULL,
    ends_ms     INTEGER NOT NULL,
    offered_by  INTEGER NOT NULL,
    note        TEXT    NOT NULL,
    -- How far it is, as the protocol writes it in JSON.
    stage       TEXT    NOT NULL,
    ended_by    INTEGER,
    -- 1 while it waits for the taker, whatever the clock says.
    open        INTEGER NOT NULL CHECK (open IN (0, 1))
) STRICT;
CREATE INDEX handovers_by_taker ON handovers (taker, open, number);
CREATE INDEX handovers_by_giver ON handovers (giver, open, number);

CREATE TABLE handover_items (
    handover_id  BLOB    NOT NULL REFERENCES handovers (id),
    item_id      INTEGER NOT NULL REFERENCES items (id),
    PRIMARY KEY (handover_id, item_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX handover_items_by_item ON handover_items (item_id);

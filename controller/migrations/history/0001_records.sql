-- What nodes said. Order comes from keys, never from a clock: key = stream number << 32 | last sequence.
CREATE TABLE streams (
    number INTEGER PRIMARY KEY,
    node TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    -- Every sequence below this one is stored or was declared lost.
    below INTEGER NOT NULL,
    -- Ranges above it: little-endian u32 pairs, first and last.
    ranges BLOB NOT NULL,
    -- 1 when more ranges came than are kept: the set is read again from records when it has shrunk.
    untracked INTEGER NOT NULL,
    newest INTEGER NOT NULL,
    lost_records INTEGER NOT NULL,
    UNIQUE (node, epoch)
) STRICT;

CREATE TABLE records (
    key INTEGER PRIMARY KEY,
    stream INTEGER NOT NULL,
    first_sequence INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    boot INTEGER NOT NULL,
    at_boot_ms INTEGER NOT NULL,
    -- What the node's clock claimed at at_boot_ms, if it was synchronised.
    wall_ms INTEGER,
    clock_error_ms INTEGER,
    received_ms INTEGER NOT NULL,
    -- The controller's estimate of the first and the last frame; NULL when the time is not known.
    first_ms INTEGER,
    last_ms INTEGER,
    error_ms INTEGER,
    dictionary INTEGER NOT NULL,
    configuration INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT;

-- Covers the choice of a range of time without a look at a body.
CREATE INDEX records_by_time ON records (stream, first_ms, last_ms, received_ms, kind);

-- Newest word of each node, in the same transaction as its record.
CREATE TABLE node_state (
    node TEXT PRIMARY KEY,
    newest_key INTEGER NOT NULL,
    -- Newest record of kind block, or NULL.
    block_key INTEGER,
    boot INTEGER NOT NULL,
    heard_ms INTEGER NOT NULL,
    report_within_s INTEGER NOT NULL,
    -- NULL: not synchronised.
    clock_error_ms INTEGER
) STRICT;

-- What the node's last birth said. Written behind, because it is no record.
CREATE TABLE agents (
    node TEXT PRIMARY KEY,
    version TEXT NOT NULL
) STRICT;

-- Offset of a boot's milliseconds to wall time; trusted when the node's own clock said so.
CREATE TABLE boots (
    node TEXT NOT NULL,
    boot INTEGER NOT NULL,
    offset_ms INTEGER NOT NULL,
    error_ms INTEGER NOT NULL,
    trusted INTEGER NOT NULL,
    PRIMARY KEY (node, boot)
) STRICT;

CREATE TABLE outages (
    key INTEGER PRIMARY KEY,
    node TEXT NOT NULL,
    from_ms INTEGER NOT NULL,
    to_ms INTEGER NOT NULL,
    cause TEXT NOT NULL,
    attempts INTEGER NOT NULL
) STRICT;
CREATE INDEX outages_by_node ON outages (node, to_ms);

CREATE TABLE starts (
    key INTEGER PRIMARY KEY,
    node TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    boot INTEGER NOT NULL,
    machine INTEGER NOT NULL
) STRICT;
CREATE INDEX starts_by_node ON starts (node, at_ms);

-- Newest word about each probe.
CREATE TABLE probes (
    node TEXT NOT NULL,
    probe TEXT NOT NULL,
    key INTEGER NOT NULL,
    failing INTEGER NOT NULL,
    why TEXT NOT NULL,
    PRIMARY KEY (node, probe)
) STRICT;

-- Changes of the state's word; each holds until the node's next one. Ordered by id: the wall clock may step.
CREATE TABLE presence (
    id INTEGER PRIMARY KEY,
    node TEXT NOT NULL,
    from_ms INTEGER NOT NULL,
    word TEXT NOT NULL
) STRICT;
CREATE INDEX presence_by_node ON presence (node, id);

-- When the controller was up; between two rows it was not, and nothing is known.
CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    started_ms INTEGER NOT NULL,
    alive_ms INTEGER NOT NULL
) STRICT;

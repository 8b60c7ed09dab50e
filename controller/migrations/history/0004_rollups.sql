-- An hour of a node, all its columns; made from records, and kept longer than they are.
-- key = lowest stream number of the node << 32 | hours since 1970, UTC.
CREATE TABLE rollups (
    key INTEGER PRIMARY KEY,
    body BLOB NOT NULL
) STRICT;

-- Hours whose records changed since they were last rolled up. Counted, so that a record that is committed while its hour
-- is being rolled up is seen.
CREATE TABLE dirty_hours (
    key INTEGER PRIMARY KEY,
    marks INTEGER NOT NULL,
    since_ms INTEGER NOT NULL
) STRICT;

-- Blocks that came with frames from before keeping.raw_from_ms (as it was then: before_ms). Those hours are not made from
-- records any more, because records of them are gone; these frames are added to them, once.
CREATE TABLE late_records (
    key INTEGER PRIMARY KEY,
    before_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE keeping (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    -- Records that end before this may be gone; hours before it are rolled up for good. A whole hour; only grows.
    raw_from_ms INTEGER NOT NULL,
    -- And roll-ups before this. Only grows.
    rollups_from_ms INTEGER NOT NULL,
    -- The controller's clock as it was believed last; NULL before the first time.
    clock_ms INTEGER
) STRICT;
INSERT INTO keeping (id, raw_from_ms, rollups_from_ms, clock_ms) VALUES (1, 0, 0, NULL);

-- Hours of what is there already.
INSERT INTO dirty_hours (key, marks, since_ms)
WITH RECURSIVE touched (node, hour, last) AS (
    SELECT s.node, r.first_ms / 3600000, r.last_ms / 3600000 FROM records r JOIN streams s ON s.number = r.stream
    WHERE r.kind = 1 AND r.first_ms >= 0 AND r.last_ms < 7000000000000000
    UNION SELECT node, hour + 1, last FROM touched WHERE hour < last
)
SELECT DISTINCT (SELECT MIN(number) FROM streams WHERE streams.node = touched.node) << 32 | hour, 1, 0 FROM touched;

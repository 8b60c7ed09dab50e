-- Statements of nodes: when each was made, and what was found when it was checked. What the node said stays in records, word for
-- word; retention passes it over.
CREATE TABLE statements (
    key INTEGER PRIMARY KEY,
    node TEXT NOT NULL,
    boot INTEGER NOT NULL,
    at_boot_ms INTEGER NOT NULL,
    received_ms INTEGER NOT NULL,
    -- The controller's estimate of when; NULL when the time is not known.
    first_ms INTEGER,
    error_ms INTEGER,
    -- unchecked, genuine, or what is wrong with it.
    verdict TEXT NOT NULL,
    -- When, as it counts: by the node's clock, which signed it (1), or by the estimate above (0). NULL while unchecked.
    at_ms INTEGER,
    at_error_ms INTEGER,
    node_clock INTEGER
) STRICT;
CREATE INDEX statements_by_time ON statements (node, at_ms) WHERE verdict = 'genuine';
CREATE INDEX statements_unchecked ON statements (key) WHERE verdict = 'unchecked';
CREATE INDEX statements_by_instant ON statements (node, boot, at_boot_ms);

-- Of what came before this table was there.
INSERT INTO statements (key, node, boot, at_boot_ms, received_ms, first_ms, error_ms, verdict)
SELECT r.key, s.node, r.boot, r.at_boot_ms, r.received_ms, r.first_ms, r.error_ms, 'unchecked'
FROM records r JOIN streams s ON s.number = r.stream WHERE r.kind = 3;

-- The newest silence that a node announced. Written behind: a record that was received later ends it.
CREATE TABLE silences (
    node TEXT PRIMARY KEY,
    heard_ms INTEGER NOT NULL,
    until_ms INTEGER NOT NULL
) STRICT;

-- "This serial is bound to this node's key", said by a person when an item was accepted. A row is written once; only its end is
-- put to it later.
CREATE TABLE bindings (
    id           INTEGER PRIMARY KEY,
    item_id      INTEGER NOT NULL REFERENCES items (id),
    kind         TEXT    NOT NULL,
    value        TEXT    NOT NULL,
    node_id      TEXT    NOT NULL REFERENCES nodes (id),
    key_sha256   BLOB    NOT NULL CHECK (length(key_sha256) = 32),
    from_ms      INTEGER NOT NULL,
    to_ms        INTEGER,
    recorded_ms  INTEGER NOT NULL,
    by_person    INTEGER NOT NULL,
    by_party     INTEGER NOT NULL REFERENCES parties (id),
    how          TEXT    NOT NULL CHECK (how IN ('by_hand', 'deployed')),
    -- Of the digest that stands for person and party in evidence files.
    salt         BLOB    NOT NULL CHECK (length(salt) = 16)
) STRICT;
CREATE INDEX bindings_by_item ON bindings (item_id, id);
CREATE INDEX bindings_by_node ON bindings (node_id) WHERE to_ms IS NULL;
CREATE TRIGGER bindings_are_never_deleted BEFORE DELETE ON bindings
BEGIN
    SELECT RAISE(ABORT, 'bindings are append-only');
END;
CREATE TRIGGER bindings_are_never_changed BEFORE UPDATE ON bindings
WHEN OLD.to_ms IS NOT NULL OR NEW.to_ms IS NULL OR NEW.id <> OLD.id OR NEW.item_id <> OLD.item_id OR NEW.kind <> OLD.kind
    OR NEW.value <> OLD.value OR NEW.node_id <> OLD.node_id OR NEW.key_sha256 <> OLD.key_sha256
    OR NEW.from_ms <> OLD.from_ms OR NEW.recorded_ms <> OLD.recorded_ms OR NEW.by_person <> OLD.by_person
    OR NEW.by_party <> OLD.by_party OR NEW.how <> OLD.how OR NEW.salt <> OLD.salt
BEGIN
    SELECT RAISE(ABORT, 'of a binding only the end is put to it, once');
END;

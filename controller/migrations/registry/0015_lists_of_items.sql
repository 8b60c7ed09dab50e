-- Views of the list of items can be saved too; SQLite changes a CHECK by making the table anew.
CREATE TABLE views_of_lists (
    id        INTEGER PRIMARY KEY,
    person_id INTEGER NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    list      TEXT    NOT NULL CHECK (list IN ('sites', 'nodes', 'items')),
    name      TEXT    NOT NULL,
    path      TEXT    NOT NULL,
    made_ms   INTEGER NOT NULL,
    UNIQUE (person_id, list, name)
) STRICT;
INSERT INTO views_of_lists (id, person_id, list, name, path, made_ms)
    SELECT id, person_id, list, name, path, made_ms FROM views;
DROP TABLE views;
ALTER TABLE views_of_lists RENAME TO views;

-- Counting what a list could be narrowed to reads this index alone: 1 to 4 ms a kind among 30,000 items in place of 10.
CREATE INDEX items_by_facets ON items (state, custodian, model_id, line_id, site_id, allocated_to);
-- What waits for an answer is few among all hand-overs there ever were.
CREATE INDEX handovers_open ON handovers (ends_ms) WHERE open = 1;

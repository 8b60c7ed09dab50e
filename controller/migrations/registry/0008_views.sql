-- Saved views of lists. Names and addresses are a person's own words; they go with the person.
CREATE TABLE views (
    id        INTEGER PRIMARY KEY,
    person_id INTEGER NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    list      TEXT    NOT NULL CHECK (list IN ('sites', 'nodes')),
    name      TEXT    NOT NULL,
    path      TEXT    NOT NULL,
    made_ms   INTEGER NOT NULL,
    UNIQUE (person_id, list, name)
) STRICT;

-- The end of the audit chain: number and hash of the newest entry. No row until the first entry is written by a program that
-- chains; that one counts from the first row there is. Each later entry is made from this row, so that one that was altered in
-- the table is never taken for the truth.
CREATE TABLE audit_head (
    id      INTEGER PRIMARY KEY CHECK (id = 1),
    number  INTEGER NOT NULL,
    sha256  BLOB    NOT NULL CHECK (length(sha256) = 32)
) STRICT;

-- Lists by person, action and thing, newest first.
CREATE INDEX audit_by_person ON audit (person_id, id);
CREATE INDEX audit_by_action ON audit (action, id);
CREATE INDEX audit_by_thing ON audit (thing, id);
CREATE INDEX place_reveals_by_site ON place_reveals (site_id, at_ms);

-- Acts that made things, each under the id that its key gave it: the same request again finds what it made.
CREATE TABLE acts (
    id              BLOB    PRIMARY KEY CHECK (length(id) = 16),
    request_sha256  BLOB    NOT NULL CHECK (length(request_sha256) = 32),
    -- The numbers of what it made, as a JSON list.
    things          TEXT    NOT NULL,
    made_ms         INTEGER NOT NULL
) STRICT;

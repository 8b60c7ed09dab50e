-- A search goes through the names alone, not through the rows of items.
CREATE INDEX items_by_name ON items (name_fold);

-- A node that loses its boot counter counts from 1 again: a place in time holds for records behind this key alone.
ALTER TABLE boots ADD COLUMN after_key INTEGER NOT NULL DEFAULT -1;
-- Where the newest record ends on its boot's scale: a newer one that lies before it is of another boot with that number.
ALTER TABLE node_state ADD COLUMN at_boot_ms INTEGER NOT NULL DEFAULT 0;

DROP TABLE workshop_sessions;
DROP TABLE workshop_editions;
DROP INDEX workshops_changed;
DROP INDEX workshops_original;
ALTER TABLE workshops DROP COLUMN original_id;
ALTER TABLE workshops DROP COLUMN adapted_from;
ALTER TABLE workshops DROP COLUMN edition;

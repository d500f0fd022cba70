DROP TABLE harvests;
DROP INDEX workshops_origin;
ALTER TABLE workshops DROP COLUMN harvest_id;
ALTER TABLE workshops DROP COLUMN origin_key;
ALTER TABLE workshops DROP COLUMN origin;

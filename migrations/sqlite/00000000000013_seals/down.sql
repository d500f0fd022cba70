DROP TABLE seal_head;
DROP TABLE seals;
DROP INDEX events_actor;
DROP INDEX events_id;

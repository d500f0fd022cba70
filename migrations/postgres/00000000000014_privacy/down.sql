DROP INDEX events_of_parts;
DROP TABLE consents;

DROP INDEX offers_tour;
ALTER TABLE offers DROP COLUMN tour_id;
DROP TABLE tours;
DROP TABLE tour_plans;

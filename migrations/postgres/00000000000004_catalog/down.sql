DROP TABLE availability;
DROP TABLE trainers;
DROP TABLE workshops;
DROP TABLE topics;

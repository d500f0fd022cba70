DROP TABLE rooms;
DROP TABLE venues;
DROP TABLE libraries;

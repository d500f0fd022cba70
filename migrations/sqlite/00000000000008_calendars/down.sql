DROP TABLE interests;
DROP TABLE hosting_hours;
DROP TABLE trips;

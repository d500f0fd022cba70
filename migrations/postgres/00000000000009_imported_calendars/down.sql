DROP TABLE busy_times;
DROP TABLE imported_calendars;

DROP TABLE bookings;
DROP TABLE offers;
DROP TABLE requests;

DROP TABLE partnerships;
DROP TABLE networks;

DROP TABLE pledges;
DROP INDEX requests_closing;
CREATE INDEX requests_closing ON requests (closes_at) WHERE state IN ('draft', 'submitted', 'needs_information', 'open');
ALTER TABLE requests DROP COLUMN pool;

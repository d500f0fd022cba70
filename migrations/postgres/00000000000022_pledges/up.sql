-- What neighbors are asked to join a request with, and how far that is.
ALTER TABLE requests ADD COLUMN pool JSONB;
DROP INDEX requests_closing;
CREATE INDEX requests_closing ON requests (closes_at)
    WHERE state IN ('draft', 'gathering', 'submitted', 'needs_information', 'open');

CREATE TABLE pledges (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    request_id TEXT COLLATE "C" NOT NULL REFERENCES requests (id),
    network_id TEXT COLLATE "C" NOT NULL REFERENCES networks (id),
    library_id TEXT COLLATE "C" NOT NULL REFERENCES libraries (id),
    state TEXT NOT NULL,
    state_data JSONB NOT NULL,
    terms BIGINT NOT NULL,
    details JSONB NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX pledges_request ON pledges (request_id, id);
CREATE INDEX pledges_library ON pledges (library_id, id);
CREATE INDEX pledges_network ON pledges (network_id, id);
-- One that stands for each library and request: the database itself refuses a second.
CREATE UNIQUE INDEX pledges_once ON pledges (request_id, library_id) WHERE state = 'standing';

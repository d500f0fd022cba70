CREATE TABLE requests (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    network_id TEXT COLLATE "C" NOT NULL REFERENCES networks (id),
    library_id TEXT COLLATE "C" NOT NULL REFERENCES libraries (id),
    state TEXT NOT NULL,
    state_data JSONB NOT NULL,
    time_zone TEXT NOT NULL,
    -- End of the last window asked for.
    closes_at TIMESTAMPTZ NOT NULL,
    details JSONB NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX requests_network ON requests (network_id, id);
CREATE INDEX requests_library ON requests (library_id, id);
CREATE INDEX requests_closing ON requests (closes_at) WHERE state IN ('draft', 'submitted', 'needs_information', 'open');

CREATE TABLE offers (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    request_id TEXT COLLATE "C" NOT NULL REFERENCES requests (id),
    network_id TEXT COLLATE "C" NOT NULL REFERENCES networks (id),
    trainer_id TEXT COLLATE "C" NOT NULL REFERENCES trainers (id),
    trainer_network_id TEXT COLLATE "C" NOT NULL REFERENCES networks (id),
    state TEXT NOT NULL,
    state_data JSONB NOT NULL,
    expires_at TIMESTAMPTZ,
    terms JSONB NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX offers_request ON offers (request_id, id);
CREATE INDEX offers_network ON offers (network_id, id);
CREATE INDEX offers_trainer ON offers (trainer_id, id);
CREATE INDEX offers_expiry ON offers (expires_at) WHERE expires_at IS NOT NULL;
-- One open offer to a trainer for a request: the database itself refuses a second.
CREATE UNIQUE INDEX offers_once ON offers (request_id, trainer_id) WHERE state IN ('pending', 'countered');

CREATE TABLE bookings (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    request_id TEXT COLLATE "C" NOT NULL REFERENCES requests (id),
    offer_id TEXT COLLATE "C" NOT NULL CONSTRAINT bookings_offer UNIQUE REFERENCES offers (id),
    network_id TEXT COLLATE "C" NOT NULL REFERENCES networks (id),
    library_id TEXT COLLATE "C" NOT NULL REFERENCES libraries (id),
    trainer_id TEXT COLLATE "C" NOT NULL REFERENCES trainers (id),
    trainer_network_id TEXT COLLATE "C" NOT NULL REFERENCES networks (id),
    venue_id TEXT COLLATE "C" REFERENCES venues (id),
    state TEXT NOT NULL,
    state_data JSONB NOT NULL,
    starts_at TIMESTAMPTZ NOT NULL,
    ends_at TIMESTAMPTZ NOT NULL,
    details JSONB NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX bookings_network ON bookings (network_id, id);
CREATE INDEX bookings_library ON bookings (library_id, id);
CREATE INDEX bookings_trainer ON bookings (trainer_id, starts_at);
CREATE INDEX bookings_venue ON bookings (venue_id, starts_at);
-- One booking that stands for a request.
CREATE UNIQUE INDEX bookings_once ON bookings (request_id) WHERE state <> 'canceled';

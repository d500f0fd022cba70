-- Equality of ids inside the exclusion constraints.
CREATE EXTENSION IF NOT EXISTS btree_gist;

CREATE TABLE commitments (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    -- Whose time: exactly one of the two.
    trainer_id TEXT COLLATE "C" REFERENCES trainers (id),
    room_id TEXT COLLATE "C" REFERENCES rooms (id),
    offer_id TEXT COLLATE "C" NOT NULL REFERENCES offers (id),
    booking_id TEXT COLLATE "C" REFERENCES bookings (id),
    -- The workshop itself.
    work_starts_at TIMESTAMPTZ NOT NULL,
    work_ends_at TIMESTAMPTZ NOT NULL,
    -- The workshop with the way there and back.
    starts_at TIMESTAMPTZ NOT NULL,
    ends_at TIMESTAMPTZ NOT NULL,
    latitude DOUBLE PRECISION,
    longitude DOUBLE PRECISION,
    -- End of a hold; a booking has none.
    expires_at TIMESTAMPTZ,
    active BOOLEAN NOT NULL,
    CONSTRAINT commitments_one_holder CHECK ((trainer_id IS NULL) <> (room_id IS NULL)),
    CONSTRAINT commitments_order CHECK (starts_at <= work_starts_at AND work_starts_at < work_ends_at AND work_ends_at <= ends_at),
    CONSTRAINT commitments_trainer_overlap EXCLUDE USING gist (trainer_id WITH =, tstzrange(starts_at, ends_at) WITH &&) WHERE (active AND trainer_id IS NOT NULL),
    CONSTRAINT commitments_room_overlap EXCLUDE USING gist (room_id WITH =, tstzrange(starts_at, ends_at) WITH &&) WHERE (active AND room_id IS NOT NULL)
);
CREATE INDEX commitments_trainer ON commitments (trainer_id, ends_at) WHERE active;
CREATE INDEX commitments_room ON commitments (room_id, ends_at) WHERE active;
CREATE INDEX commitments_offer ON commitments (offer_id);

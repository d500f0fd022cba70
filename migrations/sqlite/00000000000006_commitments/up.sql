CREATE TABLE commitments (
    id TEXT NOT NULL PRIMARY KEY,
    -- Whose time: exactly one of the two.
    trainer_id TEXT REFERENCES trainers (id),
    room_id TEXT REFERENCES rooms (id),
    offer_id TEXT NOT NULL REFERENCES offers (id),
    booking_id TEXT REFERENCES bookings (id),
    -- The workshop itself.
    work_starts_at BIGINT NOT NULL,
    work_ends_at BIGINT NOT NULL,
    -- The workshop with the way there and back.
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    latitude DOUBLE PRECISION,
    longitude DOUBLE PRECISION,
    -- End of a hold; a booking has none.
    expires_at BIGINT,
    active BOOLEAN NOT NULL,
    CONSTRAINT commitments_one_holder CHECK ((trainer_id IS NULL) <> (room_id IS NULL)),
    CONSTRAINT commitments_order CHECK (starts_at <= work_starts_at AND work_starts_at < work_ends_at AND work_ends_at <= ends_at)
);
CREATE INDEX commitments_trainer ON commitments (trainer_id, ends_at) WHERE active;
CREATE INDEX commitments_room ON commitments (room_id, ends_at) WHERE active;
CREATE INDEX commitments_offer ON commitments (offer_id);

-- What the exclusion constraints do on PostgreSQL.
CREATE TRIGGER commitments_trainer_overlap_insert BEFORE INSERT ON commitments
WHEN NEW.active AND NEW.trainer_id IS NOT NULL AND EXISTS (
    SELECT 1 FROM commitments other
    WHERE other.trainer_id = NEW.trainer_id AND other.active AND other.id <> NEW.id
      AND other.ends_at > NEW.starts_at AND other.starts_at < NEW.ends_at
)
BEGIN
    SELECT RAISE(ABORT, 'commitments_trainer_overlap');
END;

CREATE TRIGGER commitments_trainer_overlap_update BEFORE UPDATE OF starts_at, ends_at, active, trainer_id, room_id ON commitments
WHEN NEW.active AND NEW.trainer_id IS NOT NULL AND EXISTS (
    SELECT 1 FROM commitments other
    WHERE other.trainer_id = NEW.trainer_id AND other.active AND other.id <> NEW.id
      AND other.ends_at > NEW.starts_at AND other.starts_at < NEW.ends_at
)
BEGIN
    SELECT RAISE(ABORT, 'commitments_trainer_overlap');
END;

CREATE TRIGGER commitments_room_overlap_insert BEFORE INSERT ON commitments
WHEN NEW.active AND NEW.room_id IS NOT NULL AND EXISTS (
    SELECT 1 FROM commitments other
    WHERE other.room_id = NEW.room_id AND other.active AND other.id <> NEW.id
      AND other.ends_at > NEW.starts_at AND other.starts_at < NEW.ends_at
)
BEGIN
    SELECT RAISE(ABORT, 'commitments_room_overlap');
END;

CREATE TRIGGER commitments_room_overlap_update BEFORE UPDATE OF starts_at, ends_at, active, trainer_id, room_id ON commitments
WHEN NEW.active AND NEW.room_id IS NOT NULL AND EXISTS (
    SELECT 1 FROM commitments other
    WHERE other.room_id = NEW.room_id AND other.active AND other.id <> NEW.id
      AND other.ends_at > NEW.starts_at AND other.starts_at < NEW.ends_at
)
BEGIN
    SELECT RAISE(ABORT, 'commitments_room_overlap');
END;

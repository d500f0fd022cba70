ALTER TABLE workshops ADD COLUMN edition INTEGER NOT NULL DEFAULT 0;
-- The chain of what it was made of; the one before it once more, to find what was made of one.
ALTER TABLE workshops ADD COLUMN adapted_from JSONB NOT NULL DEFAULT '[]';
ALTER TABLE workshops ADD COLUMN original_id TEXT COLLATE "C" REFERENCES workshops (id);
-- Who finds it. What was published before was shown to the network and those it lends to.
ALTER TABLE workshops ADD COLUMN visibility TEXT NOT NULL DEFAULT 'partners';
UPDATE workshops SET details = jsonb_set(details, '{visibility}', '"partners"');
-- Since when the public catalog has shown it.
ALTER TABLE workshops ADD COLUMN public_since TIMESTAMPTZ;
UPDATE workshops SET edition = 1 WHERE state <> 'draft';
CREATE INDEX workshops_original ON workshops (original_id, id) WHERE original_id IS NOT NULL;
-- In the order in which the catalog changes.
CREATE INDEX workshops_changed ON workshops (updated_at, id) WHERE public_since IS NOT NULL;

-- Who can teach what, as far as it is in the catalog.
CREATE TABLE trainer_workshops (
    trainer_id TEXT COLLATE "C" NOT NULL REFERENCES trainers (id),
    workshop_id TEXT COLLATE "C" NOT NULL REFERENCES workshops (id),
    PRIMARY KEY (trainer_id, workshop_id)
);
CREATE INDEX trainer_workshops_workshop ON trainer_workshops (workshop_id, trainer_id);
INSERT INTO trainer_workshops (trainer_id, workshop_id)
    SELECT DISTINCT t.id, w.value FROM trainers t CROSS JOIN LATERAL jsonb_array_elements_text(t.details -> 'workshops') AS w (value) WHERE w.value IN (SELECT id FROM workshops);

-- What the catalog said, edition by edition.
CREATE TABLE workshop_editions (
    workshop_id TEXT COLLATE "C" NOT NULL REFERENCES workshops (id),
    edition INTEGER NOT NULL,
    details JSONB NOT NULL,
    published_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (workshop_id, edition)
);
INSERT INTO workshop_editions (workshop_id, edition, details, published_at)
    SELECT id, 1, details, updated_at FROM workshops WHERE state <> 'draft';

CREATE TABLE workshop_sessions (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    network_id TEXT COLLATE "C" NOT NULL REFERENCES networks (id),
    workshop_id TEXT COLLATE "C" REFERENCES workshops (id),
    -- A booking has one session.
    booking_id TEXT COLLATE "C" CONSTRAINT workshop_sessions_booking UNIQUE REFERENCES bookings (id),
    library_id TEXT COLLATE "C" REFERENCES libraries (id),
    trainer_id TEXT COLLATE "C" REFERENCES trainers (id),
    venue_id TEXT COLLATE "C" REFERENCES venues (id),
    state TEXT NOT NULL,
    state_data JSONB NOT NULL,
    starts_at TIMESTAMPTZ NOT NULL,
    ends_at TIMESTAMPTZ NOT NULL,
    published_at TIMESTAMPTZ,
    details JSONB NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX workshop_sessions_network ON workshop_sessions (network_id, id);
CREATE INDEX workshop_sessions_workshop ON workshop_sessions (workshop_id, starts_at) WHERE workshop_id IS NOT NULL;
-- Those in the catalog, by date.
CREATE INDEX workshop_sessions_dates ON workshop_sessions (starts_at, id) WHERE published_at IS NOT NULL;

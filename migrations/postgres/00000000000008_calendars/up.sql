CREATE TABLE trips (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    trainer_id TEXT COLLATE "C" NOT NULL REFERENCES trainers (id),
    -- First and last day on which a workshop may join it, as YYYY-MM-DD.
    from_day TEXT COLLATE "C" NOT NULL,
    until_day TEXT COLLATE "C" NOT NULL,
    details JSONB NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX trips_trainer ON trips (trainer_id, id);
CREATE INDEX trips_days ON trips (until_day, from_day);

CREATE TABLE hosting_hours (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    library_id TEXT COLLATE "C" NOT NULL REFERENCES libraries (id),
    details JSONB NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX hosting_hours_library ON hosting_hours (library_id, id);

CREATE TABLE interests (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    request_id TEXT COLLATE "C" NOT NULL REFERENCES requests (id),
    trainer_id TEXT COLLATE "C" NOT NULL REFERENCES trainers (id),
    network_id TEXT COLLATE "C" NOT NULL REFERENCES networks (id),
    details JSONB NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT interests_once UNIQUE (request_id, trainer_id)
);
CREATE INDEX interests_trainer ON interests (trainer_id, id);

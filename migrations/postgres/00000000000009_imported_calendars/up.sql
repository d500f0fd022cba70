CREATE TABLE imported_calendars (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    trainer_id TEXT COLLATE "C" NOT NULL REFERENCES trainers (id),
    -- When it is to be read; while somebody reads it, when somebody else may.
    next_read_at TIMESTAMPTZ,
    details JSONB NOT NULL,
    status JSONB NOT NULL,
    -- What its source said of itself. Never shown.
    source JSONB NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX imported_calendars_trainer ON imported_calendars (trainer_id, id);
CREATE INDEX imported_calendars_due ON imported_calendars (next_read_at) WHERE next_read_at IS NOT NULL;

CREATE TABLE busy_times (
    calendar_id TEXT COLLATE "C" NOT NULL REFERENCES imported_calendars (id),
    -- Its place among those of the calendar, from 0.
    place INTEGER NOT NULL,
    trainer_id TEXT COLLATE "C" NOT NULL REFERENCES trainers (id),
    starts_at TIMESTAMPTZ NOT NULL,
    ends_at TIMESTAMPTZ NOT NULL,
    title TEXT COLLATE "C",
    PRIMARY KEY (calendar_id, place)
);
CREATE INDEX busy_times_trainer ON busy_times (trainer_id, ends_at);

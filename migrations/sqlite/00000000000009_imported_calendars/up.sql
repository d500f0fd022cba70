CREATE TABLE imported_calendars (
    id TEXT NOT NULL PRIMARY KEY,
    trainer_id TEXT NOT NULL REFERENCES trainers (id),
    -- When it is to be read; while somebody reads it, when somebody else may.
    next_read_at BIGINT,
    details TEXT NOT NULL,
    status TEXT NOT NULL,
    -- What its source said of itself. Never shown.
    source TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX imported_calendars_trainer ON imported_calendars (trainer_id, id);
CREATE INDEX imported_calendars_due ON imported_calendars (next_read_at) WHERE next_read_at IS NOT NULL;

CREATE TABLE busy_times (
    calendar_id TEXT NOT NULL REFERENCES imported_calendars (id),
    -- Its place among those of the calendar, from 0.
    place INTEGER NOT NULL,
    trainer_id TEXT NOT NULL REFERENCES trainers (id),
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    title TEXT,
    PRIMARY KEY (calendar_id, place)
);
CREATE INDEX busy_times_trainer ON busy_times (trainer_id, ends_at);

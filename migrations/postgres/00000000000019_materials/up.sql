CREATE TABLE materials (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    workshop_id TEXT COLLATE "C" NOT NULL REFERENCES workshops (id),
    kind TEXT NOT NULL,
    is_public BOOLEAN NOT NULL,
    search_text TEXT NOT NULL,
    details JSONB NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX materials_workshop ON materials (workshop_id, id);
-- Recordings of the public catalog, the newest first.
CREATE INDEX materials_recordings ON materials (id) WHERE kind = 'recording';

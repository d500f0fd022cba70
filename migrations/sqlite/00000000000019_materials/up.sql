CREATE TABLE materials (
    id TEXT NOT NULL PRIMARY KEY,
    workshop_id TEXT NOT NULL REFERENCES workshops (id),
    kind TEXT NOT NULL,
    is_public BOOLEAN NOT NULL,
    search_text TEXT NOT NULL,
    details TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX materials_workshop ON materials (workshop_id, id);
-- Recordings of the public catalog, the newest first.
CREATE INDEX materials_recordings ON materials (id) WHERE kind = 'recording';

-- Uploaded files; what is in them is elsewhere, by its digest.
CREATE TABLE material_files (
    material_id TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES materials (id) ON DELETE CASCADE,
    media_type TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    uploaded_at TIMESTAMPTZ NOT NULL
);

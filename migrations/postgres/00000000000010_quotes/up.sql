CREATE TABLE quotes (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    network_id TEXT COLLATE "C" NOT NULL REFERENCES networks (id),
    library_id TEXT COLLATE "C" NOT NULL REFERENCES libraries (id),
    trainer_id TEXT COLLATE "C" NOT NULL REFERENCES trainers (id),
    details JSONB NOT NULL,
    terms JSONB NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX quotes_network ON quotes (network_id, id);
CREATE INDEX quotes_library ON quotes (library_id, id);

CREATE TABLE quotes (
    id TEXT NOT NULL PRIMARY KEY,
    network_id TEXT NOT NULL REFERENCES networks (id),
    library_id TEXT NOT NULL REFERENCES libraries (id),
    trainer_id TEXT NOT NULL REFERENCES trainers (id),
    details TEXT NOT NULL,
    terms TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX quotes_network ON quotes (network_id, id);
CREATE INDEX quotes_library ON quotes (library_id, id);

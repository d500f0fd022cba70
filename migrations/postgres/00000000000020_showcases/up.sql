CREATE TABLE showcases (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    network_id TEXT COLLATE "C" NOT NULL REFERENCES networks (id),
    published_at TIMESTAMPTZ,
    details JSONB NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX showcases_network ON showcases (network_id, id);
-- Those that everybody sees.
CREATE INDEX showcases_public ON showcases (id) WHERE published_at IS NOT NULL;

CREATE TABLE showcases (
    id TEXT NOT NULL PRIMARY KEY,
    network_id TEXT NOT NULL REFERENCES networks (id),
    published_at BIGINT,
    details TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX showcases_network ON showcases (network_id, id);
-- Those that everybody sees.
CREATE INDEX showcases_public ON showcases (id) WHERE published_at IS NOT NULL;

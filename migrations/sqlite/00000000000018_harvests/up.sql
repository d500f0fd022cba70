-- Where it came from, if it was written elsewhere; by what it is found again; the harvest that it follows.
ALTER TABLE workshops ADD COLUMN origin TEXT;
ALTER TABLE workshops ADD COLUMN origin_key TEXT;
ALTER TABLE workshops ADD COLUMN harvest_id TEXT;
CREATE UNIQUE INDEX workshops_origin ON workshops (network_id, origin_key);

CREATE TABLE harvests (
    id TEXT NOT NULL PRIMARY KEY,
    network_id TEXT NOT NULL REFERENCES networks (id),
    -- When it is to be read; while somebody reads it, when somebody else may.
    next_read_at BIGINT,
    details TEXT NOT NULL,
    status TEXT NOT NULL,
    -- How far reading it is. Never shown.
    progress TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX harvests_network ON harvests (network_id, id);
CREATE INDEX harvests_due ON harvests (next_read_at) WHERE next_read_at IS NOT NULL;

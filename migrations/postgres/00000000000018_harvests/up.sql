-- Where it came from, if it was written elsewhere; by what it is found again; the harvest that it follows.
ALTER TABLE workshops ADD COLUMN origin JSONB;
ALTER TABLE workshops ADD COLUMN origin_key TEXT COLLATE "C";
ALTER TABLE workshops ADD COLUMN harvest_id TEXT COLLATE "C";
CREATE UNIQUE INDEX workshops_origin ON workshops (network_id, origin_key);

CREATE TABLE harvests (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    network_id TEXT COLLATE "C" NOT NULL REFERENCES networks (id),
    -- When it is to be read; while somebody reads it, when somebody else may.
    next_read_at TIMESTAMPTZ,
    details JSONB NOT NULL,
    status JSONB NOT NULL,
    -- How far reading it is. Never shown.
    progress JSONB NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX harvests_network ON harvests (network_id, id);
CREATE INDEX harvests_due ON harvests (next_read_at) WHERE next_read_at IS NOT NULL;

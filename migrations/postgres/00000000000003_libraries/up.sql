CREATE TABLE libraries (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    network_id TEXT COLLATE "C" REFERENCES networks (id),
    fscs_key TEXT CONSTRAINT libraries_fscs_key UNIQUE,
    -- What `q` looks in, lower case.
    search_text TEXT NOT NULL,
    details JSONB NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX libraries_network ON libraries (network_id, id);

CREATE TABLE venues (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    library_id TEXT COLLATE "C" NOT NULL REFERENCES libraries (id),
    fscs_seq TEXT,
    details JSONB NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT venues_fscs_seq UNIQUE (library_id, fscs_seq)
);
CREATE INDEX venues_library ON venues (library_id, id);

CREATE TABLE rooms (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    venue_id TEXT COLLATE "C" NOT NULL REFERENCES venues (id),
    details JSONB NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX rooms_venue ON rooms (venue_id, id);

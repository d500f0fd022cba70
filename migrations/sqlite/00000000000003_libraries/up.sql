CREATE TABLE libraries (
    id TEXT NOT NULL PRIMARY KEY,
    network_id TEXT REFERENCES networks (id),
    fscs_key TEXT CONSTRAINT libraries_fscs_key UNIQUE,
    -- What `q` looks in, lower case.
    search_text TEXT NOT NULL,
    details TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX libraries_network ON libraries (network_id, id);

CREATE TABLE venues (
    id TEXT NOT NULL PRIMARY KEY,
    library_id TEXT NOT NULL REFERENCES libraries (id),
    fscs_seq TEXT,
    details TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    CONSTRAINT venues_fscs_seq UNIQUE (library_id, fscs_seq)
);
CREATE INDEX venues_library ON venues (library_id, id);

CREATE TABLE rooms (
    id TEXT NOT NULL PRIMARY KEY,
    venue_id TEXT NOT NULL REFERENCES venues (id),
    details TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX rooms_venue ON rooms (venue_id, id);

CREATE TABLE topics (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    network_id TEXT COLLATE "C" REFERENCES networks (id),
    details JSONB NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX topics_network ON topics (network_id, id);

CREATE TABLE workshops (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    network_id TEXT COLLATE "C" NOT NULL REFERENCES networks (id),
    state TEXT NOT NULL,
    state_data JSONB NOT NULL,
    search_text TEXT NOT NULL,
    details JSONB NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX workshops_network ON workshops (network_id, id);

CREATE TABLE trainers (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    network_id TEXT COLLATE "C" NOT NULL REFERENCES networks (id),
    visibility TEXT NOT NULL,
    active BOOLEAN NOT NULL,
    details JSONB NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX trainers_network ON trainers (network_id, id);

CREATE TABLE availability (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    trainer_id TEXT COLLATE "C" NOT NULL REFERENCES trainers (id),
    details JSONB NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX availability_trainer ON availability (trainer_id, id);

CREATE TABLE topics (
    id TEXT NOT NULL PRIMARY KEY,
    network_id TEXT REFERENCES networks (id),
    details TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX topics_network ON topics (network_id, id);

CREATE TABLE workshops (
    id TEXT NOT NULL PRIMARY KEY,
    network_id TEXT NOT NULL REFERENCES networks (id),
    state TEXT NOT NULL,
    state_data TEXT NOT NULL,
    search_text TEXT NOT NULL,
    details TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX workshops_network ON workshops (network_id, id);

CREATE TABLE trainers (
    id TEXT NOT NULL PRIMARY KEY,
    network_id TEXT NOT NULL REFERENCES networks (id),
    visibility TEXT NOT NULL,
    active BOOLEAN NOT NULL,
    details TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX trainers_network ON trainers (network_id, id);

CREATE TABLE availability (
    id TEXT NOT NULL PRIMARY KEY,
    trainer_id TEXT NOT NULL REFERENCES trainers (id),
    details TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX availability_trainer ON availability (trainer_id, id);

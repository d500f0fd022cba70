CREATE TABLE api_keys (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    network_id TEXT COLLATE "C" NOT NULL REFERENCES networks (id),
    -- SHA-256 of the key, hexadecimal; the key itself is kept nowhere.
    hash TEXT NOT NULL,
    -- The same of the one before the last rotation, which is good for a while.
    previous_hash TEXT,
    previous_until TIMESTAMPTZ,
    revoked_at TIMESTAMPTZ,
    details JSONB NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX api_keys_network ON api_keys (network_id);

-- Apart from the keys: being used changes no version.
CREATE TABLE api_key_uses (
    key_id TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES api_keys (id),
    used_at TIMESTAMPTZ NOT NULL
);

-- Requests of one caller in one minute, in all processes together.
CREATE TABLE rate_counts (
    -- A digest: neither address nor name stands here.
    caller TEXT COLLATE "C" NOT NULL,
    -- Minutes since 1970.
    minute BIGINT NOT NULL,
    requests BIGINT NOT NULL,
    PRIMARY KEY (caller, minute)
);
CREATE INDEX rate_counts_minute ON rate_counts (minute);

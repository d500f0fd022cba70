ALTER TABLE sessions ADD COLUMN last_used_at BIGINT;
-- What the program called itself at the sign-in.
ALTER TABLE sessions ADD COLUMN user_agent TEXT;

-- Those that ended long ago are forgotten.
CREATE INDEX sessions_expiry ON sessions (expires_at);
CREATE INDEX sessions_revoked ON sessions (revoked_at) WHERE revoked_at IS NOT NULL;

-- The token that was given for a used one, while it is the one that counts.
ALTER TABLE refresh_tokens ADD COLUMN successor TEXT;
-- When another took its place, because nobody had used it.
ALTER TABLE refresh_tokens ADD COLUMN voided_at BIGINT;

-- When it began to sign; none for the next one.
ALTER TABLE signing_keys ADD COLUMN signs_from BIGINT;
-- For a retired one: until when what it signed may still be about.
ALTER TABLE signing_keys ADD COLUMN verifies_until BIGINT;
UPDATE signing_keys SET signs_from = created_at;

-- Secrets of the installation, made once.
CREATE TABLE secrets (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE one_time_tokens (
    -- SHA-256 of the token, hexadecimal; the token itself is kept nowhere.
    hash TEXT NOT NULL PRIMARY KEY,
    -- What it is for.
    purpose TEXT NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id),
    -- The new address, where it changes one.
    email TEXT,
    expires_at BIGINT NOT NULL,
    -- A new one takes the place of the one before.
    CONSTRAINT one_time_tokens_once UNIQUE (user_id, purpose)
);

CREATE TABLE invitations (
    id TEXT NOT NULL PRIMARY KEY,
    -- SHA-256 of the token, hexadecimal.
    token_hash TEXT NOT NULL UNIQUE,
    network_id TEXT REFERENCES networks (id),
    inviter_id TEXT NOT NULL REFERENCES users (id),
    details TEXT NOT NULL,
    state TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX invitations_network ON invitations (network_id, id);

-- Addresses whose owners forgot a password: looked up later, so that asking takes as long whether somebody has one or not.
CREATE TABLE reset_requests (
    email TEXT NOT NULL PRIMARY KEY,
    asked_at BIGINT NOT NULL
);

CREATE TABLE mails (
    id TEXT NOT NULL PRIMARY KEY,
    recipient TEXT NOT NULL,
    subject TEXT NOT NULL,
    -- Emptied when it was sent or given up: it may hold a token.
    body TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    -- When it is to be tried; while somebody tries, until when nobody else may.
    next_attempt_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX mails_due ON mails (state, next_attempt_at);

-- Who somebody is at an outside OpenID provider.
CREATE TABLE identities (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (issuer, subject),
    CONSTRAINT identities_once UNIQUE (user_id, issuer)
);

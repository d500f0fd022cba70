CREATE TABLE users (
    id TEXT NOT NULL PRIMARY KEY,
    -- In lower case: one account for an address however it is typed.
    email TEXT NOT NULL CONSTRAINT users_email UNIQUE,
    password_hash TEXT NOT NULL,
    details TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE roles (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id),
    role TEXT NOT NULL,
    -- What the role is for: a network, library or trainer; empty for operators.
    subject_id TEXT NOT NULL,
    network_id TEXT REFERENCES networks (id),
    created_at BIGINT NOT NULL,
    CONSTRAINT roles_once UNIQUE (user_id, role, subject_id)
);
CREATE INDEX roles_network ON roles (network_id);
CREATE INDEX roles_subject ON roles (subject_id);

CREATE TABLE sessions (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE INDEX sessions_user ON sessions (user_id);

CREATE TABLE refresh_tokens (
    -- SHA-256 of the token, hexadecimal; the token itself is kept nowhere.
    hash TEXT NOT NULL PRIMARY KEY,
    session_id TEXT NOT NULL REFERENCES sessions (id),
    created_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX refresh_tokens_session ON refresh_tokens (session_id);

CREATE TABLE signing_keys (
    -- RFC 7638 thumbprint.
    kid TEXT NOT NULL PRIMARY KEY,
    private_pem TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

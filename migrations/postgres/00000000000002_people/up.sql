CREATE TABLE users (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    -- In lower case: one account for an address however it is typed.
    email TEXT NOT NULL CONSTRAINT users_email UNIQUE,
    password_hash TEXT NOT NULL,
    details JSONB NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE roles (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    role TEXT NOT NULL,
    -- What the role is for: a network, library or trainer; empty for operators.
    subject_id TEXT COLLATE "C" NOT NULL,
    network_id TEXT COLLATE "C" REFERENCES networks (id),
    created_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT roles_once UNIQUE (user_id, role, subject_id)
);
CREATE INDEX roles_network ON roles (network_id);
CREATE INDEX roles_subject ON roles (subject_id);

CREATE TABLE sessions (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    revoked_at TIMESTAMPTZ
);
CREATE INDEX sessions_user ON sessions (user_id);

CREATE TABLE refresh_tokens (
    -- SHA-256 of the token, hexadecimal; the token itself is kept nowhere.
    hash TEXT NOT NULL PRIMARY KEY,
    session_id TEXT COLLATE "C" NOT NULL REFERENCES sessions (id),
    created_at TIMESTAMPTZ NOT NULL,
    used_at TIMESTAMPTZ
);
CREATE INDEX refresh_tokens_session ON refresh_tokens (session_id);

CREATE TABLE signing_keys (
    -- RFC 7638 thumbprint.
    kid TEXT NOT NULL PRIMARY KEY,
    private_pem TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

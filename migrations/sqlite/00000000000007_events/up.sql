CREATE TABLE events (
    seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    -- The transaction it was written in. There is one writer, so `seq` alone tells the order.
    tx BIGINT NOT NULL DEFAULT 0,
    id TEXT NOT NULL,
    network_id TEXT,
    subject_kind TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    action TEXT NOT NULL,
    actor_id TEXT,
    at BIGINT NOT NULL,
    before TEXT,
    after TEXT
);
CREATE INDEX events_order ON events (tx, seq);
CREATE INDEX events_subject ON events (subject_id, seq);
CREATE INDEX events_network ON events (network_id, seq);

CREATE TABLE idempotency_keys (
    -- Who sent it: keys of two people never meet.
    user_id TEXT NOT NULL,
    key TEXT NOT NULL,
    -- SHA-256 of method, path and body, hexadecimal.
    fingerprint TEXT NOT NULL,
    -- The answer; status 0 while the first request is still at work.
    status INTEGER NOT NULL,
    headers TEXT NOT NULL,
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, key)
);
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);

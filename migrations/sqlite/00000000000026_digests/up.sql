-- For which week somebody got the digest of what libraries need, or would have, had there been anything.
CREATE TABLE digests (
    user_id TEXT NOT NULL PRIMARY KEY REFERENCES users (id),
    week BIGINT NOT NULL
);

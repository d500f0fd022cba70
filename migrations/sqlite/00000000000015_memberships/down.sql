DELETE FROM invitations WHERE inviter_id IS NULL;
CREATE TABLE invitations_next (
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
INSERT INTO invitations_next SELECT * FROM invitations;
DROP TABLE invitations;
ALTER TABLE invitations_next RENAME TO invitations;
CREATE INDEX invitations_network ON invitations (network_id, id);

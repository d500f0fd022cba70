CREATE UNIQUE INDEX events_id ON events (id);
CREATE INDEX events_actor ON events (actor_id, id);

-- The chain over the events, in the order of their transactions.
CREATE TABLE seals (
    place BIGINT NOT NULL PRIMARY KEY,
    event_id TEXT NOT NULL UNIQUE,
    -- Mixed into the digest, so that nobody can try out what a document was that is gone.
    salt TEXT NOT NULL,
    -- SHA-256 of salt, before and after, hexadecimal.
    digest TEXT NOT NULL,
    -- SHA-256 of the rest of the event, the digest, and the hash before.
    hash TEXT NOT NULL
);

-- The last seal once more, so that a tail which is cut off is missed, and the place of its event.
CREATE TABLE seal_head (
    name TEXT NOT NULL PRIMARY KEY,
    place BIGINT NOT NULL,
    tx BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    hash TEXT NOT NULL
);
INSERT INTO seal_head (name, place, tx, seq, hash) VALUES ('events', 0, -1, -1, '');

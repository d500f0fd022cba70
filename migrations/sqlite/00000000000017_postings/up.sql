CREATE TABLE postings (
    id TEXT NOT NULL PRIMARY KEY,
    network_id TEXT NOT NULL REFERENCES networks (id),
    author_id TEXT NOT NULL REFERENCES users (id),
    library_id TEXT REFERENCES libraries (id),
    trainer_id TEXT REFERENCES trainers (id),
    kind TEXT NOT NULL,
    visibility TEXT NOT NULL,
    state TEXT NOT NULL,
    state_data TEXT NOT NULL,
    -- The last day, in UTC.
    expires_on TEXT NOT NULL,
    details TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX postings_network ON postings (network_id, id);
CREATE INDEX postings_author ON postings (author_id);
-- Those of the public board, and those that run out.
CREATE INDEX postings_public ON postings (id) WHERE visibility = 'public';
CREATE INDEX postings_open ON postings (expires_on) WHERE state = 'open';

CREATE TABLE posting_replies (
    id TEXT NOT NULL PRIMARY KEY,
    posting_id TEXT NOT NULL REFERENCES postings (id),
    author_id TEXT NOT NULL REFERENCES users (id),
    details TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX posting_replies_posting ON posting_replies (posting_id, id);
CREATE INDEX posting_replies_author ON posting_replies (author_id);

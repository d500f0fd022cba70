CREATE TABLE postings (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    network_id TEXT COLLATE "C" NOT NULL REFERENCES networks (id),
    author_id TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    library_id TEXT COLLATE "C" REFERENCES libraries (id),
    trainer_id TEXT COLLATE "C" REFERENCES trainers (id),
    kind TEXT NOT NULL,
    visibility TEXT NOT NULL,
    state TEXT NOT NULL,
    state_data JSONB NOT NULL,
    -- The last day, in UTC.
    expires_on TEXT NOT NULL,
    details JSONB NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX postings_network ON postings (network_id, id);
CREATE INDEX postings_author ON postings (author_id);
-- Those of the public board, and those that run out.
CREATE INDEX postings_public ON postings (id) WHERE visibility = 'public';
CREATE INDEX postings_open ON postings (expires_on) WHERE state = 'open';

CREATE TABLE posting_replies (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    posting_id TEXT COLLATE "C" NOT NULL REFERENCES postings (id),
    author_id TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    details JSONB NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX posting_replies_posting ON posting_replies (posting_id, id);
CREATE INDEX posting_replies_author ON posting_replies (author_id);

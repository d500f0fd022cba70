CREATE TABLE networks (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    details JSONB NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE partnerships (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    lender_id TEXT COLLATE "C" NOT NULL REFERENCES networks (id),
    borrower_id TEXT COLLATE "C" NOT NULL REFERENCES networks (id),
    -- Days as YYYY-MM-DD, which sort as they should; '9999-12-31' when open.
    from_day TEXT NOT NULL,
    until_day TEXT NOT NULL,
    details JSONB NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX partnerships_borrower ON partnerships (borrower_id);
CREATE INDEX partnerships_lender ON partnerships (lender_id);

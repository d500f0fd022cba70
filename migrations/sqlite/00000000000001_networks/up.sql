CREATE TABLE networks (
    id TEXT NOT NULL PRIMARY KEY,
    details TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE partnerships (
    id TEXT NOT NULL PRIMARY KEY,
    lender_id TEXT NOT NULL REFERENCES networks (id),
    borrower_id TEXT NOT NULL REFERENCES networks (id),
    -- Days as YYYY-MM-DD, which sort as they should; '9999-12-31' when open.
    from_day TEXT NOT NULL,
    until_day TEXT NOT NULL,
    details TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX partnerships_borrower ON partnerships (borrower_id);
CREATE INDEX partnerships_lender ON partnerships (lender_id);

CREATE TABLE consents (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id),
    purpose TEXT NOT NULL,
    -- Which version of the words was answered.
    wording BIGINT NOT NULL,
    given BOOLEAN NOT NULL,
    since BIGINT NOT NULL,
    CONSTRAINT consents_once UNIQUE (user_id, purpose)
);

-- What is told of parts of a trainer's calendar, to be found when the parts are gone.
CREATE INDEX events_of_parts ON events ((COALESCE(after, before) ->> 'trainer'))
WHERE subject_kind IN ('availability', 'trip', 'calendar', 'interest');

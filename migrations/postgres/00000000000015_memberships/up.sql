-- Whoever signs up for an informal network is invited by nobody.
ALTER TABLE invitations ALTER COLUMN inviter_id DROP NOT NULL;

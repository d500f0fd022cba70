DELETE FROM invitations WHERE inviter_id IS NULL;
ALTER TABLE invitations ALTER COLUMN inviter_id SET NOT NULL;

CREATE TABLE tour_plans (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    network_id TEXT COLLATE "C" NOT NULL REFERENCES networks (id),
    state TEXT NOT NULL,
    state_data JSONB NOT NULL,
    -- When somebody may begin to reckon it, or take it over from whoever did; nothing once it has finished.
    due_at TIMESTAMPTZ,
    details JSONB NOT NULL,
    progress JSONB,
    outcome JSONB,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX tour_plans_network ON tour_plans (network_id, id);
CREATE INDEX tour_plans_due ON tour_plans (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE tours (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    network_id TEXT COLLATE "C" NOT NULL REFERENCES networks (id),
    trainer_id TEXT COLLATE "C" NOT NULL REFERENCES trainers (id),
    trainer_network_id TEXT COLLATE "C" NOT NULL REFERENCES networks (id),
    plan_id TEXT COLLATE "C" NOT NULL REFERENCES tour_plans (id),
    state TEXT NOT NULL,
    state_data JSONB NOT NULL,
    details JSONB NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX tours_network ON tours (network_id, id);
CREATE INDEX tours_trainer ON tours (trainer_id, id);

-- The tour that an offer is part of.
ALTER TABLE offers ADD COLUMN tour_id TEXT COLLATE "C" REFERENCES tours (id);
CREATE INDEX offers_tour ON offers (tour_id) WHERE tour_id IS NOT NULL;

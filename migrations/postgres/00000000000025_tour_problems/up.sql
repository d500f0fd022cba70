-- How large the problem is that was given with a plan; nothing where it is about requests of the network.
ALTER TABLE tour_plans ADD COLUMN problem_size JSONB;

-- The problem itself, beside the plan, which is written anew whenever its reckoning has come further.
CREATE TABLE tour_problems (
    plan_id TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES tour_plans (id),
    problem JSONB NOT NULL
);

DROP TABLE tour_problems;
ALTER TABLE tour_plans DROP COLUMN problem_size;

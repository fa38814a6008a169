-- A run is converted also when its lead reached the journey's goal.
CREATE OR REPLACE VIEW journey_runs AS
SELECT
  lead_id, journey, entry,
  min(time) AS entered_at,
  argMax(journey_version, log_offset) AS version,
  uniqExactIf(m.step, move = 'stepped') AS steps,
  argMaxIf(m.step, log_offset, move = 'stepped') AS last_step,
  argMax(m.next_step, log_offset) AS next_step,
  argMax(tuple(m.next_at), log_offset).1 AS next_at,
  minOrNullIf(time, move = 'left') AS left_at,
  argMaxIf(m.outcome, log_offset, move = 'left') AS left_by,
  left_by IN ('assigned', 'won', 'goal_reached') AS converted
FROM journey_moves AS m
GROUP BY lead_id, journey, entry;

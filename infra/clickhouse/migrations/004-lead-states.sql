-- What the score stream says of each lead, one row per lead after merges: the first time of each fact and the latest standing.
-- Every column is an idempotent state (min, argMin, argMax): a block that is repeated changes nothing, so this needs no deduplication.
-- Whether an event counts is the scorer's verdict; duplicates move no fact.
CREATE TABLE IF NOT EXISTS lead_states (
  lead_id String,
  captured_at SimpleAggregateFunction(min, Nullable(DateTime64(3, 'UTC'))),
  -- Event id of the first counted capture: origin of channel, campaign and keyword (first touch).
  first_capture AggregateFunction(argMin, Nullable(String), Tuple(DateTime64(3, 'UTC'), UInt64)),
  mql_at SimpleAggregateFunction(min, Nullable(DateTime64(3, 'UTC'))),
  sql_suggested_at SimpleAggregateFunction(min, Nullable(DateTime64(3, 'UTC'))),
  contacted_at SimpleAggregateFunction(min, Nullable(DateTime64(3, 'UTC'))),
  sql_accepted_at SimpleAggregateFunction(min, Nullable(DateTime64(3, 'UTC'))),
  opportunity_at SimpleAggregateFunction(min, Nullable(DateTime64(3, 'UTC'))),
  won_at SimpleAggregateFunction(min, Nullable(DateTime64(3, 'UTC'))),
  lost_at SimpleAggregateFunction(min, Nullable(DateTime64(3, 'UTC'))),
  erased_at SimpleAggregateFunction(min, Nullable(DateTime64(3, 'UTC'))),
  -- Latest of won, lost, closed, opportunity, reopened.
  latest_outcome AggregateFunction(argMax, Nullable(String), Tuple(DateTime64(3, 'UTC'), UInt64)),
  last_touch_at SimpleAggregateFunction(max, Nullable(DateTime64(3, 'UTC'))),
  imported SimpleAggregateFunction(min, Nullable(UInt8)),
  -- (score, fit, engagement, band, grade, temperature, model, model version)
  standing AggregateFunction(argMax, Tuple(Int32, Int32, Int32, String, String, String, String, Int32), Tuple(DateTime64(3, 'UTC'), UInt64, UInt32)),
  peak_score SimpleAggregateFunction(max, Int32)
) ENGINE = AggregatingMergeTree
ORDER BY lead_id
SETTINGS non_replicated_deduplication_window = 10000, replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 604800;

CREATE MATERIALIZED VIEW IF NOT EXISTS lead_states_from_scores TO lead_states AS
SELECT
  lead_id,
  minOrNullIf(effective_at, counted AND cause = 'capture') AS captured_at,
  argMinState(if(counted AND cause = 'capture', event_id, NULL), (effective_at, source_offset)) AS first_capture,
  minOrNullIf(effective_at, counted AND band IN ('mql', 'sql')) AS mql_at,
  minOrNullIf(effective_at, counted AND band = 'sql') AS sql_suggested_at,
  minOrNullIf(effective_at, counted AND cause = 'status' AND kind IN ('contacted', 'follow_up')) AS contacted_at,
  minOrNullIf(effective_at, counted AND cause = 'status' AND kind = 'sql_accepted') AS sql_accepted_at,
  minOrNullIf(effective_at, counted AND cause = 'status' AND kind = 'opportunity') AS opportunity_at,
  minOrNullIf(effective_at, counted AND cause = 'status' AND kind = 'won') AS won_at,
  minOrNullIf(effective_at, counted AND cause = 'status' AND kind = 'lost') AS lost_at,
  minOrNullIf(effective_at, counted AND cause = 'erase') AS erased_at,
  argMaxState(
    if(counted AND cause = 'status' AND kind IN ('won', 'lost', 'closed', 'opportunity', 'reopened'), toString(kind), NULL),
    (effective_at, source_offset)
  ) AS latest_outcome,
  maxOrNullIf(effective_at, counted AND cause = 'touch') AS last_touch_at,
  minOrNullIf(toUInt8(imported), counted AND cause != 'timer') AS imported,
  argMaxState(
    (score, fit, engagement, toString(band), toString(grade), toString(temperature), toString(model), model_version),
    (time, source_offset, n)
  ) AS standing,
  max(score) AS peak_score
FROM (SELECT *, verdict != 'duplicate' AS counted FROM scores)
GROUP BY lead_id;

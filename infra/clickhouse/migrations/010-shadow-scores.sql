CREATE TABLE IF NOT EXISTS ledger_lead_shadow_scores AS ledger_lead_events
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(log_time)
ORDER BY (incarnation, log_partition, log_offset)
SETTINGS non_replicated_deduplication_window = 10000, replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 604800;

-- Where the model in the shadow says something else of a lead than the one in effect, or no longer does.
CREATE TABLE IF NOT EXISTS shadow_scores (
  lead_id String,
  time DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
  event_id String,
  cause LowCardinality(String),
  model LowCardinality(String),
  model_version Int32,
  score Int32,
  band LowCardinality(String),
  grade LowCardinality(String),
  shadow_model LowCardinality(String),
  shadow_version Int32,
  shadow_score Int32,
  shadow_band LowCardinality(String),
  shadow_grade LowCardinality(String),
  source_topic LowCardinality(String),
  source_incarnation LowCardinality(String),
  source_partition UInt16,
  source_offset UInt64 CODEC(Delta, ZSTD),
  n UInt32,
  seq UInt64 CODEC(Delta, ZSTD),
  incarnation LowCardinality(String),
  log_partition UInt16,
  log_offset UInt64 CODEC(Delta, ZSTD),
  log_time DateTime64(3, 'UTC') CODEC(Delta, ZSTD)
) ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(log_time)
ORDER BY (lead_id, source_offset, n, source_partition, source_topic, source_incarnation)
SETTINGS non_replicated_deduplication_window = 10000, replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 604800;

-- The last word of each shadow on each lead of whom it ever differed.
CREATE OR REPLACE VIEW shadow_leads AS
SELECT
  shadow_version, lead_id,
  argMax(s.shadow_model, (s.time, s.source_offset, s.n)) AS shadow_model,
  argMax(s.model_version, (s.time, s.source_offset, s.n)) AS model_version,
  argMax(s.score, (s.time, s.source_offset, s.n)) AS score,
  argMax(s.band, (s.time, s.source_offset, s.n)) AS band,
  argMax(s.grade, (s.time, s.source_offset, s.n)) AS grade,
  argMax(s.shadow_score, (s.time, s.source_offset, s.n)) AS shadow_score,
  argMax(s.shadow_band, (s.time, s.source_offset, s.n)) AS shadow_band,
  argMax(s.shadow_grade, (s.time, s.source_offset, s.n)) AS shadow_grade,
  max(s.time) AS last_at
FROM shadow_scores AS s
GROUP BY shadow_version, lead_id;

-- Band in effect against band in the shadow, with what became of the leads. Leads that are scored alike all along are not in it.
CREATE OR REPLACE VIEW shadow_comparison AS
SELECT
  l.shadow_version AS shadow_version,
  l.shadow_model AS shadow_model,
  l.band AS band,
  l.shadow_band AS shadow_band,
  count() AS leads,
  countIf(s.outcome = 'won') AS won,
  countIf(s.outcome = 'lost') AS lost,
  avg(l.shadow_score - l.score) / 1000 AS mean_difference
FROM shadow_leads AS l
LEFT JOIN lead_stages AS s ON s.lead_id = l.lead_id
GROUP BY shadow_version, shadow_model, band, shadow_band;

-- What late events changed in the crossings of the past. told_at is NULL for a crossing that was never told, happened_at for one that
-- did not happen.
CREATE TABLE IF NOT EXISTS corrections (
  lead_id String,
  time DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
  event_id String,
  kind LowCardinality(String),
  previous_band LowCardinality(String),
  band LowCardinality(String),
  told_at Nullable(DateTime64(3, 'UTC')),
  happened_at Nullable(DateTime64(3, 'UTC')),
  model LowCardinality(String),
  model_version Int32,
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

-- The crossings of each lead as they are known now: what was told, with every correction applied. What was told of one instant counts as one.
CREATE OR REPLACE VIEW crossings AS
SELECT lead_id, at, previous_band, band, max(was_told) AS told
FROM (
  SELECT lead_id, ifNull(due, time) AS at, argMin(previous_band, (source_offset, n)) AS previous_band, argMax(band, (source_offset, n)) AS band,
    1 AS weight, true AS was_told
  FROM (SELECT s.lead_id, s.due, s.time, s.previous_band, s.band, s.source_offset, s.n FROM signals AS s FINAL WHERE s.kind = 'crossed')
  GROUP BY lead_id, at
  HAVING previous_band != band
  UNION ALL
  SELECT lead_id, assumeNotNull(happened_at) AS at, previous_band, band, 1 AS weight, false AS was_told
  FROM corrections FINAL WHERE happened_at IS NOT NULL
  UNION ALL
  SELECT lead_id, assumeNotNull(told_at) AS at, previous_band, band, -1 AS weight, false AS was_told
  FROM corrections FINAL WHERE told_at IS NOT NULL
)
GROUP BY lead_id, at, previous_band, band
HAVING sum(weight) > 0;

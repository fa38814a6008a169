-- What the stages derived. Identity of a row: (source topic and incarnation, partition, offset, n), the record that caused it and
-- its number among that record's outputs. `time` is the log time that the record carries.

-- event_id is empty for a timer.
CREATE TABLE IF NOT EXISTS scores (
  lead_id String,
  time DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
  event_id String,
  cause LowCardinality(String),
  kind LowCardinality(String),
  occurred_at DateTime64(3, 'UTC'),
  effective_at DateTime64(3, 'UTC'),
  imported Bool,
  verdict LowCardinality(String),
  model LowCardinality(String),
  model_version Int32,
  -- Thousandths of a point, after the event.
  score Int32,
  fit Int32,
  engagement Int32,
  band LowCardinality(String),
  grade LowCardinality(String),
  temperature LowCardinality(String),
  -- The ledger rows that this event or timer added.
  `rows.rule` Array(LowCardinality(String)),
  `rows.kind` Array(LowCardinality(String)),
  `rows.dimension` Array(LowCardinality(String)),
  `rows.points` Array(Int32),
  `rows.at` Array(DateTime64(3, 'UTC')),
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

CREATE TABLE IF NOT EXISTS signals (
  lead_id String,
  time DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
  kind LowCardinality(String),
  event_id String,
  imported Bool,
  score Int32,
  band LowCardinality(String),
  previous_band LowCardinality(String),
  direction LowCardinality(String),
  grade LowCardinality(String),
  temperature LowCardinality(String),
  model LowCardinality(String),
  model_version Int32,
  status LowCardinality(String),
  command LowCardinality(String),
  rep LowCardinality(String),
  reason LowCardinality(String),
  policy_version Nullable(Int32),
  due Nullable(DateTime64(3, 'UTC')),
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

CREATE TABLE IF NOT EXISTS team_requests (
  team_id LowCardinality(String),
  time DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
  request_id String,
  lead_id String,
  kind LowCardinality(String),
  rep LowCardinality(String),
  grade LowCardinality(String),
  tier LowCardinality(String),
  skills Array(String),
  exclude Array(String),
  score Int32,
  strategy LowCardinality(String),
  outcome LowCardinality(String),
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
ORDER BY (team_id, source_offset, n, source_partition, source_topic, source_incarnation)
SETTINGS non_replicated_deduplication_window = 10000, replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 604800;

CREATE TABLE IF NOT EXISTS team_replies (
  lead_id String,
  time DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
  team_id LowCardinality(String),
  request_id String,
  kind LowCardinality(String),
  rep LowCardinality(String),
  reason LowCardinality(String),
  why Array(String),
  roster_version Int32,
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

CREATE TABLE IF NOT EXISTS assignments (
  lead_id String,
  time DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
  epoch UInt64,
  change LowCardinality(String),
  state LowCardinality(String),
  rep LowCardinality(String),
  previous_rep LowCardinality(String),
  team LowCardinality(String),
  pool LowCardinality(String),
  rule LowCardinality(String),
  reason LowCardinality(String),
  why Array(String),
  command_id String,
  score Int32,
  grade LowCardinality(String),
  remind_at Nullable(DateTime64(3, 'UTC')),
  escalate_at Nullable(DateTime64(3, 'UTC')),
  recycle_at Nullable(DateTime64(3, 'UTC')),
  lease_until Nullable(DateTime64(3, 'UTC')),
  amount Nullable(Int64),
  policy_version Int32,
  due Nullable(DateTime64(3, 'UTC')),
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

CREATE TABLE IF NOT EXISTS alerts (
  lead_id String,
  time DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
  kind LowCardinality(String),
  epoch UInt64,
  rep LowCardinality(String),
  team LowCardinality(String),
  due DateTime64(3, 'UTC'),
  detail String,
  policy_version Int32,
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

-- One row per data record of every topic, whatever it holds: "every offset below the end is in ClickHouse or the DLQ" is a query
-- over these tables alone. One table per topic, so that a topic's sink inserts into it at most about once a second.
-- Identity of a row: its place in the log. PARTITION BY a time that the record carries, so that a second insert meets the first.

CREATE TABLE IF NOT EXISTS ledger_lead_events (
  topic LowCardinality(String),
  incarnation LowCardinality(String),
  log_partition UInt16,
  log_offset UInt64 CODEC(Delta, ZSTD),
  log_time DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
  record_type LowCardinality(String),
  key String,
  bytes UInt32,
  inserted_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC') CODEC(Delta, ZSTD)
) ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(log_time)
ORDER BY (incarnation, log_partition, log_offset)
SETTINGS non_replicated_deduplication_window = 10000, replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 604800;

CREATE TABLE IF NOT EXISTS ledger_lead_scores AS ledger_lead_events
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(log_time)
ORDER BY (incarnation, log_partition, log_offset)
SETTINGS non_replicated_deduplication_window = 10000, replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 604800;

CREATE TABLE IF NOT EXISTS ledger_lead_signals AS ledger_lead_events
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(log_time)
ORDER BY (incarnation, log_partition, log_offset)
SETTINGS non_replicated_deduplication_window = 10000, replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 604800;

CREATE TABLE IF NOT EXISTS ledger_lead_assignments AS ledger_lead_events
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(log_time)
ORDER BY (incarnation, log_partition, log_offset)
SETTINGS non_replicated_deduplication_window = 10000, replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 604800;

CREATE TABLE IF NOT EXISTS ledger_lead_alerts AS ledger_lead_events
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(log_time)
ORDER BY (incarnation, log_partition, log_offset)
SETTINGS non_replicated_deduplication_window = 10000, replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 604800;

CREATE TABLE IF NOT EXISTS ledger_team_requests AS ledger_lead_events
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(log_time)
ORDER BY (incarnation, log_partition, log_offset)
SETTINGS non_replicated_deduplication_window = 10000, replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 604800;

CREATE TABLE IF NOT EXISTS ledger_marketing_spend AS ledger_lead_events
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(log_time)
ORDER BY (incarnation, log_partition, log_offset)
SETTINGS non_replicated_deduplication_window = 10000, replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 604800;

CREATE TABLE IF NOT EXISTS ledger_lead_dead_letters AS ledger_lead_events
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(log_time)
ORDER BY (incarnation, log_partition, log_offset)
SETTINGS non_replicated_deduplication_window = 10000, replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 604800;

-- All topics together. record_type is empty for a record that could not be decoded.
CREATE TABLE IF NOT EXISTS records (
  topic LowCardinality(String),
  incarnation LowCardinality(String),
  log_partition UInt16,
  log_offset UInt64,
  log_time DateTime64(3, 'UTC'),
  record_type LowCardinality(String),
  key String,
  bytes UInt32,
  inserted_at DateTime64(3, 'UTC')
) ENGINE = Merge(currentDatabase(), '^ledger_');

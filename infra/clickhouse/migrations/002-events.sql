-- What the edge said. Identity of a row: (lead, event id); of a repeated event the first record stays. Whether an event counts is
-- the scorer's verdict (table scores), never a guess made here. Empty text means "not said".
-- Personal data is not stored: neither sealed bytes nor match keys.

CREATE TABLE IF NOT EXISTS captures (
  lead_id String,
  event_id String,
  occurred_at DateTime64(3, 'UTC'),
  producer LowCardinality(String),
  imported Bool,
  channel LowCardinality(String),
  campaign LowCardinality(String),
  keyword String,
  capture_point LowCardinality(String),
  content_of_interest String,
  account String,
  match_keys UInt8,
  incarnation LowCardinality(String),
  log_partition UInt16,
  log_offset UInt64 CODEC(Delta, ZSTD),
  log_time DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
  -- The record that came first wins: it is the one that the scorer counted.
  precedence UInt64 DEFAULT 18446744073709551615 - log_offset CODEC(Delta, ZSTD)
) ENGINE = ReplacingMergeTree(precedence)
PARTITION BY toYYYYMM(log_time)
ORDER BY (lead_id, event_id)
SETTINGS non_replicated_deduplication_window = 10000, replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 604800;

CREATE TABLE IF NOT EXISTS touches (
  lead_id String,
  event_id String,
  occurred_at DateTime64(3, 'UTC'),
  producer LowCardinality(String),
  imported Bool,
  kind LowCardinality(String),
  channel LowCardinality(String),
  campaign LowCardinality(String),
  content String,
  dwell_ms Nullable(Int64),
  properties Map(String, String),
  incarnation LowCardinality(String),
  log_partition UInt16,
  log_offset UInt64 CODEC(Delta, ZSTD),
  log_time DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
  -- The record that came first wins: it is the one that the scorer counted.
  precedence UInt64 DEFAULT 18446744073709551615 - log_offset CODEC(Delta, ZSTD)
) ENGINE = ReplacingMergeTree(precedence)
PARTITION BY toYYYYMM(log_time)
ORDER BY (lead_id, event_id)
SETTINGS non_replicated_deduplication_window = 10000, replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 604800;

CREATE TABLE IF NOT EXISTS statuses (
  lead_id String,
  event_id String,
  occurred_at DateTime64(3, 'UTC'),
  producer LowCardinality(String),
  imported Bool,
  status LowCardinality(String),
  rep LowCardinality(String),
  reason LowCardinality(String),
  -- Hundredths of the currency.
  amount Nullable(Int64),
  gross_profit Nullable(Int64),
  currency LowCardinality(String),
  product LowCardinality(String),
  quality Nullable(Int32),
  incarnation LowCardinality(String),
  log_partition UInt16,
  log_offset UInt64 CODEC(Delta, ZSTD),
  log_time DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
  -- The record that came first wins: it is the one that the scorer counted.
  precedence UInt64 DEFAULT 18446744073709551615 - log_offset CODEC(Delta, ZSTD)
) ENGINE = ReplacingMergeTree(precedence)
PARTITION BY toYYYYMM(log_time)
ORDER BY (lead_id, event_id)
SETTINGS non_replicated_deduplication_window = 10000, replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 604800;

CREATE TABLE IF NOT EXISTS commands (
  lead_id String,
  event_id String,
  occurred_at DateTime64(3, 'UTC'),
  producer LowCardinality(String),
  imported Bool,
  command LowCardinality(String),
  rep LowCardinality(String),
  to_rep LowCardinality(String),
  to_team LowCardinality(String),
  reason LowCardinality(String),
  epoch Nullable(Int64),
  incarnation LowCardinality(String),
  log_partition UInt16,
  log_offset UInt64 CODEC(Delta, ZSTD),
  log_time DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
  -- The record that came first wins: it is the one that the scorer counted.
  precedence UInt64 DEFAULT 18446744073709551615 - log_offset CODEC(Delta, ZSTD)
) ENGINE = ReplacingMergeTree(precedence)
PARTITION BY toYYYYMM(log_time)
ORDER BY (lead_id, event_id)
SETTINGS non_replicated_deduplication_window = 10000, replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 604800;

-- What captures, touches and statuses revealed of a lead; NULL = this event did not say it.
CREATE TABLE IF NOT EXISTS profiles (
  lead_id String,
  event_id String,
  occurred_at DateTime64(3, 'UTC'),
  producer LowCardinality(String),
  imported Bool,
  title_class LowCardinality(Nullable(String)),
  industry LowCardinality(Nullable(String)),
  country LowCardinality(Nullable(String)),
  region LowCardinality(Nullable(String)),
  language LowCardinality(Nullable(String)),
  company_size Nullable(Int64),
  annual_revenue Nullable(Int64),
  email_kind LowCardinality(Nullable(String)),
  product_line LowCardinality(Nullable(String)),
  need LowCardinality(Nullable(String)),
  budget Nullable(Int64),
  budget_clear Nullable(Bool),
  decision_chain LowCardinality(Nullable(String)),
  pain_point Nullable(String),
  has_contact Bool,
  has_need Bool,
  tags Array(String),
  custom Map(String, String),
  incarnation LowCardinality(String),
  log_partition UInt16,
  log_offset UInt64 CODEC(Delta, ZSTD),
  log_time DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
  -- The record that came first wins: it is the one that the scorer counted.
  precedence UInt64 DEFAULT 18446744073709551615 - log_offset CODEC(Delta, ZSTD)
) ENGINE = ReplacingMergeTree(precedence)
PARTITION BY toYYYYMM(log_time)
ORDER BY (lead_id, event_id)
SETTINGS non_replicated_deduplication_window = 10000, replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 604800;

CREATE TABLE IF NOT EXISTS spend (
  event_id String,
  occurred_at DateTime64(3, 'UTC'),
  producer LowCardinality(String),
  imported Bool,
  channel LowCardinality(String),
  campaign LowCardinality(String),
  keyword String,
  -- Hundredths of the currency.
  amount Int64,
  currency LowCardinality(String),
  impressions Int64,
  clicks Int64,
  -- media, people, system, content
  kind LowCardinality(String),
  incarnation LowCardinality(String),
  log_partition UInt16,
  log_offset UInt64 CODEC(Delta, ZSTD),
  log_time DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
  -- The record that came first wins: it is the one that the scorer counted.
  precedence UInt64 DEFAULT 18446744073709551615 - log_offset CODEC(Delta, ZSTD)
) ENGINE = ReplacingMergeTree(precedence)
PARTITION BY toYYYYMM(log_time)
ORDER BY (channel, event_id)
SETTINGS non_replicated_deduplication_window = 10000, replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 604800;

-- Models, policies and rosters as they took effect; the copies of the partitions are one row.
CREATE TABLE IF NOT EXISTS publications (
  kind LowCardinality(String),
  name String,
  version Int32,
  fingerprint String,
  document String,
  incarnation LowCardinality(String),
  log_partition UInt16,
  log_offset UInt64 CODEC(Delta, ZSTD),
  log_time DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
  -- The record that came first wins: it is the one that the scorer counted.
  precedence UInt64 DEFAULT 18446744073709551615 - log_offset CODEC(Delta, ZSTD)
) ENGINE = ReplacingMergeTree(precedence)
ORDER BY (kind, name, version, fingerprint)
SETTINGS non_replicated_deduplication_window = 10000, replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 604800;

-- What a stage could not accept. The original bytes stay in the topic: they may hold personal data.
CREATE TABLE IF NOT EXISTS dead_letters (
  topic LowCardinality(String),
  partition UInt16,
  offset UInt64,
  timestamp DateTime64(3, 'UTC'),
  stage LowCardinality(String),
  code LowCardinality(String),
  detail String,
  producer LowCardinality(String),
  value_bytes UInt32,
  incarnation LowCardinality(String),
  log_partition UInt16,
  log_offset UInt64 CODEC(Delta, ZSTD),
  log_time DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
  -- The record that came first wins: it is the one that the scorer counted.
  precedence UInt64 DEFAULT 18446744073709551615 - log_offset CODEC(Delta, ZSTD)
) ENGINE = ReplacingMergeTree(precedence)
PARTITION BY toYYYYMM(log_time)
ORDER BY (topic, partition, offset, stage)
SETTINGS non_replicated_deduplication_window = 10000, replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 604800;

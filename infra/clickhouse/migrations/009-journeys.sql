-- Journeys (L4): what lead.messages says, and how leads went through.
CREATE TABLE IF NOT EXISTS ledger_lead_messages AS ledger_lead_events
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(log_time)
ORDER BY (incarnation, log_partition, log_offset)
SETTINGS non_replicated_deduplication_window = 10000, replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 604800;

CREATE TABLE IF NOT EXISTS messages (
  lead_id String,
  time DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
  journey LowCardinality(String),
  journey_version Int32,
  entry UInt64,
  message_id String,
  step LowCardinality(String),
  template LowCardinality(String),
  channel LowCardinality(String),
  due DateTime64(3, 'UTC'),
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

CREATE TABLE IF NOT EXISTS journey_moves (
  lead_id String,
  time DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
  journey LowCardinality(String),
  journey_version Int32,
  entry UInt64,
  move LowCardinality(String),
  step LowCardinality(String),
  outcome LowCardinality(String),
  next_step LowCardinality(String),
  next_at Nullable(DateTime64(3, 'UTC')),
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

-- One row per run of a lead through a journey: where it stands, or how it ended. All states are idempotent.
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
  left_by IN ('assigned', 'won') AS converted
FROM journey_moves AS m
GROUP BY lead_id, journey, entry;

-- One row per message: an open or a click counts for the last message that was asked for before it, whatever the score gives for it. A click is an open, too.
CREATE OR REPLACE VIEW journey_messages AS
SELECT
  m.lead_id AS lead_id, m.journey AS journey, m.entry AS entry, m.step AS step, m.message_id AS message_id, m.template AS template, m.channel AS channel,
  m.time AS requested_at,
  minOrNullIf(t.at, t.message_id != '') AS opened_at,
  minOrNullIf(t.at, t.message_id != '' AND t.kind = 'email-click') AS clicked_at
FROM (SELECT * FROM messages FINAL) AS m
LEFT JOIN (
  SELECT sent.message_id AS message_id, s.kind AS kind, s.effective_at AS at
  FROM (SELECT lead_id, kind, effective_at FROM scores FINAL WHERE cause = 'touch' AND kind IN ('email-open', 'email-click') AND verdict != 'duplicate') AS s
  ASOF INNER JOIN (SELECT lead_id, message_id, time FROM messages FINAL) AS sent ON s.lead_id = sent.lead_id AND s.effective_at >= sent.time
) AS t ON t.message_id = m.message_id
GROUP BY ALL;

-- Step by step: runs that passed it, what it did, what became of its messages.
CREATE OR REPLACE VIEW journey_steps AS
SELECT
  p.journey AS journey, p.step AS step,
  p.first_at AS first_at, p.passed AS passed, p.did_nothing AS did_nothing, p.alerted AS alerted,
  s.sent AS sent, s.opened AS opened, s.clicked AS clicked,
  if(s.sent = 0, NULL, s.opened / s.sent) AS open_rate,
  if(s.sent = 0, NULL, s.clicked / s.sent) AS click_rate
FROM (
  SELECT journey, m.step AS step, min(time) AS first_at,
    uniqExact(lead_id, entry) AS passed,
    uniqExactIf((lead_id, entry), outcome = 'nothing') AS did_nothing,
    uniqExactIf((lead_id, entry), outcome LIKE '%alerted') AS alerted
  FROM journey_moves AS m WHERE move = 'stepped' GROUP BY journey, m.step
) AS p
LEFT JOIN (
  SELECT journey, step, count() AS sent, countIf(opened_at IS NOT NULL) AS opened, countIf(clicked_at IS NOT NULL) AS clicked
  FROM journey_messages GROUP BY journey, step
) AS s ON s.journey = p.journey AND s.step = p.step;

-- Why runs ended.
CREATE OR REPLACE VIEW journey_exits AS
SELECT journey, left_by AS reason, last_step, count() AS runs
FROM journey_runs WHERE left_at IS NOT NULL
GROUP BY journey, reason, last_step;

-- Each journey in one row. Converted: the lead left because sales got it, or it was won.
CREATE OR REPLACE VIEW journeys AS
SELECT
  r.journey AS journey, r.entered AS entered, r.inside AS inside, r.converted AS converted, r.finished AS finished, r.opted_out AS opted_out,
  r.entered - r.inside - r.converted - r.finished - r.opted_out AS otherwise_left,
  m.messages AS messages, m.opened AS opened, m.clicked AS clicked,
  if(r.entered = 0, NULL, r.converted / r.entered) AS conversion,
  r.mean_ms_to_conversion AS mean_ms_to_conversion
FROM (
  SELECT journey, count() AS entered, countIf(left_at IS NULL) AS inside, countIf(j.converted) AS converted,
    countIf(left_by = 'finished') AS finished, countIf(left_by = 'opted_out') AS opted_out,
    avgOrNullIf(toUnixTimestamp64Milli(ifNull(left_at, entered_at)) - toUnixTimestamp64Milli(entered_at), j.converted) AS mean_ms_to_conversion
  FROM journey_runs AS j GROUP BY journey
) AS r
LEFT JOIN (
  SELECT journey, count() AS messages, countIf(opened_at IS NOT NULL) AS opened, countIf(clicked_at IS NOT NULL) AS clicked
  FROM journey_messages GROUP BY journey
) AS m ON m.journey = r.journey;

-- A lead's page also shows its way through journeys.
CREATE OR REPLACE VIEW lead_history AS
SELECT lead_id, effective_at AS at, time AS logged_at, 'score' AS source, concat(cause, if(kind = '', '', ' '), kind) AS what,
  event_id, verdict AS detail, score, band, '' AS rep, source_offset AS place, n
FROM (SELECT * FROM scores FINAL)
UNION ALL
SELECT lead_id, time AS at, time AS logged_at, 'case' AS source, change AS what,
  command_id AS event_id, reason AS detail, score, state AS band, rep, source_offset AS place, n
FROM (SELECT * FROM assignments FINAL)
UNION ALL
SELECT lead_id, due AS at, time AS logged_at, 'alert' AS source, kind AS what,
  '' AS event_id, detail, toInt32(0) AS score, '' AS band, rep, source_offset AS place, n
FROM (SELECT * FROM alerts FINAL)
UNION ALL
SELECT lead_id, time AS at, time AS logged_at, 'journey' AS source, concat(move, if(step = '', '', ' '), step) AS what,
  '' AS event_id, concat(journey, if(outcome = '', '', ': '), outcome) AS detail, toInt32(0) AS score, '' AS band, '' AS rep, source_offset AS place, n
FROM (SELECT * FROM journey_moves FINAL);

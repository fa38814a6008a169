-- One row per lease of a lead: who held it, from when to when, when it was first worked on, how it ended.
CREATE OR REPLACE VIEW leases AS
SELECT
  lead_id, epoch,
  argMinIf(rep, (time, source_offset, n), change IN ('assigned', 'reassigned', 'claimed', 'transferred')) AS rep,
  argMinIf(team, (time, source_offset, n), change IN ('assigned', 'reassigned', 'claimed', 'transferred')) AS team,
  argMinIf(rule, (time, source_offset, n), change IN ('assigned', 'reassigned', 'claimed', 'transferred')) AS rule,
  minIf(time, change IN ('assigned', 'reassigned', 'claimed', 'transferred')) AS assigned_at,
  minOrNullIf(time, change IN ('contacted', 'followed_up', 'accepted', 'rejected', 'opportunity', 'won')) AS worked_at,
  minOrNullIf(time, change IN ('recycled', 'expired', 'nurtured', 'handed_back', 'revoked', 'released', 'won', 'lost', 'closed', 'erased')) AS ended_at,
  argMinIf(change, (time, source_offset, n), change IN ('recycled', 'expired', 'nurtured', 'handed_back', 'revoked', 'released', 'won', 'lost', 'closed', 'erased')) AS ended_by
FROM assignments
WHERE epoch > 0
GROUP BY lead_id, epoch
HAVING assigned_at > toDateTime64(0, 3, 'UTC');

-- Sellers: leases, first response inside a lease (SLA2, SLA3), how leases ended, deals. Deals count for the seller that the won event
-- names, else for the lead's last owner. Money in hundredths.
CREATE OR REPLACE VIEW seller_performance AS
SELECT
  rep,
  sum(leases) AS leases, sum(worked) AS worked, sum(recycled) AS recycled, sum(handed_back) AS handed_back, sum(open) AS open,
  max(mean_response_ms) AS mean_response_ms, max(p90_response_ms) AS p90_response_ms,
  sum(within_2h) AS within_2h,
  sum(deals) AS deals, sum(customers) AS customers, sum(revenue) AS revenue, sum(gross_profit) AS gross_profit,
  max(quality) AS mean_quality
FROM (
  SELECT
    rep, count() AS leases, countIf(worked_at IS NOT NULL) AS worked, countIf(ended_by = 'recycled') AS recycled,
    countIf(ended_by = 'handed_back') AS handed_back, countIf(ended_at IS NULL) AS open,
    avgOrNullIf(response_ms, worked_at IS NOT NULL) AS mean_response_ms,
    quantileExactOrNullIf(0.9)(response_ms, worked_at IS NOT NULL) AS p90_response_ms,
    countIf(worked_at IS NOT NULL AND response_ms <= 7200000) AS within_2h,
    0 AS deals, 0 AS customers, toInt64(0) AS revenue, toInt64(0) AS gross_profit, CAST(NULL, 'Nullable(Float64)') AS quality
  FROM (
    SELECT *, toUnixTimestamp64Milli(ifNull(worked_at, assigned_at)) - toUnixTimestamp64Milli(assigned_at) AS response_ms FROM leases
  )
  GROUP BY rep
  UNION ALL
  SELECT
    if(d.rep != '', d.rep, c.last_rep) AS rep, 0, 0, 0, 0, 0, NULL, NULL, 0,
    count(), uniqExact(d.lead_id), sum(ifNull(d.amount, 0)), sum(ifNull(d.gross_profit, 0)), NULL
  FROM deals AS d
  LEFT JOIN (
    SELECT lead_id, argMaxIf(rep, (time, source_offset, n), rep != '') AS last_rep FROM assignments GROUP BY lead_id
  ) AS c ON c.lead_id = d.lead_id
  GROUP BY rep
  UNION ALL
  SELECT rep, 0, 0, 0, 0, 0, NULL, NULL, 0, 0, 0, 0, 0, avg(quality)
  FROM statuses FINAL
  WHERE status = 'feedback' AND quality IS NOT NULL
  GROUP BY rep
)
WHERE rep != ''
GROUP BY rep;

-- Bands against outcome, by model: the highest band before the first outcome, so that nothing known afterwards leaks in.
CREATE OR REPLACE VIEW model_performance AS
SELECT
  model, model_version, band_before,
  count() AS leads,
  countIf(outcome = 'won') AS won,
  countIf(outcome = 'lost') AS lost,
  if(won + lost = 0, NULL, won / (won + lost)) AS win_rate,
  avg(score_before) / 1000 AS mean_points
FROM (
  SELECT
    e.lead_id AS lead_id,
    argMax(e.band, (e.score, e.time)) AS band_before,
    max(e.score) AS score_before,
    argMax(e.model, (e.time, e.source_offset)) AS model,
    argMax(e.model_version, (e.time, e.source_offset)) AS model_version,
    any(o.outcome) AS outcome
  FROM scores AS e
  INNER JOIN (
    SELECT lead_id, outcome, least(ifNull(won_at, toDateTime64('2299-01-01', 3, 'UTC')), ifNull(lost_at, toDateTime64('2299-01-01', 3, 'UTC'))) AS decided_at
    FROM lead_stages
  ) AS o ON o.lead_id = e.lead_id
  WHERE e.verdict != 'duplicate' AND e.effective_at < o.decided_at
  GROUP BY e.lead_id
)
GROUP BY model, model_version, band_before;

-- R2: the two error lists.
CREATE OR REPLACE VIEW high_score_lost AS
SELECT lead_id, peak_score / 1000 AS peak_points, model, model_version, lost_at FROM lead_stages
WHERE outcome = 'lost' AND sql_suggested_at IS NOT NULL;

CREATE OR REPLACE VIEW low_score_won AS
SELECT lead_id, peak_score / 1000 AS peak_points, model, model_version, won_at FROM lead_stages
WHERE outcome = 'won' AND mql_at IS NULL;

-- Why leads are lost, by reason and channel.
CREATE OR REPLACE VIEW loss_reasons AS
SELECT if(s.reason = '', 'not said', s.reason) AS reason, o.channel AS channel, uniqExact(s.lead_id) AS leads
FROM (SELECT * FROM statuses FINAL WHERE status = 'lost') AS s
INNER JOIN (
  SELECT DISTINCT lead_id, event_id FROM scores WHERE cause = 'status' AND kind = 'lost' AND verdict != 'duplicate'
) AS counted USING (lead_id, event_id)
LEFT JOIN lead_origins AS o ON o.lead_id = s.lead_id
GROUP BY reason, channel;

-- I1: offsets of each partition that are in ClickHouse. Markers and aborted records have no row.
CREATE OR REPLACE VIEW record_coverage AS
SELECT
  topic, incarnation, log_partition,
  uniqExact(log_offset) AS records,
  count() - records AS physical_duplicates,
  min(log_offset) AS first_offset,
  max(log_offset) AS last_offset,
  uniqExactIf(log_offset, record_type = '') AS undecodable
FROM records
GROUP BY topic, incarnation, log_partition;

-- Rows and freshness per topic, cheap enough for a screen that refreshes. `stored` counts physical rows.
CREATE OR REPLACE VIEW pipeline AS
SELECT
  topic,
  count() AS stored,
  max(log_time) AS last_log_time,
  max(inserted_at) AS last_inserted_at
FROM records
GROUP BY topic;

-- From the log's time of the edge's record to the row in ClickHouse, per topic, over the last quarter of an hour.
-- Derived records carry the log time of the record that caused them, so theirs spans every stage before.
CREATE OR REPLACE VIEW pipeline_latency AS
SELECT
  topic,
  count() AS records,
  quantileExact(0.5)(delay_ms) AS p50_ms,
  quantileExact(0.99)(delay_ms) AS p99_ms
FROM (
  SELECT topic, toUnixTimestamp64Milli(inserted_at) - toUnixTimestamp64Milli(log_time) AS delay_ms
  FROM records
  WHERE inserted_at > now64(3) - INTERVAL 15 MINUTE AND record_type != 'Tick'
)
GROUP BY topic;

-- I2: counted events, each once, against rows stored.
CREATE OR REPLACE VIEW event_counts AS
SELECT cause, uniqExact(lead_id, event_id) AS events, uniqExactIf((lead_id, event_id), imported) AS imported
FROM scores
WHERE verdict != 'duplicate' AND event_id != ''
GROUP BY cause;

-- What the scorer said of the records it read.
CREATE OR REPLACE VIEW verdicts AS
SELECT verdict, cause, uniqExact(source_incarnation, source_partition, source_offset) AS records
FROM scores WHERE event_id != '' GROUP BY verdict, cause;

CREATE OR REPLACE VIEW dead_letter_counts AS
SELECT stage, code, topic, uniqExact(partition, offset) AS records, max(timestamp) AS latest
FROM dead_letters GROUP BY stage, code, topic;

-- D1, M1, M2, M5: the funnel of all leads with the loss per stage. `recorded` counts leads that have the stage's own fact.
CREATE OR REPLACE VIEW funnel AS
SELECT
  entry.1 AS position,
  entry.2 AS stage,
  entry.3 AS leads,
  entry.4 AS recorded,
  entry.5 - entry.3 AS lost,
  if(entry.5 = 0, NULL, entry.3 / entry.5) AS from_previous,
  if(captured = 0, NULL, entry.3 / captured) AS from_captured
FROM (
  SELECT
    count() AS captured,
    countIf(reached_mql) AS mql,
    countIf(reached_sql_suggested) AS suggested,
    countIf(reached_sql_accepted) AS accepted,
    countIf(reached_opportunity) AS opportunity,
    countIf(reached_won) AS won,
    arrayJoin([
      (1, 'captured', captured, captured, captured),
      (2, 'mql', mql, countIf(mql_at IS NOT NULL), captured),
      (3, 'sql_suggested', suggested, countIf(sql_suggested_at IS NOT NULL), mql),
      (4, 'sql_accepted', accepted, countIf(sql_accepted_at IS NOT NULL), suggested),
      (5, 'opportunity', opportunity, countIf(opportunity_at IS NOT NULL), accepted),
      (6, 'won', won, won, opportunity)
    ]) AS entry
  FROM lead_stages
)
ORDER BY position;

-- D2, D3, M5 by cohort: stage counts by month of capture and everything that leads are compared by. Sum over what you don't ask for.
CREATE OR REPLACE VIEW funnel_cohorts AS
SELECT
  toStartOfMonth(captured_at) AS month,
  channel, campaign, industry, region, product_line, team,
  multiIf(company_size IS NULL, 'unknown', company_size < 50, 'small', company_size < 1000, 'medium', 'large') AS company,
  count() AS leads,
  countIf(reached_mql) AS mql,
  countIf(reached_sql_suggested) AS sql_suggested,
  countIf(reached_sql_accepted) AS sql_accepted,
  countIf(reached_opportunity) AS opportunity,
  countIf(reached_won) AS won
FROM leads
GROUP BY month, channel, campaign, industry, region, product_line, team, company;

-- M5 by period: leads that entered a stage on a day, whenever they were captured.
CREATE OR REPLACE VIEW stage_entries AS
SELECT toDate(entry.2) AS day, entry.1 AS stage, count() AS leads
FROM (
  SELECT arrayJoin([
    ('captured', captured_at),
    ('mql', mql_at),
    ('sql_suggested', sql_suggested_at),
    ('sql_accepted', sql_accepted_at),
    ('opportunity', opportunity_at),
    ('won', won_at)
  ]) AS entry
  FROM lead_stages
)
WHERE entry.2 IS NOT NULL
GROUP BY day, stage;

-- Spend, each event once.
CREATE OR REPLACE VIEW spend_once AS
SELECT channel, campaign, keyword, toDate(occurred_at) AS day, kind, currency, amount, impressions, clicks
FROM spend FINAL;

-- Leads, customers, money by day and origin: the sum over any window gives M4, M7, M8, M9, M10 for it.
-- A customer counts on the day of its first won deal, a deal's money on the deal's day, spend on its day. Money in hundredths.
CREATE OR REPLACE VIEW acquisition_days AS
SELECT day, channel, campaign, keyword,
  sum(leads) AS leads, sum(customers) AS customers, sum(deals) AS deals,
  sum(revenue) AS revenue, sum(gross_profit) AS gross_profit, sum(deals_without_profit) AS deals_without_profit,
  sum(spend) AS spend, sum(impressions) AS impressions, sum(clicks) AS clicks
FROM (
  SELECT toDate(s.captured_at) AS day, o.channel AS channel, o.campaign AS campaign, o.keyword AS keyword,
    1 AS leads, 0 AS customers, 0 AS deals, toInt64(0) AS revenue, toInt64(0) AS gross_profit, 0 AS deals_without_profit,
    toInt64(0) AS spend, toInt64(0) AS impressions, toInt64(0) AS clicks
  FROM lead_stages AS s LEFT JOIN lead_origins AS o ON o.lead_id = s.lead_id
  UNION ALL
  SELECT toDate(s.won_at), o.channel, o.campaign, o.keyword, 0, 1, 0, 0, 0, 0, 0, 0, 0
  FROM lead_stages AS s LEFT JOIN lead_origins AS o ON o.lead_id = s.lead_id
  WHERE s.won_at IS NOT NULL
  UNION ALL
  SELECT toDate(d.won_at), o.channel, o.campaign, o.keyword, 0, 0, 1,
    ifNull(d.amount, 0), ifNull(d.gross_profit, 0), toUInt8(d.gross_profit IS NULL), 0, 0, 0
  FROM deals AS d
  INNER JOIN lead_stages AS s ON s.lead_id = d.lead_id
  LEFT JOIN lead_origins AS o ON o.lead_id = d.lead_id
  UNION ALL
  SELECT day, channel, campaign, keyword, 0, 0, 0, 0, 0, 0, amount, impressions, clicks
  FROM spend_once
)
GROUP BY day, channel, campaign, keyword;

-- M4, M7, M8, M10 by channel and month. NULL where the divisor is zero.
CREATE OR REPLACE VIEW channel_months AS
SELECT
  month, channel, leads, customers, deals, revenue, gross_profit, deals_without_profit, spend,
  if(leads = 0, NULL, spend / leads) AS cpl,
  if(customers = 0, NULL, spend / customers) AS cac,
  if(spend = 0, NULL, (gross_profit - spend) / spend) AS roi,
  if(customers = 0, NULL, revenue / customers) AS revenue_per_customer,
  if(previous_month = addMonths(month, -1) AND previous_leads > 0, leads / previous_leads - 1, NULL) AS growth
FROM (
  SELECT
    *,
    lagInFrame(leads) OVER w AS previous_leads,
    lagInFrame(month) OVER w AS previous_month
  FROM (
    SELECT toStartOfMonth(day) AS month, channel, sum(a.leads) AS leads, sum(a.customers) AS customers, sum(a.deals) AS deals,
      sum(a.revenue) AS revenue, sum(a.gross_profit) AS gross_profit, sum(a.deals_without_profit) AS deals_without_profit, sum(a.spend) AS spend
    FROM acquisition_days AS a
    GROUP BY month, channel
  )
  WINDOW w AS (PARTITION BY channel ORDER BY month ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
);

-- M4, M9 over all time and channels.
CREATE OR REPLACE VIEW programme AS
SELECT
  sum(a.leads) AS leads, sum(a.customers) AS customers, sum(a.revenue) AS revenue, sum(a.gross_profit) AS gross_profit, sum(a.spend) AS cost,
  if(customers = 0, NULL, revenue / customers) AS ltv,
  if(cost = 0, NULL, (gross_profit - cost) / cost) AS roi
FROM acquisition_days AS a;

-- M3 per lead: first contact or follow-up minus capture; never below 0 (clocks of producers differ). NULL = not yet.
CREATE OR REPLACE VIEW lead_responses AS
SELECT
  lead_id, captured_at, contacted_at,
  if(contacted_at IS NULL, NULL, greatest(0, toUnixTimestamp64Milli(assumeNotNull(contacted_at)) - toUnixTimestamp64Milli(assumeNotNull(captured_at)))) AS response_ms,
  multiIf(
    response_ms IS NULL, 'never',
    response_ms <= 60000, '1 min', response_ms <= 300000, '5 min', response_ms <= 1800000, '30 min',
    response_ms <= 3600000, '1 h', response_ms <= 7200000, '2 h', response_ms <= 14400000, '4 h',
    response_ms <= 86400000, '24 h', response_ms <= 172800000, '48 h', 'later'
  ) AS bucket
FROM lead_stages;

-- M3: mean and quantiles over leads that were answered, share answered. Quantile q of n sorted values is the one at index floor(q*n).
CREATE OR REPLACE VIEW response_times AS
SELECT
  count() AS leads,
  count(response_ms) AS answered,
  avgOrNull(response_ms) AS mean_ms,
  if(answered = 0, NULL, quantileExactIf(0.5)(ifNull(response_ms, 0), response_ms IS NOT NULL)) AS p50_ms,
  if(answered = 0, NULL, quantileExactIf(0.9)(ifNull(response_ms, 0), response_ms IS NOT NULL)) AS p90_ms,
  if(answered = 0, NULL, quantileExactIf(0.99)(ifNull(response_ms, 0), response_ms IS NOT NULL)) AS p99_ms
FROM lead_responses;

-- M3, SLA1: leads by bucket of response time; each lead in the smallest bucket that holds it. With the share that became opportunities.
CREATE OR REPLACE VIEW response_buckets AS
SELECT
  bucket,
  indexOf(['1 min', '5 min', '30 min', '1 h', '2 h', '4 h', '24 h', '48 h', 'later', 'never'], bucket) AS position,
  count() AS leads,
  countIf(reached_opportunity) / count() AS opportunity_share
FROM lead_responses AS r
INNER JOIN (SELECT lead_id, reached_opportunity FROM lead_stages) AS s ON s.lead_id = r.lead_id
GROUP BY bucket
ORDER BY position;

-- M6 by channel: won minus captured, milliseconds.
CREATE OR REPLACE VIEW conversion_cycles AS
SELECT
  channel,
  count() AS customers,
  avg(cycle_ms) AS mean_ms,
  quantileExact(0.5)(cycle_ms) AS p50_ms,
  quantileExact(0.9)(cycle_ms) AS p90_ms
FROM (
  SELECT o.channel AS channel,
    greatest(0, toUnixTimestamp64Milli(assumeNotNull(s.won_at)) - toUnixTimestamp64Milli(assumeNotNull(s.captured_at))) AS cycle_ms
  FROM lead_stages AS s LEFT JOIN lead_origins AS o ON o.lead_id = s.lead_id
  WHERE s.won_at IS NOT NULL
)
GROUP BY channel;

-- M11: leads that the score suggested as SQL against the others: win rate and cycle.
CREATE OR REPLACE VIEW high_score_outcomes AS
SELECT
  sql_suggested_at IS NOT NULL AS high_score,
  count() AS leads,
  countIf(outcome = 'won') AS won,
  countIf(outcome = 'lost') AS lost,
  won / leads AS won_of_leads,
  if(won + lost = 0, NULL, won / (won + lost)) AS win_rate,
  avgOrNullIf(
    greatest(0, toUnixTimestamp64Milli(ifNull(won_at, toDateTime64(0, 3, 'UTC'))) - toUnixTimestamp64Milli(assumeNotNull(captured_at))),
    won_at IS NOT NULL
  ) AS mean_cycle_ms
FROM lead_stages
GROUP BY high_score;

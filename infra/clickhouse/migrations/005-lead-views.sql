-- Where a lead came from: its first counted capture (first touch).
CREATE OR REPLACE VIEW lead_origins AS
SELECT
  lead_id,
  argMin(c.channel, c.log_offset) AS channel,
  argMin(c.campaign, c.log_offset) AS campaign,
  argMin(c.keyword, c.log_offset) AS keyword,
  argMin(c.capture_point, c.log_offset) AS capture_point,
  argMin(c.account, c.log_offset) AS account
FROM captures AS c
INNER JOIN (
  SELECT lead_id, assumeNotNull(argMinMerge(first_capture)) AS event_id FROM lead_states GROUP BY lead_id
) AS first USING (lead_id, event_id)
GROUP BY lead_id;

-- What is known of a lead: of each field what was said last, by the event's own time.
CREATE OR REPLACE VIEW lead_profiles AS
SELECT
  lead_id,
  argMax(title_class, (occurred_at, log_offset)) AS title_class,
  argMax(industry, (occurred_at, log_offset)) AS industry,
  argMax(country, (occurred_at, log_offset)) AS country,
  argMax(region, (occurred_at, log_offset)) AS region,
  argMax(language, (occurred_at, log_offset)) AS language,
  argMax(company_size, (occurred_at, log_offset)) AS company_size,
  argMax(annual_revenue, (occurred_at, log_offset)) AS annual_revenue,
  argMax(email_kind, (occurred_at, log_offset)) AS email_kind,
  argMax(product_line, (occurred_at, log_offset)) AS product_line,
  argMax(need, (occurred_at, log_offset)) AS need,
  argMax(budget, (occurred_at, log_offset)) AS budget,
  argMax(budget_clear, (occurred_at, log_offset)) AS budget_clear,
  argMax(decision_chain, (occurred_at, log_offset)) AS decision_chain,
  argMax(pain_point, (occurred_at, log_offset)) AS pain_point,
  max(has_contact) AS has_contact,
  max(has_need) AS has_need,
  arraySort(groupUniqArrayArray(tags)) AS tags
FROM profiles
GROUP BY lead_id;

-- Who owns a lead now, and the state of its case.
CREATE OR REPLACE VIEW lead_cases AS
SELECT
  lead_id,
  argMax(state, (time, source_offset, n)) AS case_state,
  argMax(rep, (time, source_offset, n)) AS owner,
  argMax(team, (time, source_offset, n)) AS team,
  argMax(pool, (time, source_offset, n)) AS pool,
  max(epoch) AS epoch,
  minOrNullIf(time, change IN ('assigned', 'reassigned', 'claimed', 'transferred')) AS first_assigned_at
FROM assignments
GROUP BY lead_id;

-- Deals: one row per counted `won` event. A lead may buy again; it is one customer.
CREATE OR REPLACE VIEW deals AS
SELECT
  s.lead_id AS lead_id,
  s.event_id AS event_id,
  counted.effective_at AS won_at,
  s.rep AS rep,
  s.product AS product,
  s.currency AS currency,
  s.amount AS amount,
  s.gross_profit AS gross_profit
FROM (SELECT * FROM statuses FINAL WHERE status = 'won') AS s
INNER JOIN (
  SELECT lead_id, event_id, argMin(effective_at, source_offset) AS effective_at
  FROM scores
  WHERE cause = 'status' AND kind = 'won' AND verdict != 'duplicate'
  GROUP BY lead_id, event_id
) AS counted USING (lead_id, event_id);

-- One row per lead: when it reached which stage, and where it stands. A lead is what has a counted capture.
CREATE OR REPLACE VIEW lead_stages AS
SELECT
  lead_id,
  min(s.captured_at) AS captured_at,
  min(s.mql_at) AS mql_at,
  min(s.sql_suggested_at) AS sql_suggested_at,
  min(s.contacted_at) AS contacted_at,
  min(s.sql_accepted_at) AS sql_accepted_at,
  min(s.opportunity_at) AS opportunity_at,
  min(s.won_at) AS won_at,
  min(s.lost_at) AS lost_at,
  min(s.erased_at) AS erased_at,
  max(s.last_touch_at) AS last_touch_at,
  ifNull(min(s.imported), 0) AS imported,
  argMaxMerge(s.standing) AS standing,
  standing.1 AS score,
  standing.2 AS fit,
  standing.3 AS engagement,
  standing.4 AS band,
  standing.5 AS grade,
  standing.6 AS temperature,
  standing.7 AS model,
  standing.8 AS model_version,
  max(s.peak_score) AS peak_score,
  argMaxMerge(s.latest_outcome) AS latest_outcome,
  multiIf(won_at IS NOT NULL, 'won', latest_outcome IN ('lost', 'closed'), assumeNotNull(latest_outcome), 'open') AS outcome,
  -- A stage is reached when it, or a later one, was recorded: an import that knows only the end is no hole in the funnel.
  won_at IS NOT NULL AS reached_won,
  reached_won OR opportunity_at IS NOT NULL AS reached_opportunity,
  reached_opportunity OR sql_accepted_at IS NOT NULL AS reached_sql_accepted,
  reached_sql_accepted OR sql_suggested_at IS NOT NULL AS reached_sql_suggested,
  reached_sql_suggested OR mql_at IS NOT NULL AS reached_mql
FROM lead_states AS s
GROUP BY lead_id
HAVING captured_at IS NOT NULL;

-- Everything about a lead in one row; drill down from here (D3).
CREATE OR REPLACE VIEW leads AS
SELECT
  s.lead_id AS lead_id,
  o.channel AS channel,
  o.campaign AS campaign,
  o.keyword AS keyword,
  o.capture_point AS capture_point,
  p.industry AS industry,
  p.region AS region,
  p.country AS country,
  p.product_line AS product_line,
  p.title_class AS title_class,
  p.company_size AS company_size,
  p.tags AS tags,
  s.captured_at AS captured_at,
  s.mql_at AS mql_at,
  s.sql_suggested_at AS sql_suggested_at,
  s.contacted_at AS contacted_at,
  s.sql_accepted_at AS sql_accepted_at,
  s.opportunity_at AS opportunity_at,
  s.won_at AS won_at,
  s.lost_at AS lost_at,
  s.last_touch_at AS last_touch_at,
  s.reached_mql AS reached_mql,
  s.reached_sql_suggested AS reached_sql_suggested,
  s.reached_sql_accepted AS reached_sql_accepted,
  s.reached_opportunity AS reached_opportunity,
  s.reached_won AS reached_won,
  s.imported AS imported,
  s.score AS score,
  s.fit AS fit,
  s.engagement AS engagement,
  s.band AS band,
  s.grade AS grade,
  s.temperature AS temperature,
  s.model AS model,
  s.model_version AS model_version,
  s.peak_score AS peak_score,
  s.outcome AS outcome,
  c.case_state AS case_state,
  c.owner AS owner,
  c.team AS team,
  c.pool AS pool,
  c.epoch AS epoch,
  d.deals AS deals,
  d.revenue AS revenue,
  d.gross_profit AS gross_profit
FROM lead_stages AS s
LEFT JOIN lead_origins AS o ON o.lead_id = s.lead_id
LEFT JOIN lead_profiles AS p ON p.lead_id = s.lead_id
LEFT JOIN lead_cases AS c ON c.lead_id = s.lead_id
LEFT JOIN (
  SELECT lead_id, count() AS deals, sum(ifNull(amount, 0)) AS revenue, sum(ifNull(gross_profit, 0)) AS gross_profit
  FROM deals GROUP BY lead_id
) AS d ON d.lead_id = s.lead_id;

-- Points of a lead, row by row: they sum to its score (R7).
CREATE OR REPLACE VIEW score_points AS
SELECT
  lead_id, time, source_partition, source_offset, n, event_id, cause, kind, effective_at, verdict, model, model_version,
  rule, row_kind, dimension, points, at, score
FROM (SELECT * FROM scores FINAL)
ARRAY JOIN
  `rows.rule` AS rule,
  `rows.kind` AS row_kind,
  `rows.dimension` AS dimension,
  `rows.points` AS points,
  `rows.at` AS at;

-- Everything that happened to a lead, for its page.
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
FROM (SELECT * FROM alerts FINAL);

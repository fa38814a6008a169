-- How a model was published, beside its document: for whom, and at which rate leads were scored anew.
ALTER TABLE publications
  ADD COLUMN IF NOT EXISTS role LowCardinality(String) DEFAULT 'champion',
  ADD COLUMN IF NOT EXISTS percent UInt16 DEFAULT 100,
  ADD COLUMN IF NOT EXISTS conditions String DEFAULT '',
  ADD COLUMN IF NOT EXISTS rescore_per_second Int32 DEFAULT 0;

-- Models as they were published; the partitions' copies are one row.
CREATE OR REPLACE VIEW model_publications AS
SELECT
  version,
  any(p.name) AS name,
  any(p.fingerprint) AS fingerprint,
  any(p.role) AS role,
  any(p.percent) AS percent,
  any(p.conditions) AS conditions,
  max(p.rescore_per_second) AS rescore_per_second,
  min(p.log_time) AS published_at
FROM publications AS p
WHERE p.kind = 'model'
GROUP BY version;

-- R6: each pilot, the model that the other leads kept, and when the pilot ended (NULL: it has not).
CREATE OR REPLACE VIEW pilots AS
SELECT
  p.version AS version,
  any(p.name) AS model,
  any(p.percent) AS percent,
  any(p.conditions) AS conditions,
  any(p.published_at) AS began_at,
  minOrNullIf(o.published_at, o.role != 'shadow' AND o.version > p.version) AS ended_at,
  maxIf(o.version, o.role = 'champion' AND o.version < p.version) AS champion_version,
  argMaxIf(o.name, o.version, o.role = 'champion' AND o.version < p.version) AS champion
FROM (SELECT * FROM model_publications WHERE role = 'challenger') AS p
CROSS JOIN model_publications AS o
GROUP BY p.version;

-- Which model a lead belonged to during a pilot: that of its last score in that time.
CREATE OR REPLACE VIEW pilot_leads AS
SELECT
  p.version AS pilot_version,
  s.lead_id AS lead_id,
  if(argMax(s.model_version, (s.time, s.source_offset, s.n)) = p.version, 'challenger', 'champion') AS side,
  argMax(s.score, (s.time, s.source_offset, s.n)) AS score
FROM pilots AS p
CROSS JOIN scores AS s
WHERE s.time >= p.began_at AND (p.ended_at IS NULL OR s.time < p.ended_at)
  AND s.model_version IN (p.version, p.champion_version) AND s.verdict != 'duplicate'
GROUP BY pilot_version, lead_id, p.version;

-- R6: champion against challenger. `new_leads` are those captured after the pilot began: only for them both models had the whole say.
CREATE OR REPLACE VIEW pilot_outcomes AS
SELECT
  p.version AS pilot_version,
  l.side AS side,
  if(l.side = 'challenger', p.model, p.champion) AS model,
  if(l.side = 'challenger', p.version, p.champion_version) AS model_version,
  CAST(s.captured_at >= p.began_at, 'Bool') AS new_leads,
  count() AS leads,
  countIf(s.reached_mql) AS mql,
  countIf(s.reached_sql_suggested) AS sql_suggested,
  countIf(s.reached_sql_accepted) AS sql_accepted,
  countIf(s.reached_opportunity) AS opportunity,
  countIf(s.outcome = 'won') AS won,
  countIf(s.outcome = 'lost') AS lost,
  won / leads AS won_of_leads,
  if(mql = 0, NULL, sql_accepted / mql) AS mql_to_sql,
  if(won + lost = 0, NULL, won / (won + lost)) AS win_rate,
  avg(l.score) / 1000 AS mean_points
FROM pilot_leads AS l
INNER JOIN pilots AS p ON p.version = l.pilot_version
INNER JOIN lead_stages AS s ON s.lead_id = l.lead_id
GROUP BY pilot_version, side, model, model_version, new_leads;

-- R4: how well the score told winners from losers, by month of the outcome: the last score before it against what came. NULL: too few outcomes to say.
CREATE OR REPLACE VIEW score_months AS
SELECT
  toStartOfMonth(decided_at) AS month,
  count() AS leads,
  countIf(won_later) AS won,
  if(least(won, leads - won) < 10, NULL, arrayROCAUC(groupArray(score_before), groupArray(won_later))) AS auc
FROM (
  SELECT e.lead_id AS lead_id, any(o.decided_at) AS decided_at, any(o.outcome) = 'won' AS won_later,
    argMax(e.score, (e.time, e.source_offset, e.n)) AS score_before
  FROM scores AS e
  INNER JOIN (
    SELECT lead_id, outcome, assumeNotNull(if(outcome = 'won', won_at, lost_at)) AS decided_at FROM lead_stages WHERE outcome IN ('won', 'lost')
  ) AS o ON o.lead_id = e.lead_id
  WHERE e.verdict != 'duplicate' AND e.effective_at < o.decided_at
  GROUP BY e.lead_id
)
GROUP BY month;

-- R4: MQL that sales accepted or took further, by month of becoming MQL.
CREATE OR REPLACE VIEW hand_over_months AS
SELECT toStartOfMonth(assumeNotNull(mql_at)) AS month, count() AS mql, countIf(reached_sql_accepted) AS sql
FROM lead_stages
WHERE mql_at IS NOT NULL
GROUP BY month;

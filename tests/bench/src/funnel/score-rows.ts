/**
 * Rows of `scores` made inside ClickHouse. Each pass over the leads is one event of every lead, in another order than that of their ids, as a log has
 * them: a capture, a touch that carries some over a threshold, then a status of some and a touch of the others. One in a hundred touches repeats an event.
 * Number n is event n of the log; all are spread over a year.
 */
export const EVENTS_PER_LEAD = 3;

const YEAR_MS = 31_536_000_000;
const START_MS = 1_759_276_800_000;

export function insertScores(leads: number, from: number, count: number): string {
  const msPerEvent = YEAR_MS / (leads * EVENTS_PER_LEAD);
  return `INSERT INTO scores (lead_id, time, event_id, cause, kind, occurred_at, effective_at, imported, verdict, model, model_version,
    score, fit, engagement, band, grade, temperature, \`rows.rule\`, \`rows.kind\`, \`rows.dimension\`, \`rows.points\`, \`rows.at\`,
    source_topic, source_incarnation, source_partition, source_offset, n, seq, incarnation, log_partition, log_offset, log_time)
  WITH
    intDiv(number, ${leads}) AS pass,
    number % ${leads} AS lead,
    concat('01926f3a-', lower(hex(intHash64(lead))), '-lead') AS id,
    cityHash64(lead) % 1000 AS quality,
    fromUnixTimestamp64Milli(toInt64(${START_MS} + number * ${msPerEvent}), 'UTC') AS at,
    pass = 2 AND quality < 80 AS sold,
    multiIf(pass = 0 OR quality >= 300, 'pool', quality < 100, 'sql', 'mql') AS reached
  SELECT id, at, concat('e-', toString(number)), multiIf(pass = 0, 'capture', sold, 'status', 'touch'),
    multiIf(pass = 0, '', NOT sold, 'page-view', quality < 15, 'won', quality < 25, 'opportunity', quality < 45, 'sql_accepted', quality < 60, 'lost', 'contacted'),
    at, at, false, if(pass > 0 AND NOT sold AND cityHash64(number) % 100 = 0, 'duplicate', 'counted'), 'default', 1,
    toInt32(quality * 100), 10000, toInt32(quality * 100 - 10000), reached, 'C', 'warm',
    ['page-view'], ['award'], ['engagement'], [toInt32(1000)], [at],
    'lead.events', 'bench', toUInt16(number % 4), number, 0, number, 'bench', toUInt16(number % 4), number, at
  FROM numbers(${from}, ${count})`;
}

/** The funnel of the shipped view: a row per stage. */
export const FUNNEL_VIEW = "SELECT stage, leads, recorded FROM funnel ORDER BY position";

/**
 * The same numbers from the raw rows, as lean as the question allows: of each lead only a byte that says which facts were seen, no times. A stage is
 * reached with its own fact or a later one, so the greatest bit decides.
 */
export const FUNNEL_SCAN = `WITH
    multiIf(cause = 'capture', 1, cause != 'status', 0, kind = 'sql_accepted', 8, kind = 'opportunity', 16, kind = 'won', 32, 0) AS own,
    multiIf(band = 'sql', 6, band = 'mql', 2, 0) AS by_band
  SELECT entry.2 AS stage, entry.3 AS leads, entry.4 AS recorded FROM (
    SELECT arrayJoin([
      (1, 'captured', count(), count()),
      (2, 'mql', countIf(facts >= 2), countIf(bitTest(facts, 1))),
      (3, 'sql_suggested', countIf(facts >= 4), countIf(bitTest(facts, 2))),
      (4, 'sql_accepted', countIf(facts >= 8), countIf(bitTest(facts, 3))),
      (5, 'opportunity', countIf(facts >= 16), countIf(bitTest(facts, 4))),
      (6, 'won', countIf(facts >= 32), countIf(facts >= 32))
    ]) AS entry
    FROM (SELECT lead_id, groupBitOr(toUInt8(own + by_band)) AS facts FROM scores WHERE verdict != 'duplicate' GROUP BY lead_id)
    WHERE bitTest(facts, 0)
  ) ORDER BY entry.1`;

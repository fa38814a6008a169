import { AnalyticsError } from "../errors.ts";
import type { ReportReader } from "../report-reader.ts";
import { actionOfLead } from "./actions.ts";

const HISTORY_LIMIT = 500;

/** Everything that is known of one lead: standing, what to do next, points row by row, owners with the reasons, history, latest first. */
export async function leadPage(reader: ReportReader, leadId: string, now: number): Promise<Record<string, unknown>> {
  const parameters = { lead: leadId, limit: HISTORY_LIMIT };
  const where = "WHERE lead_id = {lead: String}";
  const [standing, next, origin, profile, points, leases, decisions, history, deals] = await Promise.all([
    reader.rows<Record<string, unknown>>(
      `SELECT toString(captured_at) AS capturedAt, toString(mql_at) AS mqlAt, toString(sql_suggested_at) AS sqlSuggestedAt,
         toString(contacted_at) AS contactedAt, toString(sql_accepted_at) AS sqlAcceptedAt, toString(opportunity_at) AS opportunityAt,
         toString(won_at) AS wonAt, toString(lost_at) AS lostAt, toString(erased_at) AS erasedAt, imported, score, fit, engagement,
         band, grade, temperature, model, model_version AS modelVersion, peak_score AS peakScore, outcome
       FROM lead_stages ${where}`,
      parameters,
    ),
    actionOfLead(reader, leadId, now),
    reader.rows(`SELECT * EXCEPT lead_id FROM lead_origins ${where}`, parameters),
    reader.rows(`SELECT * EXCEPT lead_id FROM lead_profiles ${where}`, parameters),
    reader.rows(
      `SELECT toString(at) AS at, rule, row_kind AS kind, dimension, points, cause, model, model_version AS modelVersion, score
       FROM score_points ${where} ORDER BY source_offset DESC, n DESC LIMIT {limit: UInt32}`,
      parameters,
    ),
    reader.rows(
      `SELECT epoch, rep, team, rule, toString(assigned_at) AS assignedAt, toString(worked_at) AS workedAt, toString(ended_at) AS endedAt,
         ended_by AS endedBy
       FROM leases ${where} ORDER BY epoch`,
      parameters,
    ),
    reader.rows(
      `SELECT toString(time) AS time, change, state, rep, previous_rep AS previousRep, team, pool, rule, reason, why, score / 1000 AS points, grade,
         toString(recycle_at) AS recycleAt, collaborators, former_owners AS formerOwners, cool_downs AS coolDowns, policy_version AS policyVersion
       FROM assignments FINAL ${where} ORDER BY source_offset DESC, n DESC LIMIT {limit: UInt32}`,
      parameters,
    ),
    reader.rows(
      `SELECT toString(at) AS at, source, what, detail, score, band, rep FROM lead_history ${where}
       ORDER BY logged_at DESC, place DESC, n DESC LIMIT {limit: UInt32}`,
      parameters,
    ),
    reader.rows(
      `SELECT toString(won_at) AS wonAt, rep, product, currency, amount, gross_profit AS grossProfit FROM deals ${where} ORDER BY won_at`,
      parameters,
    ),
  ]);
  if (standing.length === 0 && history.length === 0) {
    throw new AnalyticsError("UNKNOWN_LEAD", "no such lead", "Check the id; a lead that was just captured appears within seconds.");
  }
  return {
    leadId,
    standing: standing[0] ?? null,
    next,
    origin: origin[0] ?? null,
    profile: profile[0] ?? null,
    points,
    leases,
    decisions,
    history,
    deals,
  };
}

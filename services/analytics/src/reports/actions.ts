import {
  defaultNextActionSettings,
  type LeadSituation,
  type NextAction,
  type NextActionSettings,
  nextAction,
  nextActionSettings,
  readPolicy,
} from "@leadstream/domain-routing";
import { type CaseState, type Temperature, temperatureSymbols } from "@leadstream/schemas";
import type { ReportReader } from "../report-reader.ts";

/** What to do next with a lead. Points in thousandths, times as `YYYY-MM-DD hh:mm:ss.mmm` UTC. */
export interface ActionRow extends Omit<NextAction, "dueAt"> {
  readonly leadId: string;
  readonly dueAt: string | null;
  readonly state: string;
  readonly owner: string;
  readonly team: string;
  readonly epoch: number;
  readonly score: number;
  readonly band: string;
  readonly grade: string;
  readonly temperature: string;
}

interface CaseRow {
  readonly leadId: string;
  readonly state: CaseState;
  readonly owner: string;
  readonly team: string;
  readonly epoch: number;
  readonly workedAt: number;
  readonly remindAt: number;
  readonly escalateAt: number;
  readonly recycleAt: number;
}

interface StandingRow {
  readonly leadId: string;
  readonly score: number;
  readonly band: string;
  readonly grade: string;
  readonly temperature: string;
  readonly actedAt: number;
}

/** Leads of the pool that are shown to a rep at most. */
const POOL_LIMIT = 200;

// Times as ms since epoch, 0 for none: argMax passes over rows with NULL, and the latest row is wanted whatever it holds.
const clock = (column: string): string => `argMax(ifNull(toUnixTimestamp64Milli(${column}), toInt64(0)), (time, source_offset, n))`;
const latest = (column: string): string => `argMax(${column}, (time, source_offset, n))`;

/** Work that does not belong to the newest lease is another owner's. */
const CASES = `SELECT lead_id AS leadId, ${latest("state")} AS state, ${latest("rep")} AS owner, ${latest("team")} AS team,
    ${latest("cool_downs")} AS coolDowns, toUInt32(max(a.epoch)) AS epoch,
    maxIf((a.epoch, toUnixTimestamp64Milli(time)), change IN ('contacted', 'followed_up', 'accepted')) AS work,
    if(work.1 = epoch, work.2, 0) AS workedAt,
    ${clock("remind_at")} AS remindAt, ${clock("escalate_at")} AS escalateAt, ${clock("recycle_at")} AS recycleAt,
    ${latest("a.score")} AS lastScore
  FROM assignments AS a`;

/** S1, S2: what a rep does next: own leads and those of the team's pool, the highest score first. Who is in cool-down is not told to claim it. */
export async function actionsOfRep(reader: ReportReader, rep: string, limit: number, now: number): Promise<ActionRow[]> {
  const columns = "leadId, state, owner, team, epoch, workedAt, remindAt, escalateAt, recycleAt";
  const [own, pool] = await Promise.all([
    reader.rows<CaseRow>(`SELECT ${columns} FROM (${CASES} GROUP BY lead_id HAVING owner = {rep: String})`, { rep }),
    reader.rows<CaseRow>(
      `SELECT ${columns} FROM (${CASES} GROUP BY lead_id
         HAVING state = 'pool' AND NOT arrayExists(each -> startsWith(each, concat({rep: String}, ':')) AND toInt64(splitByChar(':', each)[-1]) > {now: Int64}, coolDowns)
           AND team IN (SELECT DISTINCT team FROM assignments WHERE rep = {rep: String}))
       ORDER BY lastScore DESC LIMIT {limit: UInt32}`,
      { rep, now, limit: POOL_LIMIT },
    ),
  ]);
  const actions = await decide(reader, [...own, ...pool], now);
  return actions
    .filter(({ action, owner }) => owner === rep || action === "claim")
    .sort((one, other) => other.score - one.score || (one.leadId < other.leadId ? -1 : 1))
    .slice(0, limit);
}

/** The same for one lead; null when the router does not know it. */
export async function actionOfLead(reader: ReportReader, leadId: string, now: number): Promise<ActionRow | null> {
  const cases = await reader.rows<CaseRow>(`${CASES} WHERE lead_id = {lead: String} GROUP BY lead_id`, { lead: leadId });
  return (await decide(reader, cases, now))[0] ?? null;
}

async function decide(reader: ReportReader, cases: readonly CaseRow[], now: number): Promise<ActionRow[]> {
  if (cases.length === 0) return [];
  const [settings, standings] = await Promise.all([settingsInForce(reader), standingsOf(reader, cases)]);
  const byLead = new Map(standings.map((standing) => [standing.leadId, standing]));
  return cases.map((row) => actionOf(row, byLead.get(row.leadId), now, settings));
}

/** Bands and silence of the newest policy; the defaults before the first. */
async function settingsInForce(reader: ReportReader): Promise<NextActionSettings> {
  const [newest] = await reader.rows<{ readonly document: string }>(
    "SELECT document FROM publications FINAL WHERE kind = 'policy' ORDER BY version DESC LIMIT 1",
    {},
  );
  return newest === undefined ? defaultNextActionSettings : nextActionSettings(readPolicy(newest.document));
}

function standingsOf(reader: ReportReader, cases: readonly CaseRow[]): Promise<StandingRow[]> {
  return reader.rows<StandingRow>(
    `SELECT lead_id AS leadId, score, band, grade, temperature, ifNull(toUnixTimestamp64Milli(last_touch_at), toUnixTimestamp64Milli(captured_at)) AS actedAt
     FROM lead_stages WHERE lead_id IN {ids: Array(String)}`,
    { ids: cases.map(({ leadId }) => leadId) },
  );
}

function actionOf(row: CaseRow, standing: StandingRow | undefined, now: number, settings: NextActionSettings): ActionRow {
  const { leadId, state, owner, team, epoch } = row;
  const situation: LeadSituation = {
    state,
    temperature: temperatureOf(standing),
    band: standing?.band ?? null,
    workedAt: timeOf(row.workedAt),
    actedAt: timeOf(standing?.actedAt ?? 0),
    remindAt: timeOf(row.remindAt),
    escalateAt: timeOf(row.escalateAt),
    recycleAt: timeOf(row.recycleAt),
  };
  const { dueAt, ...next } = nextAction(situation, now, settings);
  const { score = 0, band = "", grade = "", temperature = "" } = standing ?? {};
  return { leadId, ...next, dueAt: dueAt === null ? null : textOf(dueAt), state, owner, team, epoch, score, band, grade, temperature };
}

/** Nothing before the first score. */
const temperatureOf = (standing: StandingRow | undefined): Temperature | null =>
  temperatureSymbols.find((symbol) => symbol === standing?.temperature) ?? null;

/** 64-bit numbers may arrive as text. */
const timeOf = (value: number | string): number | null => (Number(value) === 0 ? null : Number(value));
const textOf = (time: number): string => new Date(time).toISOString().replace("T", " ").replace("Z", "");

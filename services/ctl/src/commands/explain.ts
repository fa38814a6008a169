import type { ClickHouseClient } from "@leadstream/clickhouse";
import { type ExplainedRow, explain, pointsText } from "@leadstream/domain-scoring";
import { LocalStackError } from "@leadstream/infra-local";
import type { LedgerRow, Score } from "@leadstream/schemas";
import { StackClients } from "../stack/clients.ts";
import { runningStack, type Workplace } from "../workplace.ts";

interface ScoreRow extends Omit<Score, "source" | "rows"> {
  readonly rows: readonly [rule: string, kind: LedgerRow["kind"], dimension: LedgerRow["dimension"], points: number, at: number][];
}

interface OwnerRow {
  readonly at: number;
  readonly epoch: number;
  readonly change: string;
  readonly rep: string;
  readonly team: string;
  readonly rule: string;
  readonly reason: string;
  readonly why: readonly string[];
}

interface JourneyRow {
  readonly at: number;
  readonly journey: string;
  readonly entry: number;
  readonly move: string;
  readonly step: string;
  readonly outcome: string;
  readonly template: string;
  readonly nextStep: string;
  /** ms since epoch; null when nothing comes next. */
  readonly nextAt: number | null;
}

const millis = (column: string): string => `toUnixTimestamp64Milli(${column})`;

const scoresQuery = `
  SELECT ${millis("time")} AS time, lead_id AS leadId, nullIf(event_id, '') AS eventId, cause, nullIf(kind, '') AS kind,
    ${millis("occurred_at")} AS occurredAt, ${millis("effective_at")} AS effectiveAt, imported, verdict, model, model_version AS modelVersion,
    score, fit, engagement, band, grade, temperature,
    arrayMap((rule, kind, dimension, points, at) -> (rule, kind, dimension, points, ${millis("at")}), rows.rule, rows.kind, rows.dimension, rows.points, rows.at) AS rows
  FROM scores FINAL WHERE lead_id = {lead:String} ORDER BY source_offset, n`;

const ownersQuery = `
  SELECT ${millis("time")} AS at, epoch, change, rep, team, rule, reason, why
  FROM assignments FINAL WHERE lead_id = {lead:String} ORDER BY log_offset`;

const journeyQuery = `
  SELECT ${millis("v.time")} AS at, v.journey AS journey, v.entry AS entry, v.move AS move, v.step AS step, v.outcome AS outcome,
    m.template AS template, v.next_step AS nextStep, ${millis("v.next_at")} AS nextAt
  FROM (SELECT * FROM journey_moves FINAL WHERE lead_id = {lead:String}) AS v
  LEFT JOIN (SELECT * FROM messages FINAL WHERE lead_id = {lead:String}) AS m ON m.journey = v.journey AND m.entry = v.entry AND m.step = v.step AND v.move = 'stepped'
  ORDER BY v.log_offset`;

async function ask<T>(client: ClickHouseClient, query: string, lead: string): Promise<T[]> {
  const result = await client.query({
    query,
    query_params: { lead },
    format: "JSONEachRow",
    clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
  });
  return result.json<T>();
}

/** Prints the ledger of a lead up to an instant, and who owned it when and why. Throws NOT_RUNNING for a lead that nobody knows. */
export async function explainLead(workplace: Workplace, lead: string, at: string | undefined, json: boolean): Promise<void> {
  const atMs = at === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(at);
  if (Number.isNaN(atMs)) throw new LocalStackError("STACK_INVALID", `--at ${at} is no time: give ISO 8601, such as 2026-03-31T12:00:00Z`);
  const clients = new StackClients(runningStack(workplace).addresses, workplace.dataDir);
  try {
    const scoreRows = await ask<ScoreRow>(clients.clickhouse(), scoresQuery, lead);
    if (scoreRows.length === 0)
      throw new LocalStackError(
        "NOT_RUNNING",
        `no lead ${lead} is known: look one up with ./leadstream status, or wait a second for the sink`,
      );
    const scores = scoreRows.map(
      (row): Omit<Score, "source"> => ({
        ...row,
        rows: row.rows.map(([rule, kind, dimension, points, rowAt]) => ({ rule, kind, dimension, points, at: rowAt })),
      }),
    );
    const owners = (await ask<OwnerRow>(clients.clickhouse(), ownersQuery, lead)).filter((owner) => owner.at <= atMs);
    const journey = (await ask<JourneyRow>(clients.clickhouse(), journeyQuery, lead)).filter((move) => move.at <= atMs);
    const explanation = explain(scores, atMs);
    if (json) {
      console.log(JSON.stringify({ lead, ...explanation, owners, journey }, null, 2));
      return;
    }
    console.log(
      `${lead}: ${pointsText(explanation.score)} points, band ${explanation.band}, grade ${explanation.grade}, ${explanation.temperature}`,
    );
    console.log("\n  when                      cause           model                 rule                    kind        points    score");
    for (const row of explanation.rows) console.log(rowLine(row));
    if (!explanation.complete) console.log("  The rows do not sum to the last score: the sink is behind, or records are missing.");
    if (owners.length > 0) console.log("\n  when                      epoch  change        owner              team            why");
    for (const owner of owners) {
      const why = [owner.rule, owner.reason, ...owner.why].filter((part) => part !== "").join("; ");
      console.log(
        `  ${new Date(owner.at).toISOString()}  ${String(owner.epoch).padStart(5)}  ${owner.change.padEnd(12)}  ${owner.rep.padEnd(17)}  ${owner.team.padEnd(14)}  ${why}`,
      );
    }
    for (const line of journeyLines(journey)) console.log(line);
  } finally {
    await clients.close();
  }
}

function rowLine(row: ExplainedRow): string {
  return `  ${new Date(row.time).toISOString()}  ${row.cause.padEnd(14)}  ${`${row.model}@${row.modelVersion}`.padEnd(20)}  ${row.rule.padEnd(22)}  ${row.kind.padEnd(10)}  ${pointsText(row.points).padStart(7)}  ${pointsText(row.running).padStart(7)}`;
}

/** Its way through the journey, and what comes next. */
function journeyLines(moves: readonly JourneyRow[]): string[] {
  const last = moves.at(-1);
  if (last === undefined) return [];
  const time = (at: number): string => new Date(at).toISOString();
  const lines = moves.map(({ at, journey, entry, move, step, outcome, template }) => {
    const what = [step, template, outcome === "sent" ? "" : outcome].filter((part) => part !== "").join(", ");
    return `  ${time(at)}  ${journey.padEnd(14)}  ${String(entry).padStart(3)}  ${move.padEnd(8)}  ${what}`;
  });
  const next = last.nextAt === null ? "It is in no journey now." : `Next in the journey: ${last.nextStep}, at ${time(last.nextAt)}.`;
  return ["\n  when                      journey         run  move      step, message, outcome", ...lines, `  ${next}`];
}

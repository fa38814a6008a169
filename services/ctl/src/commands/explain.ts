import { pointsText } from "@leadstream/domain-scoring";
import { z } from "zod";
import { CommandError } from "../errors.ts";
import { runningStack, type Workplace } from "../workplace.ts";

const at = z.number();
const ledgerRow = z.object({
  time: at,
  at,
  cause: z.string(),
  model: z.string(),
  modelVersion: z.number(),
  rule: z.string(),
  kind: z.string(),
  points: z.number(),
  running: z.number(),
});
const journeyMove = z.object({
  at,
  journey: z.string(),
  entry: z.number(),
  move: z.string(),
  step: z.string(),
  outcome: z.string(),
  template: z.string(),
  nextStep: z.string(),
  nextAt: at.nullable(),
});
const explanationShape = z.object({
  score: z.number(),
  band: z.string().nullable(),
  grade: z.string().nullable(),
  temperature: z.string().nullable(),
  complete: z.boolean(),
  exact: z.boolean(),
  at,
  knownSince: at,
  rows: z.array(ledgerRow),
  owners: z.array(
    z.object({
      at,
      epoch: z.number(),
      change: z.string(),
      rep: z.string(),
      team: z.string(),
      rule: z.string(),
      reason: z.string(),
      why: z.array(z.string()),
    }),
  ),
  journey: z.array(journeyMove),
});
type LedgerLine = z.output<typeof ledgerRow>;
type JourneyMove = z.output<typeof journeyMove>;

/** Prints what analytics says of a lead: its ledger at an instant, what faded up to it included, and who owned it when and why. Throws UNKNOWN_LEAD for a lead that nobody knows. */
export async function explainLead(workplace: Workplace, lead: string, until: string | undefined, json: boolean): Promise<void> {
  const answer = await askAnalytics(workplace, lead, until);
  if (json) {
    console.log(JSON.stringify(answer, null, 2));
    return;
  }
  for (const line of explanationLines(lead, answer)) console.log(line);
}

/** The table as it is printed; `answer` is that of analytics. */
export function explanationLines(lead: string, answer: unknown): readonly string[] {
  const { score, band, grade, temperature, complete, exact, knownSince, rows, owners, journey, ...instant } =
    explanationShape.parse(answer);
  const time = new Date(instant.at).toISOString();
  const nothing = `${lead}: nothing was known of it at ${time}; its first record is of ${new Date(knownSince).toISOString()}`;
  if (band === null) return [nothing];
  const lines = [`${lead} at ${time}: ${pointsText(score)} points, band ${band}, grade ${grade}, ${temperature}`];
  if (rows.length === 0) lines.push("  No rule gave or took points.");
  else
    lines.push("\n  when                      cause           model                 rule                    kind        points    score");
  lines.push(...rows.map(rowLine));
  if (!complete) lines.push("  The rows do not sum to the last score: the sink is behind, or records are missing.");
  else if (!exact)
    lines.push(
      "  What faded since the last row is not shown: an event or model that it follows from is not in ClickHouse. Ask again in a moment.",
    );
  if (owners.length > 0) lines.push("\n  when                      epoch  change        owner              team            why");
  for (const owner of owners) {
    const why = [owner.rule, owner.reason, ...owner.why].filter((part) => part !== "").join("; ");
    lines.push(
      `  ${new Date(owner.at).toISOString()}  ${String(owner.epoch).padStart(5)}  ${owner.change.padEnd(12)}  ${owner.rep.padEnd(17)}  ${owner.team.padEnd(14)}  ${why}`,
    );
  }
  return [...lines, ...journeyLines(journey)];
}

async function askAnalytics(workplace: Workplace, lead: string, until: string | undefined): Promise<unknown> {
  const instant = until === undefined ? "" : `?at=${encodeURIComponent(until)}`;
  const answer = await fetch(`${runningStack(workplace).urls.analytics}/v1/leads/${encodeURIComponent(lead)}/explanation${instant}`);
  if (answer.ok) return answer.json();
  if (answer.status === 404)
    throw new CommandError("UNKNOWN_LEAD", `no lead ${lead} is known: look one up with ./leadstream status, or wait a second for the sink`);
  if (answer.status === 400)
    throw new CommandError("WISH_INVALID", `--at ${until} is no time: give ISO 8601, such as 2026-03-31T12:00:00Z`);
  throw new CommandError("ANALYTICS_FAILED", `analytics answered ${answer.status}: see ./leadstream logs analytics`);
}

/** An event that happened so much sooner than it came says when. */
const SAME_TIME_MS = 60_000;

function rowLine(row: LedgerLine): string {
  const happened = row.time - row.at < SAME_TIME_MS ? "" : `  of ${new Date(row.at).toISOString()}`;
  return `  ${new Date(row.time).toISOString()}  ${row.cause.padEnd(14)}  ${`${row.model}@${row.modelVersion}`.padEnd(20)}  ${row.rule.padEnd(22)}  ${row.kind.padEnd(10)}  ${pointsText(row.points).padStart(7)}  ${pointsText(row.running).padStart(7)}${happened}`;
}

/** Its way through the journey, and what comes next. */
function journeyLines(moves: readonly JourneyMove[]): string[] {
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

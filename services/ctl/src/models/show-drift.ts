import { z } from "zod";
import { CommandError } from "../errors.ts";
import { decimal, percent, type Table, tableText, whole } from "../learning/table.ts";
import { runningStack, type Workplace } from "../workplace.ts";

const reportShape = z.object({
  months: z.array(z.object({ month: z.string(), leads: z.number(), won: z.number(), auc: z.number().nullable() })),
  advice: z.string(),
  handOver: z.array(z.object({ month: z.string(), mql: z.number(), sql: z.number() })),
  handOverAdvice: z.string().nullable(),
});
type DriftReport = z.output<typeof reportShape>;

/** Asks the running stack's analytics whether the scores still hold (R4). Throws ANALYTICS_FAILED when it does not answer. */
export async function showDrift(workplace: Workplace, json: boolean): Promise<void> {
  const address = `${runningStack(workplace).urls.analytics}/v1/model/drift`;
  const answer = await fetch(address);
  if (!answer.ok) throw new CommandError("ANALYTICS_FAILED", `analytics answered ${answer.status}: see ./leadstream logs analytics`);
  const report = reportShape.parse(await answer.json());
  console.log(json ? JSON.stringify(report, null, 2) : tableText(driftTable(report)));
}

export function driftTable({ months, advice, handOver, handOverAdvice }: DriftReport): Table {
  const byMonth = new Map(handOver.map((row) => [row.month, row]));
  const all = [...new Set([...months, ...handOver].map(({ month }) => month))].sort();
  return {
    title: "Does the score still tell winners from losers?",
    columns: ["month", "decided", "won", "AUC", "became MQL", "of them SQL"],
    rows: all.map((month) => {
      const decided = months.find((row) => row.month === month);
      const hand = byMonth.get(month);
      return [
        month,
        whole(decided?.leads ?? 0),
        whole(decided?.won ?? 0),
        decimal(decided?.auc ?? null),
        whole(hand?.mql ?? 0),
        percent(hand === undefined ? null : hand.sql / hand.mql),
      ];
    }),
    note: [advice, handOverAdvice].filter((each) => each !== null).join(" "),
  };
}

import { join } from "node:path";
import { idealCustomerOf, usualLearning, usualPlan } from "@leadstream/domain-learning";
import type { Workplace } from "../workplace.ts";
import { customerTables } from "./learn-tables.ts";
import { ProgressLine } from "./progress-line.ts";
import { replayAll } from "./replay-all.ts";
import { readText, refuseEmpty } from "./run-backtest.ts";
import { samplesOf } from "./run-learn.ts";
import { tableText } from "./table.ts";
import { decisionOf, modelFrom, outcomesOf, rangeOf, type SourceWish, sourceOf } from "./wish.ts";

export interface IcpWish extends SourceWish {
  readonly leastLeads: number;
  readonly leaveOut?: string;
  readonly json?: boolean;
}

/** Prints what goes with winning, with losing, with short cycles and with large deals (S1), as known when the leads were judged. */
export async function runIcp(workplace: Workplace, wish: IcpWish): Promise<void> {
  // No score is asked for: the model only gives the bands that --decide may name.
  const base = modelFrom(join(workplace.root, "infra/examples/models/default.yaml"));
  const options = { decide: decisionOf(wish.decide, base.bandNames), outcomes: outcomesOf(wish), ...rangeOf(wish) };
  const job = { source: sourceOf(wish, workplace), snapshots: true, models: [{ document: base.document, options }] };
  const line = new ProgressLine();
  const result = await replayAll(job, wish.workers, line.see).finally(() => line.close());
  refuseEmpty(result);
  const leaveOut = (wish.leaveOut ?? "").split(",").map((field) => field.trim());
  const plan = { ...usualPlan, leastLeads: wish.leastLeads, leaveOut };
  const idealCustomer = idealCustomerOf(samplesOf(result.replays[0]!), plan, usualLearning.traitRows);
  if (wish.json) console.log(JSON.stringify(idealCustomer, null, 2));
  else console.log([...customerTables({ idealCustomer }).map(tableText), "", readText(result, 1)].join("\n"));
}

import { expect, it } from "@jest/globals";
import { noCounts } from "@leadstream/stream";
import { createTelemetry } from "@leadstream/telemetry";
import { observeTasks } from "./observe-tasks.ts";

it("counts what came since the last commit, by outcome too, and begins anew with a new life of the task", async () => {
  const telemetry = createTelemetry({ service: "scoring", destination: { write: () => {} }, processMetrics: false });
  const { committed } = observeTasks(telemetry);
  const engine = noCounts();
  const commit = (counts = engine): void =>
    committed?.({ topology: "scoring", partition: 0, position: 0, lag: 0, records: 0, commitMs: 1, engine: counts });
  const outcomes = async (): Promise<string[]> => (await telemetry.metrics.text()).match(/^leadstream_outcomes_total\{.*/gm) ?? [];

  engine.consumed = 3;
  engine.outcomes.set("unknown", 2);
  commit();
  engine.consumed = 5;
  engine.deadLetters.set("WRONG_PARTITION", 1);
  engine.outcomes.set("unknown", 3).set("late", 1);
  commit();
  expect(await outcomes()).toEqual([
    'leadstream_outcomes_total{stage="scoring",outcome="unknown",service="scoring"} 3',
    'leadstream_outcomes_total{stage="scoring",outcome="late",service="scoring"} 1',
  ]);
  expect(await telemetry.metrics.text()).toContain(
    'leadstream_records_dead_lettered_total{stage="scoring",code="WRONG_PARTITION",service="scoring"} 1',
  );
  commit({ ...noCounts(), consumed: 1, outcomes: new Map([["unknown", 1]]) });
  expect((await outcomes())[0]).toMatch(/ 4$/);
});

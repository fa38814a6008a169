import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { collectorPoster, LiveSimulation, openJournal, readJournal, watchAssignments } from "@leadstream/ctl";
import { eventually, seededRandom } from "@leadstream/testing";
import type { OffsetSample } from "../faults/src/evidence.ts";
import { checkInvariants } from "../faults/src/invariants.ts";
import { evidenceOf } from "./src/check-stack.ts";
import { planKills, runKills } from "./src/mayhem.ts";
import { poisons, sendPoison } from "./src/poison.ts";
import { quiesce, watchOffsets } from "./src/quiesce.ts";
import { StackUnderTest } from "./src/stack-under-test.ts";

const seed = Number(process.env.LEADSTREAM_E2E_SEED ?? 7);
const eventsPerSecond = 150;
const leastEvents = 6_000;

let stack: StackUnderTest;
beforeAll(async () => {
  stack = await StackUnderTest.start();
}, 120_000);
afterAll(() => stack?.stop(), 90_000);

interface Run {
  readonly accepted: ReadonlySet<string>;
  readonly offsets: readonly OffsetSample[];
  readonly kills: number;
  readonly poison: number;
  readonly surprises: number;
}

/** Traffic, sellers and poison, until all kills are done and at least `leastEvents` were sent. */
async function run(): Promise<Run> {
  const journalPath = join(stack.workplace.dataDir, "kill.journal");
  const journal = await openJournal(journalPath);
  const simulation = new LiveSimulation(
    { seed, runId: `kill${seed}`, eventsPerSecond, disturbance: { duplicates: 0.03, disorder: 0.1, invalid: 0.02 }, sellerPaceMs: 3_000 },
    collectorPoster(stack.collectorUrl, stack.apiKeyFile),
    journal,
  );
  const ended = new AbortController();
  const kills = planKills(seed);
  // Not by a number of events: what is sent again while the collector is away would use it up, and the last kills would meet no traffic.
  const beside = [
    simulation.run(ended.signal),
    watchAssignments(await stack.clients.kafka(), await stack.clients.registry(), ended.signal, (assignment) =>
      simulation.assigned(assignment, Date.now()),
    ),
    watchOffsets(stack, ended.signal),
    spread(ended.signal),
  ] as const;
  try {
    await Promise.race([
      runKills(stack, kills).then(() =>
        eventually(() => simulation.counts.accepted >= leastEvents, { what: `${leastEvents} accepted events`, timeoutMs: 90_000 }),
      ),
      // A helper that fails ends the run; one that merely ends does not.
      ...beside.map((helper) => (helper as Promise<unknown>).then(() => new Promise<never>(() => undefined))),
    ]);
  } finally {
    ended.abort();
    await Promise.allSettled(beside);
    await journal.close();
  }
  const { surprises } = simulation.counts;
  return { accepted: await readJournal(journalPath), offsets: await beside[2], kills: kills.length, poison: await beside[3], surprises };
}

/** Raw bytes past the collector, so that every stage meets what no producer of ours would write. Resolves with their number. */
async function spread(stop: AbortSignal): Promise<number> {
  const { wire } = await stack.clients.registry();
  const producer = await stack.clients.producer();
  const random = seededRandom(seed + 1);
  let sent = 0;
  while (!stop.aborted) {
    await sendPoison(producer, random.pick(poisons(wire, String(sent++))));
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  return sent;
}

it("after kill -9 of scorer, router, sink and collector under traffic every invariant holds", async () => {
  const { accepted, offsets, kills, poison, surprises } = await run();
  await quiesce(stack);
  const { violations, physicalDuplicates, captureToScoreP99Ms } = checkInvariants(await evidenceOf(stack, accepted, offsets));
  expect(violations).toEqual([]);
  expect(surprises).toBe(0);
  // Some were accepted twice; a run that carried hardly anything would prove nothing.
  expect(accepted.size).toBeGreaterThan(leastEvents * 0.8);
  process.stdout.write(
    `ALL INVARIANTS HELD seed=${seed} events=${accepted.size} poison=${poison} kills=${kills} physical_duplicates=${physicalDuplicates} p99_ms=${captureToScoreP99Ms}\n`,
  );
}, 300_000);

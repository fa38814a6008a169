import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { beginPilot, beginShadow, publishAgain, publishForAll, replayFold } from "@leadstream/ctl";
import { eventually } from "@leadstream/testing";
import { accept, promisingLead } from "./src/leads.ts";
import { StackUnderTest } from "./src/stack-under-test.ts";

const LEADS = 200;
const limit = { timeoutMs: 90_000, everyMs: 300 };

let stack: StackUnderTest;
let starter: string;
beforeAll(async () => {
  stack = await StackUnderTest.start();
  starter = join(stack.workplace.root, "infra/examples/models/starter.yaml");
}, 180_000);
afterAll(() => stack?.stop(), 90_000);

async function rows<T>(query: string): Promise<T[]> {
  const answer = await stack.clients.clickhouse().query({ query, format: "JSONEachRow" });
  return answer.json<T>();
}

/** Leads by the version that scored them last. */
async function versions(): Promise<Record<number, number>> {
  const found = await rows<{ version: number; leads: number }>(
    "SELECT version, toUInt32(count()) AS leads FROM (SELECT lead_id, argMax(model_version, (time, source_offset, n)) AS version FROM scores GROUP BY lead_id) GROUP BY version",
  );
  return Object.fromEntries(found.map(({ version, leads }) => [version, leads]));
}

const leadIds = Array.from({ length: LEADS }, (_, index) => `v-${index}`);

async function each(work: (leadId: string) => Promise<void>): Promise<void> {
  for (let from = 0; from < LEADS; from += 20) await Promise.all(leadIds.slice(from, from + 20).map(work));
}

/** Analytics follows the log by a second: a version that it has not seen cannot be taken up again. */
const published = <T>(what: string, work: () => Promise<T>): Promise<T> =>
  eventually(() => work().catch((error: unknown) => (String(error).includes("has not seen") ? null : Promise.reject(error))), {
    what,
    ...limit,
  }) as Promise<T>;

it("a rescoring outlives a kill -9 of the scorer and lets live events through; then pilot, promotion, roll back, shadow; a replay is the same", async () => {
  const { workplace } = stack;
  await each((leadId) => accept(stack, "/v1/captures", promisingLead(leadId)));
  await eventually(async () => (await versions())[1] === LEADS, { what: "every lead to be scored", ...limit });

  // 12 leads a second: the walk takes long enough to be killed in its middle.
  expect((await publishForAll(workplace, starter, { rescore: 12 })).version).toBe(2);
  await eventually(async () => ((await versions())[2] ?? 0) > 10, { what: "the walk to be under way", ...limit });
  await accept(stack, "/v1/touches", { leadId: "live", eventId: "live-1", kind: "demo-request" });
  await stack.kill("scoring");
  await accept(stack, "/v1/touches", { leadId: "live", eventId: "live-2", kind: "demo-request" });
  await eventually(async () => (await versions())[2] === LEADS + 1, { what: "every lead to be rescored", ...limit });
  const walk = "FROM scores FINAL WHERE cause = 'model' AND model_version = 2";
  expect(await rows(`SELECT toUInt32(count()) AS records, toUInt32(uniqExact(lead_id)) AS leads ${walk}`)).toEqual([
    { records: LEADS, leads: LEADS },
  ]);
  // Events that came while the walk was under way were scored in its midst, not behind it.
  expect(
    await rows(`SELECT event_id FROM scores FINAL WHERE lead_id = 'live' AND time < (SELECT max(time) ${walk}) ORDER BY time`),
  ).toMatchObject([{ event_id: "live-1" }, { event_id: "live-2" }]);

  expect((await beginPilot(workplace, join(workplace.root, "infra/examples/models/seed-003.yaml"), { percent: 50 })).version).toBe(3);
  await each((leadId) => accept(stack, "/v1/touches", { leadId, eventId: `${leadId}-visit`, kind: "page-view" }));
  await eventually(async () => (await rows("SELECT 1 FROM scores WHERE kind = 'page-view' LIMIT 1 BY lead_id")).length === LEADS, {
    what: "every touch to be scored",
    ...limit,
  });
  const tried = (await versions())[3] ?? 0;
  expect(tried).toBeGreaterThan(LEADS * 0.3);
  expect(tried).toBeLessThan(LEADS * 0.7);

  expect((await published("the pilot to be promoted", () => publishAgain(workplace, "promote", { rescore: 50_000 }))).version).toBe(4);
  await eventually(async () => (await versions())[4] === LEADS + 1, { what: "the promoted model to score every lead", ...limit });
  expect(await published("the roll back", () => publishAgain(workplace, "rollback", { rescore: 50_000 }))).toMatchObject({
    version: 5,
    name: "starter",
  });
  await eventually(async () => (await versions())[5] === LEADS + 1, { what: "the former model to score every lead", ...limit });

  expect(stack.pid("shadow")).toBeNull();
  await beginShadow(workplace, join(workplace.root, "infra/examples/models/default.yaml"));
  await eventually(async () => (await rows("SELECT 1 FROM shadow_leads WHERE lead_id != 'live'")).length === LEADS, {
    what: "the shadow to speak of every lead whom it scores otherwise",
    ...limit,
  });
  await published("the trial to end", () => publishAgain(workplace, "end-trial", {}));
  await eventually(() => stack.pid("shadow") === null, { what: "the shadow to be stopped", ...limit });
  expect((await versions())[5]).toBe(LEADS + 1);
  for (const fold of ["scoring", "shadow"] as const) {
    const { same, partitions } = await replayFold(workplace, fold);
    expect({ fold, same, states: [...new Set(partitions.map(({ state }) => state))] }).toEqual({ fold, same: true, states: ["same"] });
  }
}, 600_000);

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { type Collector, collectorConfig, startCollector } from "@leadstream/collector";
import { createTelemetry } from "@leadstream/telemetry";
import { temporaryFolder } from "@leadstream/testing";
import { logsOf } from "./src/log-view.ts";
import { StackUnderTest } from "./src/stack-under-test.ts";

interface Place {
  readonly url: string;
  readonly key: string;
}

let stack: StackUnderTest;
let second: Collector;
let places: readonly [Place, Place];
const folder = temporaryFolder("second-collector");
beforeAll(async () => {
  stack = await StackUnderTest.start();
  const config = collectorConfig.parse({
    kafkaBrokers: stack.addresses.kafka.brokers.split(","),
    registryUrl: stack.addresses.registry.url,
    dataDir: folder.path,
    collectorPort: 0,
  });
  second = await startCollector(config, createTelemetry({ service: "collector", level: "fatal", processMetrics: false }));
  const keyOf = (file: string): string => readFileSync(file, "utf8").trim();
  places = [
    { url: stack.collectorUrl, key: keyOf(stack.apiKeyFile) },
    { url: second.url, key: keyOf(join(folder.path, "api-key")) },
  ];
}, 180_000);
afterAll(async () => {
  await second?.close();
  await stack?.stop();
  folder.remove();
}, 90_000);

async function ask({ url, key }: Place, path: string, body?: object): Promise<{ status: number; body: Record<string, unknown> }> {
  const answer = await fetch(url + path, {
    method: body === undefined ? "GET" : "POST",
    headers: { "content-type": "application/json", "x-api-key": key },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}
const teamsOf = (roster: Record<string, unknown>, rep: string): string[] =>
  (roster.teams as { id: string; reps: { id: string }[] }[]).filter(({ reps }) => reps.some(({ id }) => id === rep)).map(({ id }) => id);

it("two collectors add one rep to two teams at the same moment: the log decides, one is told 409, and the refusal is on the log", async () => {
  const rounds = ["zoe", "yan", "xia"];
  for (const rep of rounds) {
    const { version } = (await ask(places[0], "/v1/roster")).body;
    // Both have seen this version; neither knows of the other.
    expect((await ask(places[1], "/v1/roster")).body.version).toBe(version);
    const answers = await Promise.all(
      (["emea", "americas"] as const).map((team, index) =>
        ask(places[index]!, "/v1/roster?wait=9s", {
          eventId: `${rep}-${team}`,
          version,
          action: "add_rep",
          team,
          rep,
          profile: { capacity: 3 },
        }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    const won = answers[0]!.status === 200 ? "emea" : "americas";
    const refused = answers.find(({ status }) => status === 409)!;
    expect(refused.body).toMatchObject({ code: "COMMAND_REFUSED", current: { version: (version as number) + 1, rep, team: won } });
    for (const place of places) {
      const roster = (await ask(place, "/v1/roster")).body;
      expect([roster.version, teamsOf(roster, rep)]).toEqual([(version as number) + 1, [won]]);
    }
  }
  const decided = (await logsOf(stack, ["team.requests"])).flatMap(({ records }) =>
    records.flatMap(({ record }) => (record?.type === "RosterDecided" ? [record.value] : [])),
  );
  for (const rep of rounds) {
    const own = decided.filter((each) => each.rep === rep && each.done);
    expect(own).toHaveLength(1);
    for (const refusal of decided.filter((each) => each.rep === rep && !each.done)) expect(refusal.reason).toMatch(/has changed since/);
  }
}, 120_000);

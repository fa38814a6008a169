import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type OwnServers, startOwnServers, uniqueName } from "@leadstream/infra-local";
import { eventually, type TemporaryFolder, temporaryFolder } from "@leadstream/testing";
import { TopicReader } from "./lead-events.ts";
import { type RunningCollector, runCollector } from "./running-collector.ts";

let servers: OwnServers;
let folder: TemporaryFolder;
let collector: RunningCollector;

beforeAll(async () => {
  folder = temporaryFolder("collector-fault");
  servers = await startOwnServers({ only: ["kafka", "registry"] });
  const reader = await TopicReader.open(servers);
  reader.close();
  collector = await runCollector(servers, folder.path, {
    kafkaRequestTimeoutMs: 1_000,
    deliveryTimeoutMs: 2_000,
    probeEveryMs: 100,
    progressLimitMs: 1_000,
  });
}, 180_000);
afterAll(async () => {
  await collector?.close();
  await servers?.dispose();
  folder?.remove();
});

const health = async (): Promise<number> => (await fetch(`${collector.url}/health`)).status;
const touch = (eventId: string) => ({ eventId, leadId: `lead-of-${eventId}`, kind: "event" });

async function stored(eventId: string): Promise<number> {
  const reader = await TopicReader.open(servers);
  try {
    return (await reader.events("lead.events", ({ value }) => "eventId" in value && value.eventId === eventId, true)).length;
  } finally {
    reader.close();
  }
}

/** 503 with Retry-After and the id; unhealthy while it lasts; accepted with the same id once Kafka is back (F1, F5, I11). */
async function refusedThenAccepted(takeAway: () => Promise<void>, bringBack: () => Promise<void>): Promise<void> {
  const before = uniqueName("before");
  expect((await collector.post("/v1/touches", touch(before))).status).toBe(202);
  await takeAway();
  const eventId = uniqueName("during");
  const refused = await collector.post("/v1/touches", touch(eventId));
  expect([refused.status, refused.body.code, refused.body.eventId]).toEqual([503, "UNAVAILABLE", eventId]);
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
  const batch = await collector.post("/v1/touches", { events: [touch(`${eventId}-1`), touch(`${eventId}-2`)] });
  expect([batch.status, batch.body.items.map((item) => item.status)]).toEqual([503, [503, 503]]);
  await eventually(async () => (await health()) === 503, { what: "the collector to say that it is unhealthy" });

  await bringBack();
  await eventually(async () => (await health()) === 200, {
    what: "the collector to be healthy with no further request",
    timeoutMs: 30_000,
  });
  const accepted = await eventually(
    async () => {
      const answer = await collector.post("/v1/touches", touch(eventId));
      return answer.status === 202 && answer;
    },
    { what: "the repeated event to be accepted", timeoutMs: 30_000 },
  );
  expect(accepted.body.eventId).toBe(eventId);
  expect(await stored(before)).toBe(1);
  // What was answered with 503 may be there as well: the scorer counts one event id once.
  const copies = await stored(eventId);
  expect(copies).toBeGreaterThanOrEqual(1);
  expect(copies).toBeLessThanOrEqual(2);
}

describe("Kafka goes away", () => {
  it("killed", async () => {
    await refusedThenAccepted(
      () => servers.down("kafka", "SIGKILL"),
      () => servers.up("kafka"),
    );
  }, 120_000);

  it("stopped in its tracks", async () => {
    const pid = servers.pids().kafka as number;
    const signal = (name: NodeJS.Signals) => async (): Promise<void> => {
      process.kill(pid, name);
    };
    await refusedThenAccepted(signal("SIGSTOP"), signal("SIGCONT"));
  }, 120_000);

  it("already away at the start: one message that names the brokers and the remedy", async () => {
    const other = temporaryFolder("collector-none");
    const nowhere = { kafka: { brokers: "127.0.0.1:9" }, registry: servers.registry };
    try {
      await expect(runCollector(nowhere, other.path, { kafkaRetries: 1 })).rejects.toThrow(/127\.0\.0\.1:9.*LEADSTREAM_KAFKA_BROKERS/);
      // Nothing stays open: the key store can be opened by the next start.
      await expect(runCollector(nowhere, other.path, { kafkaRetries: 0 })).rejects.toThrow(/127\.0\.0\.1:9/);
    } finally {
      other.remove();
    }
  });
});

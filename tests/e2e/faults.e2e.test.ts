import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { groupPrefix } from "@leadstream/ctl";
import { createOffsetCommits, topicOffsets } from "@leadstream/kafka";
import { type DeadLetter, topicNames } from "@leadstream/schemas";
import { eventually } from "@leadstream/testing";
import { Kafka, logLevel } from "kafkajs";
import type { OffsetSample } from "../faults/src/evidence.ts";
import { checkInvariants } from "../faults/src/invariants.ts";
import { evidenceOf } from "./src/check-stack.ts";
import { accept, promisingLead } from "./src/leads.ts";
import { logsOf } from "./src/log-view.ts";
import { type Poison, poisons, sendPoison } from "./src/poison.ts";
import { quiesce, scorerCaughtUp, watchOffsets } from "./src/quiesce.ts";
import { StackUnderTest } from "./src/stack-under-test.ts";

let stack: StackUnderTest;
/** What the collector answered 202, over all tests: the last one looks for each of them. */
const accepted = new Set<string>();
const watching = new AbortController();
let offsets: Promise<OffsetSample[]>;
let round = 0;
let prefix = "";

beforeAll(async () => {
  stack = await StackUnderTest.start();
  offsets = watchOffsets(stack, watching.signal);
}, 120_000);
afterAll(async () => {
  watching.abort();
  await offsets;
  await stack?.stop();
}, 90_000);
beforeEach(() => {
  prefix = `fault${++round}`;
});

const patience = { timeoutMs: 60_000, everyMs: 250 };
const touch = (leadId: string, eventId: string) => ({ leadId, eventId, kind: "page-view" });

/** One lead per partition and more, each with a touch; gives the ids of the events. */
async function tell(name: string): Promise<string[]> {
  const leads = Array.from({ length: 12 }, (_, number) => `${prefix}-${name}-${number}`);
  await accept(stack, "/v1/captures", { events: leads.map(promisingLead) });
  await accept(stack, "/v1/touches", { events: leads.map((lead) => touch(lead, `${lead}-touch`)) });
  const ids = leads.flatMap((lead) => [`${lead}-capture`, `${lead}-touch`]);
  for (const id of ids) accepted.add(id);
  return ids;
}

async function scored(): Promise<Set<string>> {
  const logs = await logsOf(stack, [topicNames.leadScores]);
  return new Set(
    logs.flatMap(({ records }) => records.flatMap(({ record }) => (record?.type === "Score" ? [record.value.eventId ?? ""] : []))),
  );
}

async function untilScored(ids: readonly string[]): Promise<void> {
  await eventually(
    async () => {
      const found = await scored();
      return ids.every((id) => found.has(id));
    },
    { what: "every event to be scored", ...patience },
  );
}

async function deadLetters(): Promise<DeadLetter[]> {
  const logs = await logsOf(stack, [topicNames.deadLetters]);
  return logs.flatMap(({ records }) => records.flatMap(({ record }) => (record?.type === "DeadLetter" ? [record.value] : [])));
}

async function committedOf(group: string, topic: string) {
  const commits = createOffsetCommits(await stack.clients.kafka(), `${groupPrefix}.${group}`, null);
  try {
    return await commits.fetch(topic, [0, 1, 2, 3]);
  } finally {
    commits.close();
  }
}

describe("poison (F13)", () => {
  it("each kind becomes a dead letter with its bytes and reason; its neighbours are scored by the same process", async () => {
    const { wire } = await stack.clients.registry();
    const producer = await stack.clients.producer();
    const pid = stack.pid("scoring");
    const all = poisons(wire, prefix);
    const placed: { poison: Poison; partition: number; offset: number }[] = [];
    for (const [index, poison] of all.entries()) {
      placed.push({ poison, ...(await sendPoison(producer, poison)) });
      await untilScored(await tell(String(index)));
    }
    expect(stack.pid("scoring")).toBe(pid);
    const letters = await deadLetters();
    const found = placed.map(({ poison, partition, offset }) => {
      const letter = letters.find((each) => each.topic === topicNames.leadEvents && each.partition === partition && each.offset === offset);
      const bytes = letter === undefined ? undefined : sameBytes(letter.value, poison.value) && sameBytes(letter.key, poison.key);
      return { name: poison.name, code: letter?.code, stage: letter?.stage, bytes };
    });
    expect(found).toEqual(placed.map(({ poison: { name, code } }) => ({ name, code, stage: "scoring", bytes: true })));
    expect(letters).toHaveLength(all.length);
  }, 180_000);
});

const sameBytes = (one: Uint8Array | null, other: Uint8Array | string | null): boolean =>
  one === null || other === null ? one === other : Buffer.from(one).equals(Buffer.from(other));

describe("two processes on one folder (F20)", () => {
  it.each(["scoring", "router", "collector"])(
    "a second %s refuses, and the first goes on",
    async (name) => {
      const pid = stack.pid(name);
      const second = await stack.runSecond(name, 45_000);
      expect(second.code).toBe(1);
      expect(second.output).toMatch(/LOCKED|another process|held by process/);
      await untilScored(await tell("beside-a-second"));
      expect(stack.pid(name)).toBe(pid);
    },
    120_000,
  );
});

describe("the schema registry goes away (F7)", () => {
  it("known schemas are written and read on, also by services that start meanwhile", async () => {
    await stack.down("registry", "SIGKILL");
    try {
      await untilScored(await tell("registry-away"));
      for (const name of ["scoring", "router", "sink", "collector"]) await stack.kill(name);
      await untilScored(await tell("started-without"));
    } finally {
      await stack.up("registry");
    }
  }, 180_000);

  it("an unknown schema id waits until the registry answers, and is no dead letter before", async () => {
    const { wire } = await stack.clients.registry();
    const unknown = poisons(wire, `${prefix}-away`).find(({ name }) => name === "an unknown schema id")!;
    const before = (await deadLetters()).length;
    await stack.down("registry", "SIGKILL");
    try {
      await sendPoison(await stack.clients.producer(), unknown);
      await eventually(() => stack.logged("scoring", '"msg":"task starts again"'), { what: "the scorer to try again", ...patience });
      expect(await deadLetters()).toHaveLength(before);
    } finally {
      await stack.up("registry");
    }
    await eventually(async () => (await deadLetters()).length === before + 1, { what: "the dead letter", ...patience });
    await untilScored(await tell("after"));
  }, 180_000);
});

describe("the broker goes away (F5)", () => {
  it.each(["SIGTERM", "SIGKILL"] as const)(
    "%s: the collector answers 503, everybody is back with it, nothing accepted is lost",
    async (signal) => {
      await untilScored(await tell("before"));
      const collector = stack.pid("collector");
      await stack.down("kafka", signal);
      const refused = await stack.post("/v1/touches", touch(`${prefix}-away`, `${prefix}-away`));
      expect(refused.status).toBe(503);
      await stack.up("kafka");
      const again = await eventually(
        async () => {
          const answer = await stack.post("/v1/touches", touch(`${prefix}-away`, `${prefix}-away`));
          return answer.status === 202 && answer.body.eventId;
        },
        { what: "the collector to accept again", ...patience },
      );
      accepted.add(again);
      await untilScored([...(await tell("after")), again]);
      // Members of groups may have lost their session and have been started again; the collector has none to lose.
      expect(stack.pid("collector")).toBe(collector);
      expect(stack.gaveUp()).toEqual([]);
    },
    180_000,
  );
});

describe("SIGTERM under load (F28)", () => {
  it("scorer and router commit and store what they folded: nothing is folded again; the sink leaves no block announced", async () => {
    const stop = new AbortController();
    let told = 0;
    const load = (async () => {
      while (!stop.signal.aborted) await tell(`load${told++}`);
    })();
    try {
      for (const name of ["scoring", "router", "sink"]) {
        const before = told;
        await eventually(() => told > before + 3, { what: "traffic to flow", ...patience });
        await stack.down(name, "SIGTERM");
        expect(stack.logTail(name, 1)).toContain('"msg":"drained"');
      }
    } finally {
      stop.abort();
      await load;
    }
    // S = C: the next life begins where this one ended.
    const { replays } = await evidenceOf(stack, new Set(), []);
    const places = replays.flatMap(({ fold, partitions }) => partitions.map((each) => ({ fold, ...each })));
    expect(places.filter(({ storedAt, upTo }) => storedAt !== upTo && !(storedAt === null && upTo === 0))).toEqual([]);
    expect(places.filter(({ state }) => state !== "same")).toEqual([]);
    const announced = [...(await committedOf(`sink.${topicNames.leadEvents}`, topicNames.leadEvents)).values()];
    expect(announced.filter(({ metadata }) => metadata.includes("token"))).toEqual([]);
    for (const name of ["sink", "router", "scoring"]) await stack.up(name);
    await scorerCaughtUp(stack);
  }, 240_000);
});

describe("after all of it", () => {
  it("every invariant holds", async () => {
    watching.abort();
    await quiesce(stack);
    expect(checkInvariants(await evidenceOf(stack, accepted, await offsets)).violations).toEqual([]);
  }, 180_000);
});

describe("the broker lost what it had acknowledged (F6)", () => {
  const diesWith = async (code: string): Promise<void> => {
    await stack.up("scoring").catch(() => undefined);
    await eventually(() => stack.logged("scoring", code), { what: `the scorer to say ${code}`, ...patience });
    await stack.down("scoring", "SIGKILL");
  };

  it("an offset beyond the log's end halts the scorer with the remedy, and is not reset", async () => {
    const kafka = await stack.clients.kafka();
    const before = (await committedOf("scoring", topicNames.leadEvents)).get(0)!;
    const { lastStableOffset } = (await topicOffsets(kafka, topicNames.leadEvents))[0]!;
    const set = async (offset: number): Promise<void> => {
      const commits = createOffsetCommits(kafka, `${groupPrefix}.scoring`, null);
      await eventually(
        async () => {
          await commits.commit([{ topic: topicNames.leadEvents, partition: 0, offset, metadata: before.metadata }]);
          return true;
        },
        { what: "the group to be empty", ...patience },
      ).finally(() => commits.close());
    };
    await set(lastStableOffset + 100);
    await diesWith("COMMIT_BEYOND_LOG");
    expect((await committedOf("scoring", topicNames.leadEvents)).get(0)!.offset).toBe(lastStableOffset + 100);
    await set(before.offset);
  }, 120_000);

  it("a topic that was deleted and made again halts the scorer with the remedy", async () => {
    const admin = new Kafka({
      clientId: "leadstream-test",
      brokers: stack.addresses.kafka.brokers.split(","),
      logLevel: logLevel.NOTHING,
    }).admin();
    await admin.connect();
    const topic = topicNames.leadEvents;
    await admin.deleteTopics({ topics: [topic] });
    const configEntries = [{ name: "message.timestamp.type", value: "LogAppendTime" }];
    await eventually(() => admin.createTopics({ topics: [{ topic, numPartitions: 4, replicationFactor: 1, configEntries }] }), {
      what: "the topic to be made again",
      ...patience,
    });
    await admin.disconnect();
    await diesWith("INCARNATION_CHANGED");
    expect(stack.logged("scoring", "Delete the state folder")).toBe(true);
  }, 120_000);
});

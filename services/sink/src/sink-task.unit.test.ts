import { beforeEach, describe, expect, it } from "@jest/globals";
import { emptyProfile, type Profile, type Touch } from "@leadstream/schemas";
import { StreamError } from "@leadstream/stream";
import { Crash, MemoryDeadLetters, MemoryOffsets, MemoryStore, MemoryTopic, realClock } from "../tests/memory-world.ts";
import { decodeMetadata } from "./intent.ts";
import type { SinkObserver, SinkPorts, SinkSettings } from "./sink-io.ts";
import { SinkTask } from "./sink-task.ts";

const settings: SinkSettings = { maxBytes: 1 << 20, maxWaitMs: 2, blockMaxRows: 30, blockMaxBytes: 1 << 20, blockLingerMs: 2 };
const LEDGER = "ledger_lead_events";
const profile: Profile = { ...emptyProfile, industry: "manufacturing", hasContact: true };
const touch = (number: number): Touch => ({
  eventId: `event-${number}`,
  leadId: `lead-${number % 9}`,
  occurredAt: 1_700_000_000_000 + number,
  producer: "test",
  imported: false,
  kind: "page-view",
  channel: null,
  campaign: null,
  content: null,
  dwellMs: null,
  properties: {},
  profile: number % 3 === 0 ? profile : null,
});

let log: string[];
let topic: MemoryTopic;
let offsets: MemoryOffsets;
let store: MemoryStore;
let letters: MemoryDeadLetters;

beforeEach(() => {
  log = [];
  topic = new MemoryTopic("lead.events", 2);
  offsets = new MemoryOffsets(log);
  store = new MemoryStore(log);
  letters = new MemoryDeadLetters(log);
  for (let number = 0; number < 100; number++) {
    topic.broker.append("lead.events", "Touch", null, touch(number), 1_700_000_000_000 + number, number % 3 === 0 ? 0 : 1);
  }
});

/** One life of a task: until everything is confirmed, or until it dies. */
async function live(observer: SinkObserver = {}, partitions: readonly number[] = [0, 1]): Promise<void> {
  const stop = new AbortController();
  const ports: SinkPorts = { inbox: topic, offsets, deadLetters: letters, store, clock: realClock };
  const atEnd = (): boolean => partitions.every((partition) => offsets.offsets.get(partition)?.offset === topic.end(partition));
  if (atEnd()) stop.abort();
  await new SinkTask(
    ports,
    partitions,
    settings,
    {
      ...observer,
      faultPoint: (name) => {
        observer.faultPoint?.(name);
        if (name === "step-6-confirmed" && atEnd()) stop.abort();
      },
      recovered: () => undefined,
    },
    stop.signal,
  ).run();
}

/** Lives on until all is confirmed; each life dies at the given hit of the step. */
async function liveThroughCrashes(step: string, hit: number): Promise<number> {
  let lives = 0;
  for (;;) {
    let left = hit;
    lives++;
    if (lives > 200) throw new Error("no progress");
    try {
      await live({
        faultPoint: (name) => {
          if (name === step && --left === 0 && lives < 12) throw new Crash(name);
        },
      });
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
    }
    if ([0, 1].every((partition) => offsets.offsets.get(partition)?.offset === topic.end(partition))) return lives;
  }
}

function expectExact(): void {
  const places = store.ledger(LEDGER);
  expect(places).toHaveLength(100);
  expect(new Set(places).size).toBe(100);
  expect(store.rows("touches")).toBe(100);
  expect(store.rows("profiles")).toBe(34);
  expect(store.conflicts).toEqual([]);
}

describe("the sink protocol", () => {
  it("takes steps 4, 5, 6 in this order and the ledger last", async () => {
    await live();
    expectExact();
    expect(log[0]).toBe("announce");
    const firstConfirm = log.indexOf("confirm");
    expect(log.slice(1, firstConfirm).at(-1)).toBe(`insert ${LEDGER}`);
    expect(log.slice(1, firstConfirm)).toContain("insert touches");
    for (const offset of offsets.offsets.values()) expect(decodeMetadata(offset.metadata)).toEqual({ incarnation: "first", intent: null });
  });

  it.each([
    ["step-1-recovered", 1],
    ["step-2-judged", 1],
    ["step-2-judged", 2],
    ["step-3-formed", 1],
    ["step-4-announced", 1],
    ["step-4-announced", 2],
    ["step-5-table-inserted", 1],
    ["step-5-table-inserted", 2],
    ["step-5-inserted", 1],
    ["step-5-inserted", 2],
    ["step-6-confirmed", 1],
  ])("is exact when it dies at %s, hit %i, life after life", async (step, hit) => {
    const lives = await liveThroughCrashes(step, hit);
    expect(lives).toBeGreaterThan(1);
    expectExact();
  });

  it("sends the same bytes with the same token when the server stored a block and the answer was lost", async () => {
    let lost = 0;
    store.afterStored = () => {
      if (lost++ % 3 === 0 && lost < 12) throw new Crash("the answer was lost");
    };
    await liveThroughCrashes("never", 1);
    expect(store.repeated).toBeGreaterThan(0);
    expectExact();
  });

  it("finishes a block that spans partitions which two members own now", async () => {
    await expect(
      live({
        faultPoint: (name) => {
          if (name === "step-5-table-inserted") throw new Crash(name);
        },
      }),
    ).rejects.toThrow(Crash);
    const open = decodeMetadata(offsets.offsets.get(0)!.metadata).intent;
    expect(open?.ranges.map((range) => range.partition)).toEqual([0, 1]);
    await live({}, [1]);
    await live({}, [0]);
    expectExact();
  });
});

describe("the sink stops rather than guess", () => {
  const dieAnnounced = (): Promise<void> =>
    live({
      faultPoint: (name) => {
        if (name === "step-4-announced") throw new Crash(name);
      },
    });

  it("when an announced block comes back different", async () => {
    await expect(dieAnnounced()).rejects.toThrow(Crash);
    const records = topic.broker.topic("lead.events") as unknown as { timestamp: number }[][];
    records[0]![0] = { ...records[0]![0]!, timestamp: 5 };
    await expect(live()).rejects.toMatchObject({ code: "REPLAY_DIFFERS" });
  });

  it("when the topic was made again", async () => {
    await live();
    topic.incarnation = "second";
    await expect(live()).rejects.toMatchObject({ code: "INCARNATION_CHANGED" });
  });

  it("when records were deleted before they were stored, and when acknowledged ones are gone", async () => {
    offsets.offsets.set(0, { offset: 3, metadata: "s1|first" });
    topic.logStart = 10;
    await expect(live()).rejects.toMatchObject({ code: "LOG_TRUNCATED" });
    topic.logStart = 0;
    offsets.offsets.set(0, { offset: 5_000, metadata: "s1|first" });
    await expect(live()).rejects.toMatchObject({ code: "COMMIT_BEYOND_LOG" });
  });

  it("when an announcement names a mapper that it does not have", async () => {
    await expect(dieAnnounced()).rejects.toThrow(Crash);
    const { offset, metadata } = offsets.offsets.get(0)!;
    offsets.offsets.set(0, { offset, metadata: metadata.replace("s1|first|1|", "s1|first|99|") });
    await expect(live()).rejects.toMatchObject({ code: "LOGIC_CHANGED_WITH_GAP" });
  });

  it("when somebody else commits in its group", async () => {
    offsets.offsets.set(0, { offset: 1, metadata: "" });
    await expect(live()).rejects.toMatchObject({ code: "STORE_CONFLICT" });
  });

  it("when an internal record cannot be decoded", async () => {
    topic = new MemoryTopic("lead.scores", 2);
    topic.broker.appendBytes("lead.scores", 0, { timestamp: 1, key: Buffer.from("lead-1"), value: Buffer.from([9, 9]), headers: [] });
    const failed = live({}, [0]);
    await expect(failed).rejects.toThrow(StreamError);
    await expect(failed).rejects.toMatchObject({ code: "UNDECODABLE_INTERNAL_RECORD" });
    expect(store.blocks.size).toBe(0);
  });
});

describe("bad records of the edge", () => {
  it("of lead.events are written down: the scorer dead-letters them", async () => {
    topic.broker.appendBytes("lead.events", 0, { timestamp: 1, key: null, value: Buffer.from("poison"), headers: [] });
    topic.broker.appendBytes("lead.events", 1, { timestamp: 1, key: null, value: null, headers: [] });
    await live();
    expect(letters.letters).toEqual([]);
    expect(store.ledger(LEDGER)).toHaveLength(102);
    expect(store.rows("touches")).toBe(100);
  });

  it("of marketing.spend are dead-lettered before the block is announced, and written down", async () => {
    topic = new MemoryTopic("marketing.spend", 1);
    topic.broker.appendBytes("marketing.spend", 0, {
      timestamp: 77,
      key: Buffer.from("search"),
      value: Buffer.from("poison"),
      headers: [{ name: "from", value: Buffer.from("x") }],
    });
    topic.broker.append(
      "marketing.spend",
      "Spend",
      "search",
      {
        eventId: "s1",
        occurredAt: 0,
        producer: "ads",
        imported: false,
        channel: "search",
        campaign: null,
        keyword: null,
        amount: -5,
        currency: "EUR",
        impressions: 0,
        clicks: 0,
        kind: "media",
      },
      78,
    );
    await live({}, [0]);
    expect(letters.letters.map((letter) => [letter.offset, letter.code, letter.stage])).toEqual([
      [0, "UNDECODABLE", "sink"],
      [1, "INVALID_VALUE", "sink"],
    ]);
    expect(Buffer.from(letters.letters[0]!.value!).toString()).toBe("poison");
    expect(log.indexOf("dead-letters")).toBeLessThan(log.indexOf("announce"));
    expect(store.rows("ledger_marketing_spend")).toBe(2);
    expect(store.rows("spend")).toBe(0);
  });
});

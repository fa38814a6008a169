import { describe, expect, it } from "@jest/globals";
import { countingFold, decodeTouch } from "../test/counting-fold.ts";
import { type CommitFault, SimulatedLog, SteppingClock, SurvivingStore } from "../test/simulated-log.ts";
import {
  defaultTaskSettings,
  FoldTask,
  type Inbox,
  RetriableStreamError,
  type StateStore,
  StreamError,
  type TickWriter,
  type Topology,
  topology,
} from "./index.ts";

const START_MS = 1_800_000_000_000;
const LEADS = 7;

function logWith(touches: number): SimulatedLog {
  const log = new SimulatedLog("lead.events");
  for (let index = 0; index < touches; index++) {
    const leadId = `lead-${(index * 5) % LEADS}`;
    const timestamp = START_MS + index * 1_900;
    if (index % 11 === 10) log.broker.append("lead.events", "Tick", null, { writer: "test" }, timestamp);
    else
      log.broker.append(
        "lead.events",
        "Touch",
        leadId,
        {
          eventId: `e${index}`,
          leadId,
          occurredAt: timestamp,
          producer: "test",
          imported: false,
          kind: "page-view",
          channel: null,
          campaign: null,
          content: null,
          dwellMs: null,
          properties: {},
          profile: null,
        },
        timestamp,
      );
  }
  return log;
}

function counting(log: SimulatedLog, store: StateStore, fingerprint = "logic-1", tick: TickWriter["append"] = async () => {}): Topology {
  return topology("counting")
    .from({
      topic: log.topic,
      partitions: 1,
      wire: log.broker.wire,
      resolveSchema: async () => undefined,
      group: () => {
        throw new Error("not in this test");
      },
      open: async (): Promise<Inbox> => log.inbox(5),
    })
    .stage(decodeTouch)
    .fold(countingFold, { fingerprint, store: () => store })
    .to({ topic: "lead.signals", partitions: 1 })
    .deadLettersTo({ topic: "lead.dead-letters", partitions: 1 }, { maxRun: 3, maxRatio: 0.5, window: 100 })
    .ticks({ append: tick }, 1)
    .commit({ writer: () => log.writer() }) as Topology;
}

class Killed extends Error {}

interface Life {
  killAt?: string;
  hit?: number;
  fingerprint?: string;
}

/** One life of a task: it ends at its fault point, at an error, or when everything is read and drained. */
async function live(
  log: SimulatedLog,
  store: StateStore,
  { killAt, hit = 1, fingerprint }: Life = {},
): Promise<"drained" | "killed" | "failed"> {
  const stop = new AbortController();
  let hits = 0;
  const settings = { ...defaultTaskSettings, idleCommitMs: 1, storeIntervalMs: 6, commitMaxRecords: 4 };
  const observer = {
    faultPoint: (name: string) => {
      if (name === `counting/${killAt}` && ++hits === hit) throw new Killed(name);
    },
  };
  log.onIdle = () => stop.abort();
  try {
    await new FoldTask(
      counting(log, store, fingerprint),
      0,
      new SteppingClock(START_MS + 10_000_000),
      settings,
      observer,
      stop.signal,
    ).run();
    return "drained";
  } catch (error) {
    if (error instanceof Killed) return "killed";
    if (error instanceof RetriableStreamError) return "failed";
    throw error;
  }
}

const outputs = (log: SimulatedLog): string[] => log.broker.topic("lead.signals")[0]!.map((record) => record.value!.toString("hex"));
const states = (store: StateStore): string[] => [...store.keys()].map((key) => `${key}=${store.read(key)!.toString("hex")}`);

async function undisturbed(): Promise<{ outputs: string[]; states: string[] }> {
  const log = logWith(80);
  const store = new SurvivingStore();
  expect(await live(log, store)).toBe("drained");
  return { outputs: outputs(log), states: states(store) };
}

const points = [
  "step-1-store-locked",
  "step-2-producer-initialised",
  "step-3-offset-fetched",
  "step-4-checked",
  "step-5-caught-up",
  "step-6-folded",
  "step-7-commit-begun",
  "step-9-committed",
  "step-10-store-queued",
  "step-11-drained",
];

describe("fold protocol, steps 1 to 11", () => {
  for (const point of points) {
    for (const hit of [1, 2, 5]) {
      it(`killed at ${point}, hit ${hit}: the next lives give the same outputs and states`, async () => {
        const log = logWith(80);
        const store = new SurvivingStore();
        for (let lives = 0; (await live(log, store, lives < 3 ? { killAt: point, hit } : {})) !== "drained"; lives++)
          expect(lives).toBeLessThan(5);
        expect({ outputs: outputs(log), states: states(store) }).toEqual(await undisturbed());
      });
    }
  }

  for (const fault of ["before-send", "before-end", "after-end"] satisfies CommitFault[]) {
    it(`commit fails ${fault}: memory is dropped, nothing is lost or double`, async () => {
      const log = logWith(80);
      const store = new SurvivingStore();
      log.faults = [null, fault, null, null, fault, fault];
      for (let lives = 0; (await live(log, store)) !== "drained"; lives++) expect(lives).toBeLessThan(8);
      expect({ outputs: outputs(log), states: states(store) }).toEqual(await undisturbed());
    });
  }

  it("step 5: without a store everything is folded again and nothing is written twice", async () => {
    const log = logWith(80);
    expect(await live(log, new SurvivingStore())).toBe("drained");
    const rebuilt = new SurvivingStore();
    expect(await live(log, rebuilt)).toBe("drained");
    expect({ outputs: outputs(log), states: states(rebuilt) }).toEqual(await undisturbed());
  });

  it("step 9: a zombie's commit is fenced", async () => {
    const log = logWith(20);
    const zombie = log.writer();
    await zombie.initialise();
    expect(await live(log, new SurvivingStore())).toBe("drained");
    await expect(zombie.commit(3, "")).rejects.toThrow("FENCED");
  });
});

describe("fold protocol, step 4 refuses to guess", () => {
  const refusal = async (
    change: (log: SimulatedLog, store: SurvivingStore) => SurvivingStore | undefined,
    fingerprint?: string,
  ): Promise<string> => {
    const log = logWith(40);
    const store = new SurvivingStore();
    expect(await live(log, store)).toBe("drained");
    const used = change(log, store) ?? store;
    for (let index = 0; index < 5; index++) log.broker.append("lead.events", "Tick", null, { writer: "test" }, START_MS + 100_000);
    return live(log, used, fingerprint === undefined ? {} : { fingerprint }).then(
      () => "accepted",
      (error: unknown) => (error instanceof StreamError ? error.code : String(error)),
    );
  };
  const shift = (log: SimulatedLog, by: number): undefined => {
    log.committedOffset = { offset: log.committedOffset!.offset + by, metadata: log.committedOffset!.metadata };
    return undefined;
  };

  it("accepts what it left itself", async () => expect(await refusal(() => undefined)).toBe("accepted"));
  it("committed offset behind the store", async () => expect(await refusal((log) => shift(log, -3))).toBe("STORE_AHEAD_OF_COMMIT"));
  it("committed offset beyond the log", async () => expect(await refusal((log) => shift(log, 100))).toBe("COMMIT_BEYOND_LOG"));
  it("no committed offset but a store", async () => {
    expect(
      await refusal((log) => {
        log.committedOffset = null;
        return undefined;
      }),
    ).toBe("STORE_WITHOUT_COMMIT");
  });
  it("topic created anew", async () => {
    expect(
      await refusal((log) => {
        log.incarnation = "log-2";
        return undefined;
      }),
    ).toBe("INCARNATION_CHANGED");
  });
  it("log start above the state", async () => {
    expect(
      await refusal((log) => {
        log.logStart = 10;
        return new SurvivingStore();
      }),
    ).toBe("LOG_TRUNCATED");
  });
  it("other logic and no gap: goes on", async () => expect(await refusal(() => undefined, "logic-2")).toBe("accepted"));
  it("counters that do not agree with the commit", async () => {
    expect(
      await refusal((log) => {
        log.committedOffset = {
          offset: log.committedOffset!.offset,
          metadata: log.committedOffset!.metadata.replace(/"lead.signals\/0":\d+/, '"lead.signals/0":1'),
        };
        return new SurvivingStore();
      }),
    ).toBe("REPLAY_DIFFERS");
  });
  it("a store that another version laid out, of the partition or of a key", async () => {
    const cut = (store: SurvivingStore): SurvivingStore => {
      const open = store.open.bind(store);
      store.open = async () => {
        const header = await open();
        return header === null ? null : { ...header, partition: header.partition.subarray(0, 3) };
      };
      return store;
    };
    expect(await refusal((_log, store) => cut(store))).toBe("STORE_LAYOUT");
    expect(
      await refusal((_log, store) => {
        store.read = () => Buffer.of(0x80);
        return store;
      }),
    ).toBe("STORE_LAYOUT");
  });
  it("other logic and a gap between store and commit", async () => {
    const log = logWith(60);
    const store = new SurvivingStore();
    expect(await live(log, store, { killAt: "step-9-committed", hit: 6 })).toBe("killed");
    await expect(live(log, store, { fingerprint: "logic-2" })).rejects.toThrow("LOGIC_CHANGED_WITH_GAP");
  });
});

describe("ticks", () => {
  it("are appended at their pace on a busy partition too, once everything was read", async () => {
    const log = logWith(12);
    const stop = new AbortController();
    let idle = false;
    log.onIdle = () => {
      idle = true;
      stop.abort();
    };
    const ticks: boolean[] = [];
    const store = new SurvivingStore();
    const tick = async (): Promise<void> => void ticks.push(idle);
    const task = new FoldTask(counting(log, store, "logic-1", tick), 0, new SteppingClock(START_MS), defaultTaskSettings, {}, stop.signal);
    await task.run();
    expect(ticks).toEqual([false]);
  });
});

describe("poison", () => {
  it("is set aside with its bytes in the same commit, and neighbours are folded", async () => {
    const log = logWith(10);
    log.broker.appendBytes("lead.events", 0, {
      timestamp: START_MS + 60_000,
      key: Buffer.from("k"),
      value: Buffer.from([7, 7, 7, 7, 7, 7]),
      headers: [],
    });
    log.broker.append("lead.events", "Tick", null, { writer: "test" }, START_MS + 60_001);
    expect(await live(log, new SurvivingStore())).toBe("drained");
    const letters = log.broker.read("lead.dead-letters");
    expect(letters).toHaveLength(1);
    expect(letters[0]).toMatchObject({
      type: "DeadLetter",
      value: { topic: "lead.events", partition: 0, offset: 10, code: "UNDECODABLE", stage: "counting" },
    });
    expect(outputs(log).length).toBeGreaterThanOrEqual(10);
  });

  it("in a row stops the stage", async () => {
    const log = logWith(3);
    for (let index = 0; index < 5; index++)
      log.broker.appendBytes("lead.events", 0, { timestamp: START_MS, key: null, value: Buffer.from([1]), headers: [] });
    await expect(live(log, new SurvivingStore())).rejects.toThrow("DEAD_LETTER_LIMIT");
  });
});

import { describe, expect, it } from "@jest/globals";
import { AvroReader, type Decoded } from "@leadstream/schemas";
import { signalOf } from "../test/counting-fold.ts";
import { type Emitted, type Fold, FoldEngine, MemoryIo, MemoryStateStore, ok, type StoreHeader, type Topology, topology } from "./index.ts";
import { compareKeys } from "./key-order.ts";
import { MemoryCursor, MemoryOutbox } from "./memory-broker.ts";

const START_MS = 1_800_000_000_000;

interface Waiting {
  readonly since: number;
  /** Of this limit. */
  limitMs: number;
  dueAt: number;
}

interface Limit {
  readonly ms: number;
  readonly since: number;
}

/** Each touch starts a clock that rings after the partition's limit; a tick whose writer is a number sets another limit. */
const waitingFold: Fold<Decoded<"Touch" | "Tick">, Waiting, Limit, Emitted<"Signal">> = {
  name: "waiting",
  keyOf: (input) => (input.type === "Touch" ? input.value.leadId : null),
  sourceOf: () => null,
  timeOf: (_, logTime) => logTime,
  shared: {
    initial: () => ({ ms: 10_000, since: 0 }),
    write: (writer, { ms, since }) => {
      writer.long(ms);
      writer.long(since);
    },
    read: (reader) => ({ ms: reader.long(), since: reader.long() }),
  },
  state: {
    write: (writer, { since, limitMs, dueAt }) => {
      for (const value of [since, limitMs, dueAt]) writer.long(value);
    },
    read: (reader) => ({ since: reader.long(), limitMs: reader.long(), dueAt: reader.long() }),
  },
  onShared: ({ now }, shared, { value }) =>
    "writer" in value && Number(value.writer) > 0 ? { ms: Number(value.writer), since: now } : shared,
  onRecord(context, { ms }, _state, { value }) {
    return "leadId" in value ? { since: context.now, limitMs: ms, dueAt: context.now + ms } : null;
  },
  timerKinds: 1,
  timerOf: ({ dueAt }) => dueAt,
  onTimer(context, _shared, { limitMs }, _kind, due) {
    context.emit(signalOf("rung", "inactive", context.now, limitMs, due));
    return null;
  },
  revisit: {
    wanted: () => true,
    keysFor: () => 2,
    visit(_context, { ms, since }, state) {
      if (state.limitMs === ms) return null;
      return { ...state, limitMs: ms, dueAt: Math.max(state.since + ms, since) };
    },
  },
};

/** Touches of leads, limits and ticks in the order of their times. */
class Trial {
  readonly io = new MemoryIo();
  readonly topology: Topology;

  constructor() {
    const { io } = this;
    this.topology = topology("waiting")
      .from(io.inbox("lead.events"))
      .stage((record) => ok(record as Decoded<"Touch" | "Tick">))
      .fold(waitingFold, io.stores())
      .to(io.output("lead.signals"))
      .commit(io.transactions()) as Topology;
  }

  touch(leadId: string, atMs: number): this {
    const value = { eventId: leadId, leadId, occurredAt: 0, producer: "", imported: false, kind: "visit", channel: null, campaign: null };
    const rest = { content: null, dwellMs: null, properties: {}, profile: null };
    this.io.broker.append("lead.events", "Touch", leadId, { ...value, ...rest }, START_MS + atMs);
    return this;
  }

  tick(atMs: number, limitMs = 0): this {
    this.io.broker.append("lead.events", "Tick", null, { writer: String(limitMs) }, START_MS + atMs);
    return this;
  }

  /** Folds everything; `write` says after which records the store is written, `restart` where memory is lost right after that. */
  async run(write: (offset: number) => boolean = () => false, restart: (offset: number) => boolean = () => false): Promise<string[]> {
    const store = new MemoryStateStore();
    await store.open();
    const outbox = new MemoryOutbox();
    const engineFrom = (header: StoreHeader | null) =>
      new FoldEngine(this.topology, { partition: 0, incarnation: "memory" }, store, header, outbox, 4);
    let engine = engineFrom(null);
    const cursor = new MemoryCursor(this.io.broker.topic("lead.events")[0]!, 0);
    while (cursor.next()) {
      engine.accept(cursor);
      if (!write(cursor.offset)) continue;
      const batch = engine.takeWrite();
      await store.write(batch);
      engine.written();
      if (restart(cursor.offset)) engine = engineFrom(batch.header);
    }
    return outbox.take().map(({ record }) => {
      const { value } = this.io.broker.wire.read(new AvroReader(record.value!)) as Decoded<"Signal">;
      return `${value.due - START_MS} ${value.score} by ${value.source.offset}`;
    });
  }
}

describe("clocks after a changed shared value", () => {
  it("a shorter one rings without another record of its key, at the instant that the new value gives", async () => {
    const trial = new Trial().touch("a", 0).tick(1_000, 4_000).tick(3_999).tick(4_000);
    expect(await trial.run()).toEqual(["4000 4000 by 3"]);
  });

  it("what the new value puts into the past rings with the record that brings it, due at that instant", async () => {
    expect(await new Trial().touch("a", 0).tick(6_000, 4_000).run()).toEqual(["6000 4000 by 1"]);
  });

  it("a longer one does not ring at the old time", async () => {
    const trial = new Trial().touch("a", 0).tick(1_000, 20_000).tick(10_000).tick(19_999).tick(20_000);
    expect(await trial.run()).toEqual(["20000 20000 by 4"]);
  });

  it("visits a bounded number of keys with each record, and one that is touched first before its record", async () => {
    const trial = new Trial();
    for (const leadId of ["a", "b", "c", "d", "e"]) trial.touch(leadId, 0);
    trial.tick(6_000, 4_000).touch("e", 6_001).tick(6_002).tick(6_003).tick(10_001);
    // a and b with the limit's record, e right before its own touch, c and d with that touch; e's second clock in its time.
    expect(await trial.run()).toEqual(
      ["6000", "6000", "6000", "6000", "6000", "10001"].map((due, index) => `${due} 4000 by ${[5, 5, 6, 6, 6, 9][index]}`),
    );
  });

  it("an old timer that comes first finds its key visited", async () => {
    const trial = new Trial();
    for (const leadId of ["a", "b", "c"]) trial.touch(leadId, 0);
    trial.tick(5_000, 30_000).tick(10_000).tick(29_999).tick(30_000);
    expect(await trial.run()).toEqual(["30000 30000 by 6", "30000 30000 by 6", "30000 30000 by 6"]);
  });

  it("gives the same outputs for the same causes however far the store is behind and wherever memory is lost", async () => {
    const trial = new Trial();
    const names = Array.from(
      { length: 40 },
      (_, index) => `${String.fromCodePoint([0x41, 0xe9, 0xff21, 0x1f600][index % 4]!)}${index * 7}`,
    );
    names.forEach((name, index) => void trial.touch(name, index * 100));
    trial.tick(4_010, 3_500);
    names.slice(0, 9).forEach((name, index) => void trial.touch(`new-${name}`, 4_020 + index * 20).touch(name, 4_030 + index * 20));
    trial.tick(4_210, 9_000);
    for (let count = 1; count <= 30; count++) trial.tick(4_210 + count * 400);
    const expected = await trial.run();
    expect(expected.length).toBeGreaterThan(40);
    for (const step of [1, 2, 3, 5, 7]) {
      expect(await trial.run((offset) => offset % step === 0)).toEqual(expected);
      expect(
        await trial.run(
          (offset) => offset % step === 0,
          (offset) => offset % (step * 2) === 0,
        ),
      ).toEqual(expected);
    }
  });
});

describe("the order of keys", () => {
  it("is that of their UTF-8 bytes", () => {
    const keys = ["", "a", "ab", "b", "é", "\u{1f600}", "\uff21", "\ue000", "\u{10ffff}", "a\u{1f600}", "a\uff21"];
    const inBytes = [...keys].sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
    expect([...keys].sort(compareKeys)).toEqual(inBytes);
    expect([...keys].sort()).not.toEqual(inBytes);
  });
});

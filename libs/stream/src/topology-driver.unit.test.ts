import { describe, expect, it } from "@jest/globals";
import type { TopicName, Touch } from "@leadstream/schemas";
import { countingFold, decodeTouch, SILENCE_MS } from "../test/counting-fold.ts";
import { MemoryIo, type StreamError, type Topology, TopologyDriver, topology } from "./index.ts";

const START_MS = 1_800_000_000_000;

const touch = (leadId: string, kind = "page-view"): Touch => ({
  eventId: `${leadId}-${kind}`,
  leadId,
  occurredAt: START_MS,
  producer: "test",
  imported: false,
  kind,
  channel: null,
  campaign: null,
  content: null,
  dwellMs: null,
  properties: {},
  profile: null,
});

const counting = (io: MemoryIo, outputs: readonly string[] = ["lead.signals"]): Topology =>
  topology("counting")
    .from(io.inbox("lead.events"))
    .stage(decodeTouch)
    .fold(countingFold, io.stores())
    .to(...outputs.map((name) => io.output(name as TopicName)))
    .deadLettersTo(io.output("lead.dead-letters"), { maxRun: 3, maxRatio: 0.5, window: 100 })
    .commit(io.transactions()) as Topology;

const signals = (io: MemoryIo): unknown[] =>
  io.broker
    .read("lead.signals")
    .map((record) =>
      record.type === "Signal" ? [record.value.kind, record.value.score, record.value.due, record.value.source.seq] : record.type,
    );

describe("in-memory driver", () => {
  it("runs the topology that main.ts runs: records in, records out, in virtual time", () => {
    const io = new MemoryIo();
    const driver = new TopologyDriver(io, [counting(io)], START_MS);
    driver.feed((broker, now) => broker.append("lead.events", "Touch", "ada", touch("ada"), now));
    driver.advance(SILENCE_MS - 1);
    expect(signals(io)).toEqual([["active", 1, 0, 0]]);
    driver.advance(1);
    expect(signals(io)).toEqual([
      ["active", 1, 0, 0],
      ["inactive", 1, START_MS + SILENCE_MS, 1],
    ]);
    expect(driver.engine("counting", 0).stateOf("ada")).toEqual({ touches: 1, silentAt: -1 });
  });

  it("names each output by the record that caused it", () => {
    const io = new MemoryIo(2);
    const driver = new TopologyDriver(io, [counting(io)], START_MS);
    for (const leadId of ["ada", "bob", "cid"])
      driver.feed((broker, now) => broker.append("lead.events", "Touch", leadId, touch(leadId), now));
    driver.advance(SILENCE_MS);
    const sources = io.broker.read("lead.signals").map((record) => (record.type === "Signal" ? record.value.source : null));
    const ids = sources.map((source) => `${source?.partition}/${source?.offset}/${source?.n}`);
    expect(new Set(ids).size).toBe(6);
    expect(sources.every((source) => source?.topic === "lead.events")).toBe(true);
  });

  it("stops when a fold emits to a topic that the topology does not name", () => {
    const io = new MemoryIo();
    const driver = new TopologyDriver(io, [counting(io, [])], START_MS);
    expect(() => driver.feed((broker, now) => broker.append("lead.events", "Touch", "ada", touch("ada"), now))).toThrow(
      expect.objectContaining({ code: "INVALID_TOPOLOGY" } satisfies Partial<StreamError>),
    );
  });

  it("forgets a key when the fold returns null", () => {
    const io = new MemoryIo();
    const driver = new TopologyDriver(io, [counting(io)], START_MS);
    driver.feed((broker, now) => broker.append("lead.events", "Touch", "ada", touch("ada"), now));
    driver.feed((broker, now) => broker.append("lead.events", "Touch", "ada", touch("ada", "forget"), now));
    driver.advance(SILENCE_MS * 2);
    expect(signals(io)).toHaveLength(1);
    expect(driver.engine("counting", 0).stateOf("ada")).toBeNull();
  });
});

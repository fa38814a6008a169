import { describe, expect, it } from "@jest/globals";
import type { CommittedOutput } from "./committed-outputs.ts";
import { ComparingOutbox } from "./comparing-outbox.ts";

const targets = [
  { topic: "lead.scores", partition: 2 },
  { topic: "lead.signals", partition: 2 },
];

const committed = (offset: number, text: string, key: string | null = "lead-1"): CommittedOutput => ({
  offset,
  cause: offset + 100,
  key,
  value: Buffer.from(text),
});

/** Replays `produced` on lead.scores-2 against a log that holds `log`, up to input offset `end`. */
async function replay(log: readonly CommittedOutput[], produced: readonly string[], end = 1_000): Promise<ComparingOutbox> {
  const rest = [...log];
  const outbox = new ComparingOutbox(targets, async (topic) => (topic === "lead.scores" ? (rest.shift() ?? null) : null));
  const lane = outbox.lane("lead.scores", 2);
  for (const text of produced) lane.append(0, "lead-1", Buffer.from(text), 0, text.length);
  await outbox.finish(end);
  return outbox;
}

describe("a replay beside the log", () => {
  it("the same records in the same order differ nowhere", async () => {
    const outbox = await replay([committed(0, "a"), committed(3, "b")], ["a", "b"]);
    expect(outbox.differences).toEqual([]);
    expect(outbox.compared).toBe(2);
  });

  it("one changed byte is found, once, with its place", async () => {
    const outbox = await replay([committed(0, "a"), committed(3, "x"), committed(4, "y")], ["a", "b", "c"]);
    expect(outbox.differences).toEqual([{ target: "lead.scores-2", kind: "differs", index: 1, offset: 3, cause: 103 }]);
  });

  it("another key is a difference even where the bytes agree", async () => {
    expect((await replay([committed(0, "a", "lead-2")], ["a"])).differences[0]?.kind).toBe("differs");
  });

  it("a record that the log lost is found (torn output)", async () => {
    expect((await replay([committed(0, "a")], ["a", "b"])).differences).toEqual([
      { target: "lead.scores-2", kind: "missing", index: 1, offset: null, cause: null },
    ]);
  });

  it("a record that stands in the log twice is found", async () => {
    expect((await replay([committed(0, "a"), committed(1, "a")], ["a"])).differences).toEqual([
      { target: "lead.scores-2", kind: "extra", index: 1, offset: 1, cause: 101 },
    ]);
  });

  it("what was caused behind the replayed end is not held against the log", async () => {
    expect((await replay([committed(0, "a"), committed(1, "later")], ["a"], 101)).differences).toEqual([]);
  });

  it("the digest tells other outputs apart, and only them", async () => {
    const digest = async (...produced: string[]): Promise<string> => (await replay([], produced)).digest();
    expect(await digest("a", "b")).toBe(await digest("a", "b"));
    expect(await digest("ab")).not.toBe(await digest("a", "b"));
  });
});

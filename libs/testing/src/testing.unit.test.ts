import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { AvroReader, AvroWriter, codecs, type RecordName } from "@leadstream/schemas";
import * as testing from "./index.ts";
import { eventually, seededRandom, temporaryFolder } from "./index.ts";

describe("eventually", () => {
  it("returns what the condition gives as soon as it gives something", async () => {
    let calls = 0;
    const value = await eventually(() => (++calls < 3 ? null : calls), { what: "the third call", everyMs: 1 });
    expect(value).toBe(3);
  });

  it("takes an exception as not yet, 0 and the empty text as there", async () => {
    let calls = 0;
    const condition = (): number => {
      if (++calls < 2) throw new Error("not yet");
      return 0;
    };
    expect(await eventually(condition, { what: "zero", everyMs: 1 })).toBe(0);
    expect(await eventually(() => "", { what: "text" })).toBe("");
  });

  it("fails at its limit with what was waited for and the last fault", async () => {
    const fault = new Error("broken");
    const waiting = eventually(() => Promise.reject(fault), { what: "the broker", timeoutMs: 5, everyMs: 1 });
    await expect(waiting).rejects.toMatchObject({ message: "waited 5 ms in vain for the broker: Error: broken", cause: fault });
  });
});

describe("seededRandom", () => {
  it("repeats one seed and differs for others", () => {
    const draw = (seed: number): number[] => {
      const random = seededRandom(seed);
      return Array.from({ length: 20 }, () => random.next());
    };
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });

  it("spreads whole numbers evenly over the range, ends included", () => {
    const random = seededRandom(7);
    const counts = new Map<number, number>();
    for (let draw = 0; draw < 50_000; draw++) {
      const value = random.integer(-2, 2);
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    expect([...counts.keys()].sort((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2]);
    for (const count of counts.values()) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });

  it("shuffles without loss, and a fork does not disturb its parent", () => {
    const items = Array.from({ length: 50 }, (_, index) => index);
    const random = seededRandom(3);
    expect([...random.shuffle(items)].sort((a, b) => a - b)).toEqual(items);
    const [one, other] = [seededRandom(5), seededRandom(5)];
    const fork = one.fork();
    other.fork();
    fork.next();
    expect(one.next()).toBe(other.next());
    expect(() => random.pick([])).toThrow(RangeError);
  });
});

describe("temporaryFolder", () => {
  it("is removed with its content", () => {
    const folder = temporaryFolder("x");
    writeFileSync(join(folder.path, "file"), "text");
    folder.remove();
    expect(existsSync(folder.path)).toBe(false);
  });
});

describe("builders", () => {
  it.each(Object.keys(codecs) as RecordName[])("give a valid %s", (name) => {
    const builders = testing as unknown as Record<string, (change?: object) => object>;
    const build = builders[`a${name}`] ?? builders[`an${name}`];
    const value = build!() as never;
    const writer = new AvroWriter();
    codecs[name].write(writer, value);
    const bytes = writer.slice();
    const reader = new AvroReader(bytes);
    expect(codecs[name].read(reader)).toEqual(value);
    reader.finish();
  });
});

import { describe, expect, it } from "@jest/globals";
import { partitionOf, partitionOfWindow, partitionsOfSameNumber } from "./index.ts";

describe("partitionOf", () => {
  // Values of org.apache.kafka.common.utils.Utils.murmur2, as the Java client's own tests state them.
  it.each([
    ["21", -973932308],
    ["foobar", -790332482],
    ["a-little-bit-long-string", -985981536],
    ["a-little-bit-longer-string", -1486304829],
    ["lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971],
  ])("agrees with the Java client for %s", (key, hash) => {
    expect(partitionOf(key, 1000)).toBe((hash & 0x7fffffff) % 1000);
  });
});

describe("partitionsOfSameNumber", () => {
  it.each([
    [4, 4, [[0], [1], [2], [3]]],
    [
      2,
      5,
      [
        [0, 2, 4],
        [1, 3],
      ],
    ],
    [3, 2, [[0], [1], []]],
  ])("%i partitions are heard in %i others, each of them by one", (own, others, targets) => {
    expect(Array.from({ length: own }, (_, partition) => partitionsOfSameNumber(partition, own, others))).toEqual(targets);
  });
});

describe("partitionOfWindow", () => {
  it("gives what partitionOf gives for the same bytes, wherever they lie", () => {
    for (const key of ["", "a", "ab", "abc", "lead-1", "线索", "k".repeat(100)]) {
      const bytes = Buffer.from(`<<${key}>`);
      expect(partitionOfWindow(bytes, 2, bytes.length - 1, 997)).toBe(partitionOf(key, 997));
    }
  });
});

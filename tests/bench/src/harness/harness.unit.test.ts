import { describe, expect, it } from "@jest/globals";
import { BenchError } from "./bench-error.ts";
import { foreignShare } from "./foreign-load.ts";
import { withOverrides } from "./parameters.ts";
import { until } from "./poll.ts";
import { anonymousBytesOf, cpuMicrosOf, machineBusyMicros, treeCpuMicros } from "./process-usage.ts";
import { renderTable } from "./report.ts";
import { median, percentile, rounded, spread } from "./statistics.ts";

describe("statistics", () => {
  it("the median of an even number of values lies between the two middle ones", () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([9, 1, 5, 7])).toBe(6);
    expect(() => median([])).toThrow(RangeError);
  });

  it("spread is the range by the median", () => {
    expect(spread([90, 100, 120])).toBeCloseTo(0.3);
  });

  it("percentiles are values that occurred", () => {
    const sorted = Array.from({ length: 100 }, (_, index) => index + 1);
    expect(percentile(sorted, 0.5)).toBe(50);
    expect(percentile(sorted, 0.99)).toBe(99);
    expect(percentile(sorted, 1)).toBe(100);
    expect(percentile([7], 0.01)).toBe(7);
  });

  it("numbers are cut to what was measured", () => {
    expect(rounded(123_456.7)).toBe(123_500);
    expect(rounded(0.012345, 2)).toBe(0.012);
  });
});

describe("parameters", () => {
  const defaults = { events: 10, keys: "uniform", crash: true };

  it("overrides keep the type of the default", () => {
    expect(withOverrides(defaults, { events: "20", crash: "false" })).toEqual({ events: 20, keys: "uniform", crash: false });
  });

  it("every fault is named at once", () => {
    expect(() => withOverrides(defaults, { event: "1", events: "many", crash: "maybe" })).toThrow(
      "event is not one of events, keys, crash; events=many is not a number from 0 on; crash=maybe is neither true nor false",
    );
  });
});

describe("what the system says", () => {
  it("CPU time of this process grows with work, and the tree and the machine hold it", () => {
    const [tree, machine, own] = [treeCpuMicros(process.pid), machineBusyMicros(), cpuMicrosOf(process.pid)];
    const end = performance.now() + 20_000;
    while (cpuMicrosOf(process.pid) - own < 100_000 && performance.now() < end);
    const spent = cpuMicrosOf(process.pid) - own;
    expect(spent).toBeGreaterThan(0);
    expect(treeCpuMicros(process.pid) - tree).toBeGreaterThanOrEqual(spent);
    // The two counters are sampled by the kernel at different instants.
    expect(machineBusyMicros() - machine).toBeGreaterThan(spent / 2);
  });

  it("anonymous memory grows by what is allocated", () => {
    const before = anonymousBytesOf(process.pid);
    const held = Buffer.alloc(64 << 20, 1);
    expect(anonymousBytesOf(process.pid) - before).toBeGreaterThan(held.length * 0.9);
  });

  it("foreign is what is busy and not our own, as a share of all cores", () => {
    expect(foreignShare(500_000, 400_000, 1_000, 2)).toBeCloseTo(0.05);
    // The kernel's counters move in steps of their own.
    expect(foreignShare(400_000, 410_000, 1_000, 2)).toBe(0);
  });
});

describe("until", () => {
  it("gives what was found, or says what did not come", async () => {
    let looks = 0;
    expect(await until("a third look", 1_000, 1, async () => (++looks === 3 ? looks : null))).toBe(3);
    await expect(until("what never comes", 5, 1, async () => null)).rejects.toThrow(BenchError);
  });
});

describe("table", () => {
  it("aligns names to the left and numbers to the right", () => {
    const table = renderTable([
      { title: "side", cells: ["a", "longer"] },
      { title: "events/s", cells: ["1", "20"] },
    ]);
    expect(table.split("\n")).toEqual(["side    events/s", "------  --------", "a              1", "longer        20"]);
  });
});

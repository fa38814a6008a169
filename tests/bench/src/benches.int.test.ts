/** Small runs, so that the benches cannot rot: they assert that the outputs are right, never how long they took. */
import { describe, expect, it } from "@jest/globals";
import type { BenchResult } from "../index.ts";
import { runBench } from "../index.ts";

const LIMIT_MS = 300_000;

async function small(name: string, parameters: Readonly<Record<string, string>> = {}): Promise<BenchResult> {
  const lines: string[] = [];
  const result = await runBench(name, { size: "small", parameters, log: (line) => lines.push(line) });
  for (const { title } of result.table) expect(lines.join("\n")).toContain(title);
  for (const [key, ratio] of Object.entries(result.ratios)) {
    expect(key).toMatch(/^ratio/);
    expect(typeof ratio).toBe("number");
  }
  return result;
}

describe("benches in small", () => {
  it(
    "scoring: both sides write equal records, also after the loss of process and disk",
    async () => {
      const { parameters, samples } = await small("scoring", { events: "8000", warmUp: "4000", sessionTimeoutMs: "6000" });
      // One score for every touch of either side; nothing lost or repeated through the crash.
      expect(parameters.scoresCompared).toBe(12_000);
      expect(parameters.signalsCompared).toBeGreaterThan(1_000);
      const crashes = samples.filter(({ kind }) => kind === "crash");
      expect(crashes).toHaveLength(2);
      for (const { committedAtKill } of crashes) expect(committedAtKill).toBeLessThanOrEqual(12_000);
    },
    LIMIT_MS,
  );

  it(
    "latency: every touch that was sent is answered once",
    async () => {
      const { samples } = await small("latency", { eventsPerSecond: "300", warmUpSeconds: "1", seconds: "2" });
      for (const { events } of samples) expect(events).toBe(600);
      expect(samples).toHaveLength(2);
    },
    LIMIT_MS,
  );

  it("codecs: both sides write the same bytes", async () => {
    const { samples } = await small("codecs", { records: "100", rounds: "2" });
    expect(new Set(samples.map(({ work }) => work)).size).toBe(6);
  });

  it("fold: every layer is timed", async () => {
    const { samples } = await small("fold", { events: "5000", leads: "500" });
    expect(samples).toHaveLength(5);
  });
});

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

  it("timers: as many clocks ring as are due, however many run", async () => {
    const { samples } = await small("timers", { events: "1000", storeEvery: "500", sizes: "700,1400" });
    // Each pass fires one clock per 50 events; another number fails the bench itself.
    expect(samples.map(({ timersFired }) => timersFired)).toEqual([20, 20, 20, 20]);
    expect(samples.map(({ openLeads }) => openLeads)).toEqual([700, 1_400, 700, 1_400]);
    await expect(small("timers", { sizes: "10" })).rejects.toThrow("10 leads are fewer than the");
  });

  it("many-leads: each number of leads with each choice of them", async () => {
    const { samples, ratios } = await small("many-leads", { events: "1000", sizes: "500,1000" });
    expect(samples.map(({ side }) => side)).toEqual(["zipf 500", "zipf 1000", "uniform 500", "uniform 1000"]);
    expect(Object.keys(ratios)).toContain("ratioSpeed zipf 1000 to 500");
    await expect(small("many-leads", { keys: "odd" })).rejects.toThrow("keys: odd is not one of zipf, uniform");
  });

  it("open-cases: a new process goes on where the store stands", async () => {
    const { samples } = await small("open-cases", { sizes: "100,200" });
    expect(samples.map(({ cases, cold }) => [cases, cold])).toEqual([
      [100, false],
      [100, true],
      [200, false],
      [200, true],
    ]);
  });

  it("routing: every lead gets an owner", async () => {
    const { parameters, samples } = await small("routing");
    expect(parameters.held).toBe(500);
    expect(samples.map(({ side }) => side)).toEqual(["routing decision", "JSON.parse of its signal"]);
  });

  it("decide, backtest, rescoring: the scorer does its work in each", async () => {
    const decide = await small("decide");
    expect(decide.samples).toHaveLength(2);
    expect(decide.parameters.stateBytesMedian).toBeGreaterThan(50);
    const backtest = await small("backtest");
    expect(backtest.samples).toHaveLength(3);
    // Outcomes of sellers were found and judged.
    expect(backtest.parameters.judged).toBeGreaterThan(20);
    const rescoring = await small("rescoring");
    expect(rescoring.parameters.stored).toBe(500);
  });

  it(
    "collector: every event that was answered with 202 is on the log, once",
    async () => {
      const { samples } = await small("collector", {
        warmUpMs: "100",
        measureMs: "300",
        batch: "20",
        works: "touches,captures-batch,mixed-batch",
      });
      expect(samples.map(({ side, work }) => `${side} ${work}`)).toEqual([
        "leadstream single touches",
        "bare fastify single touches",
        "leadstream captures by 20",
        "bare fastify captures by 20",
        "leadstream mixed by 20",
        "bare fastify mixed by 20",
      ]);
      // The bench itself compares the answers with the offsets of the log.
      for (const { acceptedEvents } of samples) expect(acceptedEvents).toBeGreaterThan(0);
    },
    LIMIT_MS,
  );

  it(
    "funnel: the shipped view and a full scan count the same",
    async () => {
      const { parameters, samples } = await small("funnel", { leads: "10000", insertRows: "10000", merged: "true" });
      expect(parameters.scoreRows).toBe(30_000);
      expect(parameters.stateRows).toBe(10_000);
      expect(samples).toHaveLength(2);
    },
    LIMIT_MS,
  );

  it(
    "restart: both sides go on where they were killed, and write equal records",
    async () => {
      const { parameters, samples } = await small("restart", { leads: "1000", tail: "200", kinds: "atOnce" });
      expect(samples.map(({ kind }) => kind)).toEqual(["atOnce", "atOnce"]);
      // Every touch of before, between and after the kills has one score on either side.
      expect(parameters.scoresCompared).toBe(1_000 + 2 * (200 + 64));
    },
    LIMIT_MS,
  );

  it(
    "sink: the running sink and the raw insert leave the same rows",
    async () => {
      const { parameters, samples } = await small("sink", { touches: "4000", warmUp: "1000", blockRows: "2000" });
      // The bench compares both tables; here that they hold every touch, and every record beside the four models.
      expect(parameters.rowsCompared).toBe(5_000 + 5_004);
      expect(samples.map(({ side }) => side)).toEqual(["leadstream sink", "raw insert"]);
    },
    LIMIT_MS,
  );
});

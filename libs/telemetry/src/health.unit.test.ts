import { describe, expect, it } from "@jest/globals";
import { createHealth } from "./health.ts";

const given = () => {
  const time = { ms: 0 };
  return { time, health: createHealth({ progressLimitMs: 100, monotonicMs: () => time.ms }) };
};

describe("health by progress", () => {
  it("is healthy without work, however long", () => {
    const { time, health } = given();
    health.progress("scoring-0");
    time.ms = 1e9;
    expect(health.report()).toEqual({ healthy: true, reasons: [] });
  });

  it("is unhealthy when work in flight passes the limit, and says which unit", () => {
    const { time, health } = given();
    health.workStarted("scoring-0");
    health.workStarted("scoring-1");
    time.ms = 100;
    health.progress("scoring-1");
    expect(health.report().healthy).toBe(true);
    time.ms = 101;
    expect(health.report()).toEqual({
      healthy: false,
      reasons: ["scoring-0 has had work in flight for 101 ms without progress (limit 100 ms)"],
    });
  });

  it("counts from the first work since the last progress: more work does not hide a stuck unit", () => {
    const { time, health } = given();
    health.workStarted("sink");
    time.ms = 90;
    health.workStarted("sink");
    time.ms = 120;
    expect(health.report().healthy).toBe(false);
    health.progress("sink");
    expect(health.report().healthy).toBe(true);
  });

  it("keeps a failure until the unit is removed", () => {
    const { health } = given();
    health.fail("router-2", "SEQUENCE_GAP");
    health.progress("router-2");
    expect(health.report().reasons).toEqual(["router-2 failed: SEQUENCE_GAP"]);
    health.remove("router-2");
    expect(health.report().healthy).toBe(true);
  });
});

import { beforeEach, describe, expect, it } from "@jest/globals";
import type { ShadowScore } from "@leadstream/schemas";
import { DAY_MS, Scoring } from "../tests/scoring-trial.ts";

const second = 1_000;
const model = (points: number, every = 1): string =>
  JSON.stringify({
    name: "m",
    version: 1,
    bands: [
      { name: "pool", from: 0 },
      { name: "sql", from: 80 },
    ],
    behaviour: [
      { id: "demo-request", points, touch: "demo-request", decay: { halfLife: "30d" }, ...(every > 1 ? { count: { every } } : {}) },
      { id: "visit", points: 1, touch: "visit" },
    ],
  });
const [former, latter] = [model(50), model(90)];

describe("a model in the shadow", () => {
  let scoring: Scoring;
  beforeEach(() => {
    scoring = new Scoring();
    scoring.publish(1, former);
  });

  const differences = (): ShadowScore[] => scoring.records("lead.shadow-scores", "ShadowScore");
  const said = (): string[] =>
    differences().map(
      (one) => `${one.leadId} ${one.cause}: ${one.band} ${one.score / 1_000} / ${one.shadowBand} ${one.shadowScore / 1_000}`,
    );

  it("has no effect, and tells each difference from its publication on with the lead's past taken at its prices", () => {
    scoring.touch("a", "demo-request");
    const before = scoring.outputs().length;
    scoring.publish(2, latter, { role: "shadow" });
    expect(said()).toEqual([]);
    scoring.touch("a", "visit");
    scoring.touch("b", "visit");
    scoring.touch("b", "demo-request");
    expect(said().sort()).toEqual(["a touch: pool 51 / sql 91", "b touch: pool 51 / sql 91"]);
    expect(differences()[0]).toMatchObject({ model: "model", modelVersion: 1, shadowModel: "model", shadowVersion: 2 });
    // Three touches and their "active" signals: the live fold tells nothing more.
    expect(scoring.outputs().length - before).toBeLessThanOrEqual(6);
    expect(scoring.records("lead.scores", "Score").every(({ modelVersion }) => modelVersion === 1)).toBe(true);
  });

  it("walks over the leads that do not act, at the asked rate, and compares at the instant of their last record", () => {
    for (const lead of ["a", "b", "c", "d"]) scoring.touch(lead, "demo-request");
    scoring.wait(DAY_MS);
    scoring.publish(2, latter, { role: "shadow", rescorePerSecond: 1 });
    scoring.wait(second);
    scoring.wait(second);
    scoring.wait(second);
    scoring.wait(second);
    expect(said().sort()).toEqual(["a", "b", "c", "d"].map((lead) => `${lead} model: pool 50 / sql 90`));
  });

  it("whose model is the one in effect never differs, whatever time, timers and a rescoring do", () => {
    scoring.publish(2, latter);
    scoring.publish(3, latter, { role: "shadow", rescorePerSecond: 100 });
    for (let count = 0; count < 40; count++) {
      scoring.touch(`lead-${count % 7}`, count % 3 === 0 ? "demo-request" : "visit");
      scoring.wait(count * 3_600_000);
    }
    scoring.wait(90 * DAY_MS);
    expect(scoring.records("lead.scores", "Score").some(({ cause }) => cause === "timer")).toBe(true);
    expect(said()).toEqual([]);
  });

  it("says once when the two agree again, and ends with a model for every lead", () => {
    scoring.publish(2, model(50, 2), { role: "shadow" });
    scoring.touch("a", "demo-request");
    scoring.touch("a", "visit");
    scoring.wait(800 * DAY_MS);
    scoring.touch("a", "visit");
    scoring.touch("a", "visit");
    expect(said()).toEqual(["a touch: pool 50 / pool 0", "a touch: pool 51 / pool 1", "a touch: pool 2 / pool 2"]);
    scoring.publish(3, latter);
    scoring.touch("a", "demo-request");
    expect(said()).toHaveLength(3);
  });

  it("follows the pilot: the model that it is held against is the lead's own", () => {
    scoring.publish(2, latter, { role: "challenger" });
    scoring.publish(3, former, { role: "shadow" });
    scoring.touch("a", "demo-request");
    expect(differences()).toMatchObject([{ modelVersion: 2, score: 90_000, shadowVersion: 3, shadowScore: 50_000 }]);
  });

  it("keeps its place: the same records give the same differences however often it loses its memory", async () => {
    scoring.touch("a", "demo-request");
    scoring.publish(2, latter, { role: "shadow", rescorePerSecond: 10 });
    for (let count = 0; count < 30; count++) {
      scoring.touch(`lead-${count % 5}`, "demo-request");
      scoring.wait(DAY_MS);
    }
    expect(said().length).toBeGreaterThan(10);
    for (const step of [1, 3, 7]) expect(await scoring.resumed(step)).toEqual(scoring.outputs());
  });

  it("passes over what the live fold sets aside", () => {
    scoring.publish(2, "{}", { role: "shadow" });
    expect(scoring.records("lead.dead-letters", "DeadLetter")).toHaveLength(2);
  });
});

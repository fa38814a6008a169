import { beforeEach, describe, expect, it } from "@jest/globals";
import { explain } from "@leadstream/domain-scoring";
import { DAY_MS, preset, Scoring } from "../tests/scoring-trial.ts";

const second = 1_000;
/** One touch of kind `demo-request` is worth the given points; 80 is sql. */
const model = (points: number): string =>
  JSON.stringify({
    name: "m",
    version: 1,
    bands: [
      { name: "pool", from: 0 },
      { name: "sql", from: 80 },
    ],
    behaviour: [{ id: "demo-request", points, touch: "demo-request", decay: { halfLife: "30d" } }],
  });
const [former, latter] = [model(50), model(90)];
const leads = Array.from({ length: 200 }, (_, index) => `lead-${index}`);

describe("versions of a model", () => {
  let scoring: Scoring;
  beforeEach(() => {
    scoring = new Scoring();
    scoring.publish(1, former);
  });

  const versionOf = (leadId: string): number | undefined => scoring.state(leadId)?.modelVersion;
  const touchAll = (): void => leads.forEach((leadId) => void scoring.touch(leadId, "demo-request"));
  const under = (version: number): string[] => leads.filter((leadId) => versionOf(leadId) === version);
  const explained = (): boolean =>
    leads.every((leadId) => {
      const scores = scoring.records("lead.scores", "Score").filter((score) => score.leadId === leadId);
      return explain(scores).complete && explain(scores).score === scoring.state(leadId)?.score;
    });

  it("a changed model, a pilot on half of the leads, promoted, rolled back: every score names its model, every lead is explained, a replay is the same", () => {
    touchAll();
    expect(under(1)).toHaveLength(leads.length);
    scoring.publish(2, latter, { role: "challenger", percent: 50 });
    touchAll();
    const tried = under(2);
    expect(tried.length).toBeGreaterThan(70);
    expect(tried.length).toBeLessThan(130);
    expect(under(1)).toHaveLength(leads.length - tried.length);
    scoring.wait(DAY_MS);
    touchAll();
    expect(under(2)).toEqual(tried);
    scoring.publish(3, latter);
    touchAll();
    expect(under(3)).toHaveLength(leads.length);
    scoring.publish(4, former);
    touchAll();
    expect(under(4)).toHaveLength(leads.length);
    for (const { model: name, modelVersion, leadId } of scoring.records("lead.scores", "Score")) {
      expect(name).toBe("model");
      expect(modelVersion === 2 ? tried.includes(leadId) : true).toBe(true);
    }
    expect(explained()).toBe(true);
    expect(scoring.replayed()).toEqual(scoring.outputs());
  });

  it("a greater share of the same model's pilot keeps the leads of the smaller one; a pilot of another name takes others", () => {
    scoring.publish(2, latter, { role: "challenger", percent: 10 });
    touchAll();
    const few = under(2);
    scoring.publish(3, latter, { role: "challenger", percent: 40 });
    touchAll();
    const many = under(3);
    expect(few.length).toBeGreaterThan(5);
    expect(many.length).toBeGreaterThan(few.length);
    expect(few.filter((leadId) => !many.includes(leadId))).toEqual([]);
    scoring.publish(4, latter, { role: "challenger", percent: 40 }, "another");
    touchAll();
    expect(under(4)).not.toEqual(many);
  });

  it("a pilot on a region takes a lead with the very capture that tells its region, and gives it back when the region changes", () => {
    scoring.publish(2, latter, { role: "challenger", where: '{"region":["emea"]}' });
    scoring.capture("east", { region: "apac" });
    scoring.capture("west", { region: "emea" });
    expect([versionOf("east"), versionOf("west")]).toEqual([1, 2]);
    scoring.wait(second);
    scoring.capture("west", { region: "apac" });
    expect(versionOf("west")).toBe(1);
  });

  it("a lower version, a shadow and a pilot whose terms are wrong change nothing", () => {
    scoring.publish(5, latter, { role: "shadow" });
    scoring.publish(1, latter, { role: "challenger" });
    scoring.publish(6, latter, { role: "challenger", percent: 0 });
    scoring.publish(7, latter, { role: "challenger", where: '{"shoeSize":44}' });
    touchAll();
    expect(under(1)).toHaveLength(leads.length);
    expect(scoring.records("lead.dead-letters", "DeadLetter").map(({ code }) => code)).toEqual(Array(4).fill("INVALID_MODEL"));
  });

  it("a roll back counts recent touches again for which the model in between had no rule", () => {
    scoring.touch("lead-1", "demo-request");
    scoring.publish(2, preset("seed-003"), { rescorePerSecond: 100 });
    scoring.wait(second);
    expect(scoring.state("lead-1")).toMatchObject({ modelVersion: 2, score: 0 });
    scoring.touch("lead-1", "page-view");
    scoring.publish(3, former, { rescorePerSecond: 100 });
    scoring.wait(second);
    // Less what two seconds of a half-life of thirty days take.
    expect(scoring.state("lead-1")).toMatchObject({ modelVersion: 3, score: 49_999 });
    expect(explain(scoring.records("lead.scores", "Score"))).toMatchObject({ complete: true, score: 49_999 });
  });

  it("a silent lead of a pilot fades under its model, by timer", () => {
    scoring.publish(2, latter, { role: "challenger" });
    scoring.touch("lead-1", "demo-request");
    scoring.wait(10 * DAY_MS);
    const last = scoring.records("lead.scores", "Score").at(-1);
    expect([last?.cause, last?.modelVersion, last?.band]).toEqual(["timer", 2, "pool"]);
  });

  describe("rescoring of all leads", () => {
    const walked = (): number => scoring.records("lead.scores", "Score").filter(({ cause }) => cause === "model").length;

    it("comes with ticks, at the asked rate, says what changed, and ends", () => {
      touchAll();
      scoring.publish(2, latter, { rescorePerSecond: 30 });
      expect(walked()).toBe(0);
      scoring.wait(second);
      expect(walked()).toBe(60);
      for (let waited = 0; waited < 10; waited++) scoring.wait(second);
      expect(walked()).toBe(leads.length);
      expect(under(2)).toHaveLength(leads.length);
      expect(scoring.told.filter((what) => what === "up to sql")).toHaveLength(leads.length);
      expect(explained()).toBe(true);
      expect(scoring.replayed()).toEqual(scoring.outputs());
    });

    it("lets live events through: a lead that acts is rescored right before, however far the walk is", () => {
      touchAll();
      scoring.publish(2, latter, { rescorePerSecond: 1 });
      scoring.touch("lead-199", "demo-request");
      const causes = scoring.records("lead.scores", "Score").filter(({ leadId }) => leadId === "lead-199");
      expect(causes.map(({ cause, score }) => [cause, score])).toEqual([
        ["touch", 50_000],
        ["model", 90_000],
        ["touch", 100_000],
      ]);
    });

    it("of a pilot touches the pilot's leads only, and the end of it brings them back", () => {
      touchAll();
      scoring.publish(2, latter, { role: "challenger", percent: 30, rescorePerSecond: 1_000 });
      scoring.wait(second);
      const tried = under(2);
      expect(walked()).toBe(tried.length);
      scoring.publish(3, former, { rescorePerSecond: 1_000 });
      scoring.wait(second);
      expect(under(3)).toHaveLength(leads.length);
      expect(leads.map((leadId) => scoring.state(leadId)?.band)).toEqual(leads.map(() => "pool"));
    });

    it("goes on where it was when memory is lost, with live events in between", async () => {
      touchAll();
      scoring.publish(2, latter, { role: "challenger", percent: 60, rescorePerSecond: 20 });
      for (let count = 0; count < 25; count++) {
        scoring.wait(second / 4);
        scoring.touch(`lead-${(count * 37) % 200}`, "demo-request");
        scoring.touch(`new-${count}`, "demo-request");
      }
      expect(walked()).toBeGreaterThan(50);
      expect(explained()).toBe(true);
      for (const step of [1, 2, 5, 11]) expect(await scoring.resumed(step)).toEqual(scoring.outputs());
    });

    it("is ended by a publication that asks for none", () => {
      touchAll();
      scoring.publish(2, latter, { rescorePerSecond: 10 });
      scoring.wait(second);
      scoring.publish(3, former);
      scoring.wait(30 * second);
      expect(under(3)).toEqual([]);
      expect(under(2)).toHaveLength(20);
    });

    it("leaves imported history at its own time and tells the router that nobody acted", () => {
      scoring.publish(2, preset("default"));
      scoring.capture("old", { titleClass: "founder" }, true);
      const before = scoring.state("old")!.at;
      scoring.publish(3, latter, { rescorePerSecond: 10 });
      scoring.wait(DAY_MS);
      expect(scoring.state("old")).toMatchObject({ at: before, modelVersion: 3 });
      expect(scoring.records("lead.scores", "Score").at(-1)).toMatchObject({ cause: "model", imported: true });
    });
  });
});

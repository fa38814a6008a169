import { describe, expect, it } from "@jest/globals";
import { checkModel, compileModel } from "@leadstream/domain-scoring";
import { aProfile, seededRandom } from "@leadstream/testing";
import {
  backtestReport,
  fitFirst,
  inOrder,
  learn,
  type ReplayOptions,
  replayLead,
  type Sample,
  sampleOf,
  usualLearning,
  usualOutcomes,
  usualPlan,
} from "../src/index.ts";
import { capture, history, modelDocument, randomLead, scorerOf, status, touch } from "./histories.ts";

const options: ReplayOptions = {
  decide: { at: "after-capture", ms: 6 * 86_400_000 },
  outcomes: usualOutcomes,
  from: 0,
  to: Number.MAX_SAFE_INTEGER,
};
const random = seededRandom(21);
const leads = Array.from({ length: 3_000 }, (_, index) => randomLead(random, `lead-${index}`, index / 20, index % 2 === 0));
const base = modelDocument({ temperature: { hotTouches: ["demo-request"], bands: { pool: "cold", mql: "warm", sql: "hot" } } });
const handSet = scorerOf(base);
const samplesOf = (histories: typeof leads): Sample[] =>
  histories.map((lead) => sampleOf(replayLead(handSet, lead, options)!)).filter((sample) => sample !== null);
const samples = samplesOf(leads);
const learned = learn(samples, { ...usualLearning, base });

describe("a learned model", () => {
  const scorer = scorerOf(learned.document);

  it("is a model like any other: every lead gets from the scorer exactly the points that its buckets learned", () => {
    expect(checkModel(JSON.parse(JSON.stringify(learned.document)))).toHaveProperty("model");
    const { set } = fitFirst(inOrder(samples), samples.length, learned.recipe, usualPlan);
    const points = new Map(learned.rules.map((rule) => [rule.label, rule.points]));
    const base = learned.model.rules.find(({ id }) => id === "base")!.points;
    const reached = new Set<number>();
    for (const lead of leads) {
      const { lead: replayed, snapshot } = replayLead(scorer, lead, options)!;
      const active: number[] = [];
      set.encode(snapshot, active);
      const sum = active.reduce((total, column) => total + (points.get(set.columns[column]!.label) ?? 0), base);
      expect(replayed.score).toBe(Math.max(0, Math.min(100_000, sum)));
      for (const column of active) reached.add(column);
    }
    // Buckets of every kind took part.
    expect(reached.size).toBeGreaterThan(30);
    expect(points.size).toBeGreaterThan(30);
  });

  it("ranks later leads better than hand-set points, and finds what mattered", () => {
    expect(learned.ahead.learned).toBeGreaterThan(learned.ahead.handSet!);
    expect(learned.ahead.learned).toBeGreaterThan(0.65);
    const rule = (label: string): number => learned.rules.find((each) => each.label === label)?.points ?? 0;
    expect(rule("industry = manufacturing")).toBeGreaterThan(rule("industry = software"));
    expect(rule("industry = software")).toBeGreaterThan(rule("industry = retail"));
    expect(rule("demo-request")).toBeGreaterThan(0);
    expect(learned.idealCustomer.winning.map(({ label }) => label)).toContain("industry = manufacturing");
    expect(learned.idealCustomer.losing.map(({ label }) => label)).toContain("industry = retail");
    expect(learned.idealCustomer.meanDeal).toBeGreaterThan(0);
  });

  it("says probabilities that come true, and its bands lie where they say", () => {
    const report = backtestReport(
      compileModel(learned.model),
      leads.map((lead) => replayLead(scorer, lead, options)!.lead),
      { sellers: 2, errorRows: 5, wantedPerWeek: 20, wantedPrecision: 0.6 },
    );
    expect(report.ranking.auc).toBeGreaterThan(0.68);
    expect(report.calibration!.meanGap).toBeLessThan(0.08);
    expect(report.forVolume!.perWeek).toBeLessThanOrEqual(20);
    expect(report.forPrecision!.precision).toBeGreaterThanOrEqual(0.6);
    const bounds = learned.model.bands.map(({ from }) => from);
    expect(bounds[0]).toBe(0);
    expect(bounds[1]).toBeLessThan(bounds[2]!);
    expect(report.errors.highButLost.every(({ score }) => score >= bounds[2]!)).toBe(true);
  });

  it("keeps the sections without weights, and leaves out temperatures by band", () => {
    expect(learned.model.temperature.hotTouches).toEqual(["demo-request"]);
    expect(learned.model.temperature.bands).toEqual({});
  });

  it("is the same for the same leads in any order", () => {
    const again = learn(random.shuffle(samples), { ...usualLearning, base });
    expect(again.document).toEqual(learned.document);
  });

  it("reads a bound of behaviour as often as it says", () => {
    const demo = learned.rules.find(({ label }) => label === "page-view 2 times");
    const of = (times: number): number => {
      const events = [capture(0), ...Array.from({ length: times }, (_, index) => touch("page-view", index + 1)), status("won", 30)];
      return replayLead(scorer, history(...events), { ...options, decide: { at: "outcome" } })!.lead.score;
    };
    if (demo === undefined) throw new Error("no rule for the second page view was learned");
    expect(of(2) - of(1)).toBe(demo.points);
    expect(of(4)).toBe(of(3));
  });

  it("refuses to learn from too few outcomes", () => {
    expect(() => learn(samples.slice(0, 20), { ...usualLearning, base })).toThrow(/TOO_FEW_OUTCOMES/);
  });

  it("meets values that it never saw without a fault", () => {
    const strange = aProfile({ industry: "alchemy", companySize: 0, custom: { plan: "", seats: "many", other: "x" } });
    const { lead } = replayLead(scorer, history(capture(0, { profile: strange })), options)!;
    expect(lead.score).toBeGreaterThanOrEqual(0);
  });
});

describe("sellers' feedback", () => {
  const judged = leads.slice(0, 1_500).map((lead, index) => {
    const won = sampleOf(replayLead(handSet, lead, options)!)!.won;
    const quality = won === random.chance(0.85) ? 5 : 1;
    return {
      ...lead,
      events: [...lead.events, status("feedback", index / 20 + 2, { leadId: lead.leadId, quality, imported: index % 2 === 0 })],
    };
  });

  it("adds to what is known, shows in the error lists, and stays out of the written model", () => {
    const withQuality = samplesOf(judged);
    const result = learn(withQuality, { ...usualLearning, base, plan: { ...usualPlan, feedback: true } });
    expect(result.ahead.withFeedback).toBeGreaterThan(result.ahead.learned! + 0.05);
    expect(result.rules.some(({ label }) => label.startsWith("feedback"))).toBe(false);
    const report = backtestReport(
      handSet.model,
      judged.map((lead) => replayLead(handSet, lead, options)!.lead),
      {
        sellers: null,
        errorRows: 20,
        wantedPerWeek: null,
        wantedPrecision: null,
      },
    );
    expect(report.errors.lowButWon.some(({ quality }) => quality === 5)).toBe(true);
    expect(report.volume.sellers).toBe(2);
  });
});

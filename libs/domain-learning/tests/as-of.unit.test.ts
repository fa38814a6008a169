import { describe, expect, it } from "@jest/globals";
import { aProfile, seededRandom } from "@leadstream/testing";
import { AsOf, type DecisionRule, LearningError, outcomeOf, type ReplayOptions, replayLead, usualOutcomes } from "../src/index.ts";
import { at, capture, history, modelDocument, randomLead, scorerOf, status, touch } from "./histories.ts";

const scorer = scorerOf(modelDocument());
const options = (decide: DecisionRule, change: Partial<ReplayOptions> = {}): ReplayOptions => ({
  decide,
  outcomes: usualOutcomes,
  from: 0,
  to: Number.MAX_SAFE_INTEGER,
  ...change,
});
const afterDays = (days: number): DecisionRule => ({ at: "after-capture", ms: days * 86_400_000 });
const replay = (events: Parameters<typeof history>, decide: DecisionRule = afterDays(7)) => {
  const found = replayLead(scorer, history(...events), options(decide));
  if (found === null) throw new Error("the lead has no capture in the range");
  return found;
};

describe("the decision instant", () => {
  it("takes what was known until then and nothing else", () => {
    const { lead, snapshot } = replay([capture(0), touch("page-view", 1), touch("page-view", 7), touch("page-view", 8), status("won", 20)]);
    expect(lead).toMatchObject({ decidedAt: at(7), score: 10_000, outcome: { won: true, at: at(20) } });
    expect(snapshot.touches).toEqual(new Map([["page-view", 2]]));
  });

  it("refuses a planted leak: a touch that happened before the decision but was written after it", () => {
    const leak = touch("demo-request", 2, { profile: aProfile({ industry: "manufacturing" }) }, 9);
    const { lead, snapshot } = replay([capture(0), touch("page-view", 1), leak, status("won", 20)]);
    expect(lead.score).toBe(5_000);
    expect(snapshot.touches.has("demo-request")).toBe(false);
    expect(snapshot.profile.industry).not.toBe("manufacturing");
    const asOf = new AsOf(at(7), null);
    expect(() => asOf.admit(leak)).toThrow(LearningError);
    expect(() => asOf.admit(leak)).toThrow(/^LEAK: a Touch at position \d+ was written after the decision instant/);
  });

  it("refuses the outcome itself, what is written with it and what comes after", () => {
    const before = [capture(0), touch("page-view", 3)];
    const won = status("won", 3, { profile: aProfile({ industry: "manufacturing" }), quality: 5 });
    const after = touch("demo-request", 3);
    const { lead, snapshot } = replay([...before, won, after], { at: "outcome" });
    expect(lead.score).toBe(5_000);
    expect(snapshot.quality).toBeNull();
    const asOf = new AsOf(at(9), outcomeOf([won], usualOutcomes));
    expect(() => asOf.admit(won)).toThrow(/LEAK/);
    expect(() => asOf.admit(after)).toThrow(/LEAK/);
  });

  it("ends at the outcome when that came sooner", () => {
    expect(replay([capture(0), status("lost", 2)]).lead.decidedAt).toBe(at(2));
  });

  it("takes imported history as known when it happened", () => {
    const head = { imported: true };
    const { lead } = replay([
      capture(0, head, 500),
      touch("page-view", 1, head, 500),
      touch("page-view", 8, head, 500),
      status("won", 9, head, 500),
    ]);
    expect(lead).toMatchObject({ decidedAt: at(7), score: 5_000 });
  });

  it("lets points fade until the decision", () => {
    expect(replay([capture(0), touch("demo-request", 0), status("won", 60)], afterDays(30)).lead.score).toBe(20_000);
  });

  it("may be the first crossing of a band", () => {
    const events = [
      capture(0, { profile: aProfile({ industry: "manufacturing" }) }),
      touch("demo-request", 2),
      touch("page-view", 3),
      status("won", 9),
    ];
    const { lead } = replay(events as Parameters<typeof history>, { at: "first-crossing", band: 1 });
    expect(lead).toMatchObject({ decidedAt: at(2), score: 70_000 });
    expect(lead.enteredAt).toEqual([at(0), at(2), -1]);
  });

  it("never depends on anything written later, over 2 000 histories", () => {
    const random = seededRandom(11);
    let planted = 0;
    for (let round = 0; round < 2_000; round++) {
      const lead = randomLead(random, "lead-1", 0, random.chance(0.5));
      const decide = afterDays(random.integer(0, 6));
      const plain = replayLead(scorer, lead, options(decide))!;
      const later = Array.from({ length: random.integer(1, 4) }, () =>
        touch(
          random.pick(["demo-request", "page-view"]),
          random.integer(0, 7),
          { profile: aProfile({ industry: "energy", tags: ["late"] }) },
          7.5,
        ),
      );
      planted += later.length;
      const leaky = replayLead(scorer, { ...lead, events: random.shuffle([...lead.events, ...later]) }, options(decide))!;
      expect(leaky.snapshot).toEqual(plain.snapshot);
      expect(leaky.lead.score).toBe(plain.lead.score);
    }
    expect(planted).toBeGreaterThan(2_000);
  });
});

describe("the outcome", () => {
  const outcome = (...events: Parameters<typeof outcomeOf>[0]) => outcomeOf(events, usualOutcomes);

  it("is the first sale, whatever was lost before", () => {
    expect(outcome(status("lost", 1), status("reopened", 2), status("won", 3, { amount: 700 }), status("won", 9))).toMatchObject({
      won: true,
      at: at(3),
      amount: 700,
    });
  });

  it("is open again after a lost lead was reopened", () => {
    expect(outcome(status("lost", 1), status("reopened", 2))).toBeNull();
  });

  it("may count other statuses as lost, and sellers' judgements where nothing else is known", () => {
    const rules = { lost: ["lost", "returned"] as const, judgedByFeedback: true };
    expect(outcomeOf([status("returned", 1, { reason: "too-early" })], rules)).toMatchObject({ won: false, reason: "too-early" });
    expect(outcomeOf([status("feedback", 1, { quality: 5 })], rules)).toMatchObject({ won: true });
    expect(outcomeOf([status("feedback", 1, { quality: 5 }), status("feedback", 2, { quality: 3 })], rules)).toBeNull();
    expect(outcome(status("feedback", 1, { quality: 5 }))).toBeNull();
  });
});

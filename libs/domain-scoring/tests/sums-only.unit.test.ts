import { describe, expect, it } from "@jest/globals";
import { type LeadState, Scorer } from "../src/index.ts";
import { compiled } from "./documents.ts";
import { START, touch } from "./events.ts";
import { bytesOf } from "./histories.ts";
import { Random } from "./random.ts";
import { harshModel } from "./test-models.ts";

const kinds = ["home-view", "page-view", "white-paper", "download", "webinar", "pricing-view", "demo-request", "unsubscribe", "nonsense"];
const model = compiled({ ...harshModel, late: { ...harshModel.late, touches: 0 } });

describe("a model that keeps no award one by one (late.touches: 0)", () => {
  it("ends in the same bytes whether the sums come from the decision's own sheet or are made anew, and rows sum to the score", () => {
    let entered = 0;
    for (let seed = 1; seed <= 300; seed++) {
      const random = new Random(seed);
      const direct = new Scorer(model);
      const disturbed = new Scorer(model);
      let one: LeadState | null = null;
      let other: LeadState | null = null;
      let now = START;
      let sum = 0;
      for (let count = 0; count < 40; count++) {
        now += random.below(3 * 86_400_000);
        const event = touch(random.pick(kinds), now - (random.chance(0.3) ? random.below(10 * 86_400_000) : 0), { dwellMs: 200_000 });
        const decision = direct.decide(one, event, now);
        for (const { points } of decision.output!.rows) sum += points;
        one = direct.evolve(one, decision);
        const again = structuredClone(disturbed.decide(other, event, now));
        disturbed.decide(null, touch("webinar", now), now);
        other = disturbed.evolve(other, again);
        expect(again.output).toEqual(decision.output);
        expect(bytesOf(other).equals(bytesOf(one))).toBe(true);
        expect(sum).toBe(one.score);
        expect(one.entryRules).toEqual([]);
        entered += decision.facts.awards.length;
      }
    }
    expect(entered).toBeGreaterThan(5_000);
  });
});

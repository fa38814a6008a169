import { describe, expect, it } from "@jest/globals";
import { folded } from "../src/folded.ts";
import { modelWith } from "./documents.ts";
import { capture, Journey, START, touch } from "./events.ts";
import { Random } from "./random.ts";

const scored = (part: string, painPoint: string): number => {
  const bands = [{ name: "pool", from: 0 }];
  const lead = new Journey(modelWith({ bands, profile: [{ id: "one", points: 7, when: { painPoint: { contains: part } } }] }));
  lead.event(capture(START, { painPoint }));
  return lead.score;
};

describe("contains looks at normalised texts", () => {
  it.each([
    ["cost", "Too COSTLY for us"],
    ["COST", "too costly"],
    ["café", "The CAFE next door"],
    ["cafe", "le Cafe\u0301 du coin"],
    ["ｃｏｓｔ", "cost"],
    ["cost", "ＣＯＳＴ"],
    ["straße", "HAUPTSTRASSE 1"],
    ["όσο", "ΟΣΟ"],
    ["成本", "降低成本"],
    ["ガイド", "ｶﾞｲﾄﾞが欲しい"],
  ])("%s is in %s", (part, value) => {
    expect(scored(part, value)).toBe(7_000);
  });

  it.each([
    ["cost", "coast"],
    ["か", "が"],
    ["мои", "мой"],
    ["成本", "本成"],
  ])("%s is not in %s", (part, value) => {
    expect(scored(part, value)).toBe(0);
  });

  it("in tags and in properties of a touch too", () => {
    const lead = new Journey(
      modelWith({
        profile: [{ id: "tag", points: 3, when: { tags: { contains: "élite" } } }],
        behaviour: [{ id: "page", points: 4, touch: "page-view", when: { "property.title": { contains: "PREIS" } } }],
      }),
    );
    lead.event(capture(START, { tags: ["partner", "elite-2026"] }));
    lead.event(touch("page-view", START, { properties: { title: "Preise und Pläne" } }));
    expect(lead.score).toBe(7_000);
  });

  it("a folded text stays as it is, and a part of a text stays a part of it", () => {
    const random = new Random(5);
    const letters = [..."aZéÅßİıσςΌがｶﾞﬁй성µ 1-", "\u0301", "\u0308"];
    for (let count = 0; count < 5_000; count++) {
      const text = Array.from({ length: random.below(12) }, () => random.pick(letters)).join("");
      expect(folded(folded(text))).toBe(folded(text));
      expect(folded(text.toUpperCase())).toBe(folded(text));
    }
  });
});

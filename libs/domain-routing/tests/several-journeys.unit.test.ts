import { describe, expect, it } from "@jest/globals";
import { CaseStory } from "./case-story.ts";
import { attributesOf, journeyDocument } from "./samples.ts";

const day = 86_400_000;

/** A lead that has just become MQL under the journey, at time 0. */
function nurtured(details: Record<string, unknown> = {}): CaseStory {
  const story = new CaseStory().publishJourney(journeyDocument(details));
  return story.signal("captured", { score: 60_000, band: "mql", grade: "B", attributes: attributesOf() });
}
const touch = (story: CaseStory, kind: string): CaseStory => story.signal("active", { touch: kind, score: 61_000, band: "mql" });

describe("several journeys", () => {
  const spring = (details: Record<string, unknown> = {}) => journeyDocument({ name: "spring", ...details });
  const entered = (story: CaseStory): string[] =>
    story.moves().flatMap(({ move, journey }) => (move === "left" ? [] : [`${move} ${journey}`]));

  it("a lead enters the one with the highest priority that it fits, of equal ones the first by name", () => {
    const first = (priority: number, when: Record<string, unknown> = {}): string[] =>
      entered(
        new CaseStory()
          .publishJourney(journeyDocument({ priority: 50 }))
          .publishJourney(spring({ priority, enter: { when } }))
          .signal("captured", { score: 60_000, band: "mql", grade: "B", attributes: attributesOf() }),
      );
    expect(first(51)).toEqual(["entered spring"]);
    expect(first(50)).toEqual(["entered nurture"]);
    expect(first(49)).toEqual(["entered nurture"]);
    expect(first(51, { region: ["west"] })).toEqual(["entered nurture"]);
  });

  it("it is in one at a time, and stays in it whatever is published beside", () => {
    const story = nurtured()
      .through(2 * day)
      .clear()
      .publishJourney(spring({ priority: 900 }));
    expect(story.through(9 * day).names()).toEqual(["send blog-other-subject", "stepped blog sent"]);
  });

  it("when it has left one it enters the next that it fits, at once, and each by its own rule again", () => {
    const short = (name: string, details: Record<string, unknown>) =>
      journeyDocument({ name, steps: [{ id: "only", after: "1d", send: name }], ...details });
    const story = new CaseStory()
      .publishJourney(short("autumn", { priority: 200, reenter: "10d" }))
      .publishJourney(short("winter", {}))
      .signal("captured", { score: 60_000, band: "mql", grade: "B", attributes: attributesOf() })
      .through(30 * day);
    expect(story.messages().map(({ template, due, entry }) => [template, due / day, entry])).toEqual([
      ["autumn", 1, 1],
      ["winter", 2, 2],
      ["autumn", 12, 3],
      ["autumn", 23, 4],
    ]);
  });

  it("the limit of a week counts the messages of all", () => {
    const short = (name: string, priority: number) =>
      journeyDocument({ name, priority, limits: { perWeek: 1 }, steps: [{ id: "only", after: "1d", send: name }] });
    const story = new CaseStory()
      .publishJourney(short("autumn", 2))
      .publishJourney(short("winter", 1))
      .signal("captured", { score: 60_000, band: "mql", grade: "B", attributes: attributesOf() })
      .through(30 * day);
    expect(story.messages().map(({ due }) => due / day)).toEqual([1, 8]);
  });

  it("its goal ends it: who does that leaves, also when a step looks at the same touch", () => {
    const story = nurtured({ goal: { did: ["webinar"] } })
      .through(2 * day)
      .clear();
    expect(touch(story, "email-open").names()).toEqual([]);
    expect(story.signal("active", { touch: "webinar", imported: true, score: 61_000, band: "mql" }).names()).toEqual([]);
    expect(touch(story, "webinar").names()).toEqual(["left blog goal_reached"]);
    expect(story.through(20 * day).names()).toEqual([]);
  });

  it("one that is published later takes who fits it and is in none, as of its publication; one that ends lets go to the next", () => {
    const story = nurtured({ enter: { states: ["pool"] } })
      .through(3 * day)
      .clear();
    story.publishJourney(spring());
    expect(story.moves()).toMatchObject([{ move: "entered", journey: "spring", time: 3 * day, nextAt: 4 * day }]);
    story.clear().publishJourney(journeyDocument()).publishJourney({ name: "spring", ended: true });
    expect(story.names()).toEqual(["left thanks ended", "entered"]);
  });
});

import { describe, expect, it } from "@jest/globals";
import { checkJourney, noJourneys, publishJourney, readJourney, touchesOf } from "../src/index.ts";
import { readJourneys, writeJourneys } from "../src/journey/journeys.ts";
import { roundTrip } from "./joiner.ts";
import { journeyDocument } from "./samples.ts";

const pathsOf = (details: Record<string, unknown>): string[] =>
  checkJourney(journeyDocument(details)).map(({ path, problem }) => `${path} ${problem}`);
const step = (id: string, after: string, details: Record<string, unknown> = { send: "a" }): Record<string, unknown> => ({
  id,
  after,
  ...details,
});
const steps = (...given: Record<string, unknown>[]): string[] => pathsOf({ steps: given });

describe("a journey document", () => {
  it("of L4 is sound and names the touches that it looks at", () => {
    expect(checkJourney(journeyDocument())).toEqual([]);
    expect(touchesOf(journeyDocument())).toEqual(["email-click", "email-open", "webinar"]);
    expect(readJourney(JSON.stringify(journeyDocument())).steps.map(({ id }) => id)).toEqual(["thanks", "blog", "invitation", "attended"]);
  });

  it.each([
    ["two steps with one id", steps(step("a", "1d"), step("a", "2d")), "steps[1].id is also the id of steps[0]"],
    ["steps out of order", steps(step("a", "2d"), step("b", "1d")), "steps[1].after is earlier than that of a above it"],
    ["no steps", steps(), "steps are 0"],
    ["an unknown step", steps(step("a", "1d", { next: "c" }), step("b", "2d")), "steps[0].next names no step of this journey"],
    ["a way back", steps(step("a", "1d"), step("b", "2d", { next: "a" })), "steps[1].next goes back"],
    [
      "an unreachable step",
      steps(step("a", "1d", { send: "x", next: "c" }), step("b", "2d"), step("c", "3d")),
      "steps[1] is unreachable: every way leads past it",
    ],
    [
      "an unreachable branch",
      steps({ id: "a", after: "1d", branches: [{ send: "x" }, { when: { did: ["webinar"] }, send: "y" }] }),
      "steps[0].branches[1] is unreachable: branches[0] has no condition",
    ],
    [
      "a condition since an unknown step",
      steps(step("a", "1d"), step("b", "2d", { send: "x", when: { did: ["webinar"], since: "c" } })),
      "steps[1].when.since names no step of this journey",
    ],
    [
      "a condition since a step that is not passed yet",
      steps(step("a", "1d", { send: "x", when: { did: ["webinar"], since: "a" } })),
      "steps[0].when.since is not passed yet then",
    ],
    ["a condition that asks for nothing", steps(step("a", "1d", { send: "x", when: {} })), "steps[0].when asks for nothing"],
    [
      "a condition that contradicts itself",
      steps(step("a", "1d", { send: "x", when: { did: ["event"], didNot: ["event"] } })),
      "steps[0].when asks for event to be done and not done",
    ],
    [
      "a kind of touch that the log never has",
      steps(step("a", "1d", { send: "x", when: { did: ["Email Open"] } })),
      "steps[0].when.did holds what is no kind of touch",
    ],
    ["a step that does nothing", steps(step("a", "1d", {})), "steps[0] does nothing"],
    ["branches beside a message", steps(step("a", "1d", { send: "x", branches: [{ send: "y" }] })), "steps[0].branches stand beside send"],
    ["no branches", steps(step("a", "1d", { branches: [] })), "steps[0].branches is empty, so the step does nothing"],
    ["a reserved id", steps(step("end", "1d")), "steps[0].id is reserved: next: end ends the journey"],
    ["a misspelt field", pathsOf({ stesp: [] }), "journey.stesp is not a known field"],
    ["a step without a time", steps({ id: "a", send: "x" }), "steps[0].after is missing"],
    ["an unknown calendar", pathsOf({ calendar: "office" }), "calendar names no calendar of this document"],
    ["a state in which sales works", pathsOf({ enter: { states: ["leased"] } }), "enter.states[0] is not one of the choices"],
    ["no state", pathsOf({ enter: { states: [] } }), "enter.states is empty, so no lead ever enters"],
    ["an unknown condition for entering", pathsOf({ enter: { when: { colour: "red" } } }), "enter.when.colour is not a known field"],
    ["too many messages", pathsOf({ limits: { perWeek: 21 } }), "limits.perWeek is out of range"],
    ["a goal without a touch", pathsOf({ goal: { did: [] } }), "goal.did names nothing that a lead can do"],
    ["a goal that is no touch", pathsOf({ goal: { did: "Came By" } }), "goal.did holds what is no kind of touch"],
    ["a priority out of range", pathsOf({ priority: 1_001 }), "priority is out of range"],
    ["an unknown rule of consent", pathsOf({ consent: "maybe" }), "consent is not one of the choices"],
  ])("with %s is refused with the place", (_name, found, fault) => {
    expect(found).toContain(fault);
  });

  it("that is ended needs no steps, and awaits no touch", () => {
    expect(checkJourney({ name: "nurture", ended: true })).toEqual([]);
    expect(touchesOf(journeyDocument({ ended: true }))).toEqual([]);
    expect(touchesOf(journeyDocument({ goal: { did: ["demo-request"] } }))).toEqual([
      "demo-request",
      "email-click",
      "email-open",
      "webinar",
    ]);
  });

  it("that was published past the check stops the fold by name", () => {
    expect(() => readJourney("{")).toThrow(expect.objectContaining({ code: "JOURNEY_INVALID" }));
    expect(() => readJourney(JSON.stringify(journeyDocument({ steps: [] })))).toThrow("steps are 0: Give 1 to 50 steps");
  });

  it("holds from its publication on; an older or equal version changes nothing; bytes keep it", () => {
    const document = JSON.stringify(journeyDocument());
    const shared = publishJourney(noJourneys, 2, document, 4_711);
    expect(publishJourney(shared, 2, document, 5_000)).toBe(shared);
    expect(publishJourney(shared, 1, document, 5_000)).toBe(shared);
    const both = publishJourney(shared, 1, JSON.stringify(journeyDocument({ name: "spring", priority: 101 })), 6_000);
    expect(both.map(({ journey, version, since }) => [journey.name, version, since])).toEqual([
      ["spring", 1, 6_000],
      ["nurture", 2, 4_711],
    ]);
    expect(roundTrip(both, writeJourneys, readJourneys)).toEqual(both);
    expect(roundTrip(shared, writeJourneys, readJourneys)).toEqual(shared);
    expect(roundTrip(noJourneys, writeJourneys, readJourneys)).toEqual(noJourneys);
  });
});

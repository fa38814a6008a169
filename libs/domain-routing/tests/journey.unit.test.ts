import { describe, expect, it } from "@jest/globals";
import { readCase, writeCase } from "../src/index.ts";
import { CaseStory } from "./case-story.ts";
import { roundTrip } from "./joiner.ts";
import { attributesOf, journeyDocument } from "./samples.ts";

const hour = 3_600_000;
const day = 24 * hour;

/** A lead that has just become MQL under the journey, at time 0. */
function nurtured(details: Record<string, unknown> = {}): CaseStory {
  const story = new CaseStory().publishJourney(journeyDocument(details));
  return story.signal("captured", { score: 60_000, band: "mql", grade: "B", attributes: attributesOf() });
}
const touch = (story: CaseStory, kind: string): CaseStory => story.signal("active", { touch: kind, score: 61_000, band: "mql" });
const crossing = { score: 85_000, band: "sql", previousBand: "mql", direction: "up" } as const;

describe("the nurture journey (L4)", () => {
  it("day 1 thanks, day 5 blog, day 10 invitation, day 15 alert for who attended", () => {
    const story = nurtured();
    expect(story.names()).toEqual(["captured", "nurtured", "entered"]);
    expect(story.through(day).names()).toEqual(["send thanks-and-case", "stepped thanks sent"]);
    touch(story.through(2 * day), "email-open");
    expect(story.through(5 * day).names()).toEqual(["send blog", "stepped blog sent"]);
    story.through(10 * day).clear();
    touch(story.through(12 * day), "webinar");
    story.through(15 * day);
    expect(story.alerts()).toMatchObject([{ kind: "journey", detail: "attended the webinar", team: "east", rep: null, due: 15 * day }]);
    expect(story.names()).toEqual(["alert journey", "stepped attended alerted", "left finished"]);
    expect(story.through(100 * day).names()).toEqual([]);
  });

  it.each([
    ["thanks", day],
    ["blog-other-subject", 5 * day],
    ["webinar-invitation", 10 * day],
  ])("%s is silent 1 ms before, asked for at its instant, and only once", (template, due) => {
    const story = nurtured().through(due - 1);
    const before = story.messages().length;
    story.through(due);
    expect(story.messages()).toHaveLength(before + 1);
    expect(story.messages().at(-1)).toMatchObject({ template: expect.stringContaining(template), due, time: due });
    story.through(due + 1);
    expect(story.messages()).toHaveLength(before + 1);
  });

  it("adapts to opens and clicks since the message before", () => {
    const blogAfter = (...kinds: string[]): string[] => {
      const story = touch(nurtured(), "email-click").through(day);
      for (const kind of kinds) touch(story, kind);
      return story
        .clear()
        .through(5 * day)
        .messages()
        .map(({ template }) => template);
    };
    expect(blogAfter()).toEqual(["blog-other-subject"]);
    expect(blogAfter("email-open")).toEqual(["blog"]);
    expect(blogAfter("email-open", "email-click")).toEqual(["blog-in-depth"]);
    expect(blogAfter("page-view")).toEqual(["blog-other-subject"]);
  });

  it("a touch at the instant of a step is one after it; 1 ms before, one before it", () => {
    const invited = (at: number): string[] => {
      const story = touch(nurtured().through(at), "webinar");
      return story
        .through(15 * day)
        .names()
        .filter((name) => name.startsWith("alert"));
    };
    expect(invited(10 * day - 1)).toEqual([]);
    expect(invited(10 * day)).toEqual(["alert journey"]);
    expect(invited(15 * day - 1)).toEqual(["alert journey"]);
    expect(invited(15 * day)).toEqual([]);
  });

  it("a request names its place for good: lead, journey, run and step; the version; the channel", () => {
    const story = nurtured().through(10 * day);
    expect(story.messages().at(-1)).toEqual({
      time: 10 * day,
      leadId: "lead-1",
      journey: "nurture",
      journeyVersion: 1,
      entry: 1,
      messageId: "lead-1/nurture/1/invitation",
      step: "invitation",
      template: "webinar-invitation",
      channel: "wecom",
      due: 10 * day,
    });
    expect(story.moves().at(-1)).toMatchObject({ move: "stepped", step: "invitation", nextStep: "attended", nextAt: 15 * day });
  });

  it("goes where a branch leads, or ends there", () => {
    const jumping = (kind: string): string[] =>
      touch(
        nurtured({
          steps: [
            { id: "a", after: 0, send: "a" },
            {
              id: "b",
              after: "1d",
              branches: [
                { when: { did: ["event"] }, next: "d" },
                { when: { did: ["webinar"] }, next: "end" },
              ],
            },
            { id: "c", after: "2d", send: "c" },
            { id: "d", after: "3d", send: "d" },
          ],
        })
          .at(0)
          .clear(),
        kind,
      )
        .through(9 * day)
        .names();
    expect(jumping("page-view")).toEqual(["stepped b nothing", "send c", "stepped c sent", "send d", "stepped d sent", "left finished"]);
    expect(jumping("event")).toEqual(["stepped b nothing", "send d", "stepped d sent", "left finished"]);
    expect(jumping("webinar")).toEqual(["stepped b nothing", "left finished"]);
  });
});

describe("who enters", () => {
  it("only in a state and under conditions of the document", () => {
    expect(new CaseStory().publishJourney(journeyDocument()).signal("captured", { score: 10_000, band: "pool" }).names()).toEqual([
      "captured",
    ]);
    const east = { enter: { states: ["nurture"], when: { region: ["west"] } } };
    expect(nurtured(east).names()).toEqual(["captured", "nurtured"]);
  });

  it("not imported history, until the lead acts itself", () => {
    const story = new CaseStory().publishJourney(journeyDocument({ enter: { states: ["new", "nurture"] } }));
    story.signal("captured", { score: 60_000, band: "mql", imported: true });
    expect(story.names()).toEqual(["captured"]);
    expect(touch(story.through(hour), "page-view").names()).toEqual(["nurtured", "entered"]);
  });

  it("leads that were there before the journey was published, as of its publication", () => {
    const story = new CaseStory()
      .signal("captured", { score: 60_000, band: "mql" })
      .through(3 * day)
      .clear();
    story.publishJourney(journeyDocument());
    expect(story.moves()).toMatchObject([{ move: "entered", time: 3 * day, nextStep: "thanks", nextAt: 4 * day }]);
  });

  it("once and never again; or again when so long has passed since it left", () => {
    const entries = (reenter: string): number[] => {
      const story = nurtured({ reenter }).signal("crossed", crossing).reply("granted").through(day);
      story.clear().status("returned", { score: 60_000, band: "mql" });
      return story
        .through(20 * day)
        .moves()
        .flatMap(({ move, time }) => (move === "entered" ? [time] : []));
    };
    expect(entries("never")).toEqual([]);
    // It left at 0, when it was assigned, and is back in nurture since day 1.
    expect(entries("10d")).toEqual([10 * day]);
    // It is finished on day 16, and enters once more a day later.
    expect(entries("1d")).toEqual([day, 17 * day]);
  });
});

describe("what ends it", () => {
  it.each([
    ["an assignment", (story: CaseStory) => story.signal("crossed", crossing), "assigned"],
    ["lost", (story: CaseStory) => story.status("lost"), "lost"],
    ["closed", (story: CaseStory) => story.status("closed"), "closed"],
    ["erasure", (story: CaseStory) => story.signal("erased"), "erased"],
    ["an opt-out that sales records", (story: CaseStory) => story.status("opt_out"), "opted_out"],
    ["an opt-out of the lead", (story: CaseStory) => touch(story, "unsubscribe"), "opted_out"],
    ["an opt-out of the past", (story: CaseStory) => story.signal("active", { touch: "unsubscribe", imported: true }), "opted_out"],
  ])("%s: no message after it", (_name, happens, reason) => {
    const story = happens(
      nurtured()
        .through(2 * day)
        .clear(),
    ).through(60 * day);
    expect(story.messages()).toEqual([]);
    expect(story.moves()).toMatchObject([{ move: "left", step: "blog", outcome: reason, nextStep: null, time: 2 * day }]);
    if (reason === "erased") expect(story.state?.journey).toBeNull();
  });

  it("who opted out does not enter; consent brings the lead back in, history does not", () => {
    const story = nurtured({ reenter: "1d" })
      .status("opt_out")
      .through(9 * day)
      .clear();
    story.status("opt_in", { imported: true });
    expect(story.names()).toEqual([]);
    expect(story.status("opt_in").names()).toEqual(["entered"]);
  });

  it("consent: required waits for the lead's word", () => {
    const story = nurtured({ consent: "required" });
    expect(story.names()).toEqual(["captured", "nurtured"]);
    expect(touch(story, "subscribe").names()).toEqual(["entered"]);
  });
});

describe("when messages go out", () => {
  it("at most so many in seven days: the step waits, and those behind it keep their distance", () => {
    const often = { limits: { perWeek: 2 }, steps: ["a", "b", "c", "d"].map((id, index) => ({ id, after: `${index + 1}d`, send: id })) };
    const story = nurtured(often).through(30 * day);
    expect(story.messages().map(({ step, due }) => [step, due / day])).toEqual([
      ["a", 1],
      ["b", 2],
      ["c", 8],
      ["d", 9],
    ]);
  });

  it("only in open hours", () => {
    const open = [8, 32, 104].map((hours) => [hours * hour, (hours + 9) * hour]);
    const story = nurtured({ calendars: { office: { open } }, calendar: "office" });
    expect(story.through(32 * hour - 1).messages()).toEqual([]);
    expect(story.through(32 * hour).messages()).toMatchObject([{ template: "thanks-and-case", due: 32 * hour }]);
    // Five days after entering would be 120 h; the first step waited 8 h, and after the last interval every hour is open.
    expect(story.moves().at(-1)).toMatchObject({ nextStep: "blog", nextAt: 128 * hour });
  });

  it("after an outage in the order and the distance of the document, not all at once", () => {
    const story = nurtured().at(20 * day);
    expect(story.messages().map(({ template }) => template)).toEqual(["thanks-and-case"]);
    expect(story.moves().at(-1)).toMatchObject({ nextStep: "blog", nextAt: 24 * day });
  });
});

describe("another version", () => {
  it("moves the next step and repeats none", () => {
    const story = nurtured()
      .through(2 * day)
      .clear();
    const { steps } = journeyDocument() as { steps: { id: string }[] };
    story.publishJourney(journeyDocument({ steps: steps.map((step) => (step.id === "blog" ? { ...step, after: "3d" } : step)) }));
    expect(story.through(3 * day - 1).names()).toEqual([]);
    expect(story.through(3 * day).messages()).toMatchObject([{ template: "blog-other-subject", journeyVersion: 2 }]);
  });

  it("a step that it puts into the past comes at the publication", () => {
    const story = nurtured()
      .through(4 * day)
      .clear();
    const { steps } = journeyDocument() as { steps: { id: string }[] };
    story.publishJourney(journeyDocument({ steps: steps.map((step) => (step.id === "blog" ? { ...step, after: "3d" } : step)) }));
    expect(story.messages()).toMatchObject([{ template: "blog-other-subject", due: 4 * day }]);
  });

  it("without the next step goes on behind what was passed; without any it is finished", () => {
    const without = (kept: string[]): string[] => {
      const { steps } = journeyDocument() as { steps: { id: string }[] };
      const left = steps
        .filter(({ id }) => kept.includes(id))
        .map((step) => (step.id === "attended" ? { ...step, when: { did: ["webinar"] } } : step));
      return nurtured()
        .through(2 * day)
        .clear()
        .publishJourney(journeyDocument({ steps: left }))
        .through(10 * day)
        .names();
    };
    expect(without(["thanks", "invitation", "attended"])).toEqual(["send webinar-invitation", "stepped invitation sent"]);
    expect(without(["thanks"])).toEqual(["left finished"]);
  });

  it("that puts a passed step below the next one does not repeat it", () => {
    const turned = ["blog", "thanks", "invitation"].map((id, index) => ({ id, after: `${index + 1}d`, send: id }));
    const story = nurtured()
      .through(2 * day)
      .clear()
      .publishJourney(journeyDocument({ steps: turned }))
      .through(20 * day);
    expect(story.messages().map(({ step }) => step)).toEqual(["blog", "invitation"]);
  });

  it("that ends the journey lets everybody go", () => {
    const story = nurtured()
      .through(2 * day)
      .clear()
      .publishJourney({ name: "nurture", ended: true });
    expect(story.names()).toEqual(["left blog ended"]);
    expect(touch(story, "page-view").names()).toEqual([]);
  });
});

describe("the state", () => {
  it.each([
    ["on its way", nurtured().through(6 * day)],
    ["that has clicked", touch(nurtured().through(2 * day), "email-click")],
    [
      "that left",
      nurtured()
        .through(2 * day)
        .status("opt_out"),
    ],
  ])("of a lead %s survives bytes", (_name, story) => {
    expect(roundTrip(story.state!, writeCase, readCase)).toEqual(story.state);
  });
});

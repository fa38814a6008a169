import { describe, expect, it } from "@jest/globals";
import {
  checkPolicy,
  checkRoster,
  namesOf,
  noPolicy,
  parseDuration,
  publishPolicy,
  RoutingError,
  readPolicy,
  rosterParts,
} from "../src/index.ts";
import { Random } from "./random.ts";
import { policyDocument } from "./samples.ts";

const roster = {
  teams: [
    { id: "east", regions: ["east"], reps: [{ id: "ann" }, { id: "bob" }] },
    { id: "empty", reps: [] },
  ],
};
const rule = (id: string, when: Record<string, unknown>, assign: Record<string, unknown> = { team: "east" }) => ({ id, when, assign });
const row = (details: Record<string, unknown> = {}) => ({
  grade: "A",
  first: { remind: "1h", escalate: "2h", recycle: "3h" },
  cadence: { remind: "1h", escalate: "2h", recycle: "3h" },
  ...details,
});
const clocks = (policyDocument().clocks as unknown[]).slice();

/** The first rule that matches, found by looking at each. */
function firstOf(rules: readonly ReturnType<typeof rule>[], lead: Readonly<Record<string, string | null>>): string | null {
  const first = rules.find(({ when }) => Object.entries(when).every(([field, values]) => (values as string[]).includes(lead[field] ?? "")));
  return first?.id ?? null;
}

describe("checkPolicy", () => {
  it("has no fault to find in a sound policy", () => {
    expect(checkPolicy(policyDocument({ rules: [rule("a", { region: "east" })] }), namesOf(roster))).toEqual([]);
  });

  it.each([
    ["tags, of which a lead has many", [rule("a", { tags: "vip" }), rule("b", { tags: ["vip", "new"] })]],
    ["the leads without a known region", [rule("a", { region: "east" }), rule("b", {})]],
    ["the leads without a known company size", [rule("a", { companySize: { min: 0 } }), rule("b", { region: "east" })]],
    ["a gap between ranges", [rule("a", { score: { below: 50 } }), rule("b", { score: { min: 51 } }), rule("c", { region: "east" })]],
    ["a grade that is left", [rule("a", { grade: "A" }), rule("b", { grade: "B" }), rule("c", { region: "east" })]],
    [
      "a corner that two rules leave",
      [rule("a", { region: "east", grade: "A" }), rule("b", { region: "west" }), rule("c", { region: ["east", "west"] })],
    ],
  ])("a rule that has %s for itself is reachable", (_what, rules) => {
    expect(checkPolicy(policyDocument({ rules }))).toEqual([]);
  });

  it("agrees with trying leads one by one, over random rules", () => {
    const random = new Random(7);
    const some = <T>(values: readonly T[]): T[] => values.filter(() => random.chance(50));
    const fields = { region: ["east", "west"], grade: ["A", "B", "C"], industry: ["it", "bank"] };
    let unreachable = 0;
    for (let round = 0; round < 500; round++) {
      const rules = Array.from({ length: 5 }, (_, index) => {
        const chosen = Object.entries(fields).flatMap(([field, values]) => {
          const picked = random.chance(60) ? some(values) : [];
          return picked.length === 0 ? [] : [[field, picked] as const];
        });
        return rule(`rule-${index}`, Object.fromEntries(chosen));
      });
      const found = checkPolicy(policyDocument({ rules }))
        .filter(({ problem }) => problem.includes("unreachable"))
        .map(({ path }) => path);
      const met = new Set<string | null>();
      for (const region of [...fields.region, "other", null])
        for (const industry of [...fields.industry, "other", null])
          for (const grade of ["A", "B", "C"] as const) {
            met.add(firstOf(rules, { region, industry, grade }));
          }
      const expected = rules.flatMap(({ id }, index) => (met.has(id) ? [] : [`rules[${index}]`]));
      unreachable += expected.length;
      expect([round, found]).toEqual([round, expected]);
    }
    expect(unreachable).toBeGreaterThan(100);
  });

  it.each([
    ["an unknown team", { fallback: { team: "west" } }, "fallback.team", "unknown team west"],
    ["an unknown team in a rule", { rules: [rule("a", {}, { team: "west" })] }, "rules[0].assign.team", "unknown team west"],
    ["an unknown rep", { rules: [rule("a", {}, { team: "east", rep: "zoe" })] }, "rules[0].assign.rep", "zoe is not in team east"],
    ["an unknown region", { rules: [rule("a", { region: ["east", "mars"] })] }, "rules[0].when.region", "unknown region mars"],
    ["a fallback without reps", { fallback: { team: "empty" } }, "fallback.team", "has no reps"],
    ["no fallback", { fallback: undefined }, "fallback", "is missing"],
    [
      "an unreachable rule",
      { rules: [rule("a", { region: ["east"] }), rule("b", { region: "east", grade: "A" })] },
      "rules[1]",
      "unreachable: rules[0]",
    ],
    ["a rule after one for everybody", { rules: [rule("a", {}), rule("b", { grade: "A" })] }, "rules[1]", "unreachable: rules[0]"],
    [
      "a range inside an earlier one",
      { rules: [rule("a", { companySize: { min: 10 } }), rule("b", { companySize: { min: 20, below: 30 } })] },
      "rules[1]",
      "unreachable",
    ],
    [
      "a rule whose regions earlier ones take one by one",
      { rules: [rule("a", { region: "east" }), rule("b", { region: "west" }), rule("c", { region: ["east", "west"], industry: "it" })] },
      "rules[2]",
      "unreachable: rules[0], rules[1] together take every lead that it matches",
    ],
    [
      "a rule after one for each grade",
      { rules: [rule("no", { region: "east" }), rule("a", { grade: "A" }), rule("b", { grade: ["B", "C"] }), rule("c", { tags: "vip" })] },
      "rules[3]",
      "unreachable: rules[1], rules[2] together",
    ],
    [
      "a rule after ranges of the score that leave no gap",
      { rules: [rule("a", { score: { below: 50 } }), rule("b", { score: { min: 50 } }), rule("c", { region: "east" })] },
      "rules[2]",
      "unreachable: rules[0], rules[1]",
    ],
    ["an id used twice", { rules: [rule("a", { grade: "A" }), rule("a", { grade: "B" })] }, "rules[1].id", "also the id of rules[0]"],
    ["an unknown condition", { rules: [rule("a", { shoeSize: "44" })] }, "rules[0].when.shoeSize", "not a known field"],
    ["an unknown grade", { rules: [rule("a", { grade: "D" })] }, "rules[0].when.grade", "unknown value"],
    ["an empty condition", { rules: [rule("a", { region: [] })] }, "rules[0].when.region", "is empty"],
    ["an unknown strategy", { fallback: { team: "east", strategy: "dice" } }, "fallback.strategy", "not one of the choices"],
    [
      "remind after escalate",
      { clocks: [row({ first: { remind: "3h", escalate: "2h", recycle: "4h" } }), ...clocks.slice(1)] },
      "clocks[0].first.remind",
      "later than escalate",
    ],
    [
      "escalate after recycle",
      { clocks: [row({ cadence: { remind: "1h", escalate: "5h", recycle: "4h" } }), ...clocks.slice(1)] },
      "clocks[0].cadence.escalate",
      "later than recycle",
    ],
    [
      "recycle before the first follow-up",
      { clocks: [row({ firstFollowUp: "24h", grace: "1h" }), ...clocks.slice(1)] },
      "clocks[0].first.recycle",
      "earlier than firstFollowUp plus grace",
    ],
    ["a grade without clocks", { clocks: clocks.slice(1) }, "clocks", "no row for grade A"],
    ["a row never used", { clocks: [...clocks, row({ tier: "senior" })] }, "clocks[3]", "never used"],
    ["an unknown calendar", { clocks: [row({ calendar: "office" }), ...clocks.slice(1)] }, "clocks[0].calendar", "names no calendar"],
    ["a calendar that never opens", { calendars: { office: { timeZone: "UTC", hours: {} } } }, "calendars.office.hours", "never opens"],
    ["a resolved calendar that never opens", { calendars: { office: { open: [] } } }, "calendars.office.open", "never opens"],
    [
      "an unknown time zone",
      { calendars: { office: { timeZone: "Mars/Base", hours: { mon: [["09:00", "18:00"]] } } } },
      "calendars.office.timeZone",
      "no known time zone",
    ],
    [
      "hours that end before they begin",
      { calendars: { office: { timeZone: "UTC", hours: { mon: [["18:00", "09:00"]] } } } },
      "calendars.office.hours.mon[0]",
      "not a span",
    ],
    ["a duration without a unit", { lease: { duration: 30 } }, "lease.duration", "not a duration"],
    ["a duration of nothing", { recycle: { coolDown: "0h" } }, "recycle.coolDown", "not a duration above zero"],
    ["a misspelt field", { asignOn: "sql" }, "policy.asignOn", "not a known field"],
  ])("refuses %s with place and remedy", (_name, details, path, problem) => {
    const faults = checkPolicy(policyDocument(details), namesOf(roster));
    const fault = faults.find((found) => found.path === path);
    expect(fault ?? faults).toMatchObject({ path, problem: expect.stringContaining(problem) });
    expect(fault!.remedy.length).toBeGreaterThan(5);
  });

  it.each([[null], [7], ["text"], [[]], [{ rules: 5, clocks: { a: 1 }, calendars: [] }]])("reports %j instead of failing", (document) => {
    expect(checkPolicy(document).length).toBeGreaterThan(0);
  });

  it("a document that was not checked does not become a policy", () => {
    expect(() => readPolicy("{")).toThrow(RoutingError);
    expect(() => readPolicy("{}")).toThrow(/policy: \d+ faults: .*fallback is missing/);
  });

  it("an older or equal version changes nothing", () => {
    const second = publishPolicy(noPolicy, 2, JSON.stringify(policyDocument({ name: "two" })), 5);
    expect(publishPolicy(second, 2, "not even JSON", 6)).toBe(second);
    expect(publishPolicy(second, 1, JSON.stringify(policyDocument()), 6)).toBe(second);
  });
});

describe("checkRoster", () => {
  it.each([
    [
      "a rep in two teams",
      {
        teams: [
          { id: "a", reps: [{ id: "ann" }] },
          { id: "b", reps: [{ id: "ann" }] },
        ],
      },
      "teams[1].reps[0].id",
      "ann is also teams[0].reps[0]",
    ],
    [
      "a team twice",
      {
        teams: [
          { id: "a", reps: [] },
          { id: "a", reps: [] },
        ],
      },
      "teams[1].id",
      "a is also teams[0]",
    ],
    ["no team", { teams: [] }, "teams", "is empty"],
    ["a weight beyond 16", { teams: [{ id: "a", reps: [{ id: "ann", weight: 17 }] }] }, "teams[0].reps[0].weight", "out of range"],
    [
      "an absence that ends first",
      { teams: [{ id: "a", reps: [{ id: "ann", absent: [{ from: "2026-05-02", until: "2026-05-01" }] }] }] },
      "teams[0].reps[0].absent[0]",
      "ends before",
    ],
    [
      "a date that is none",
      { teams: [{ id: "a", reps: [{ id: "ann", absent: [{ from: "soon", until: "2026-05-01" }] }] }] },
      "teams[0].reps[0].absent[0].from",
      "is not a date",
    ],
  ])("refuses %s", (_name, document, path, problem) => {
    expect(checkRoster(document)).toContainEqual({ path, problem: expect.stringContaining(problem), remedy: expect.any(String) });
  });

  it("becomes one record per team, and an empty one for a team that is gone", () => {
    const parts = rosterParts(roster, ["east", "old"]);
    expect(parts.map(({ teamId, document }) => [teamId, JSON.parse(document).reps.length])).toEqual([
      ["east", 2],
      ["empty", 0],
      ["old", 0],
    ]);
    expect(() => rosterParts({ teams: [] })).toThrow(RoutingError);
  });
});

describe("parseDuration", () => {
  it.each([
    ["90s", 90_000],
    ["4h", 14_400_000],
    ["1d12h", 129_600_000],
    ["250ms", 250],
    ["", null],
    ["4", null],
    ["h", null],
    ["-4h", null],
    ["4 h", null],
  ])("%s", (text, expected) => {
    expect(parseDuration(text)).toBe(expected);
  });
});

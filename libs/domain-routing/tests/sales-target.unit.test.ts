import { describe, expect, it } from "@jest/globals";
import { checkPolicy, checkRoster, namesOf, readTeamState, writeTeamState } from "../src/index.ts";
import { compareLeft } from "../src/team/sales-target.ts";
import { CaseStory } from "./case-story.ts";
import { roundTrip } from "./joiner.ts";
import { policyDocument } from "./samples.ts";
import { TeamStory } from "./team-story.ts";

const july = Date.parse("2026-07-01");
const quarter = (amount: number) => [
  { from: "2026-04-01", until: "2026-07-01", amount },
  { from: "2026-07-01", until: "2026-10-01", amount: amount * 10 },
];
const ann = { id: "ann", capacity: 100, targets: quarter(1_000) };
const bob = { id: "bob", capacity: 100, targets: quarter(500) };
const cid = { id: "cid", capacity: 100 };
const wish = { strategy: "target-left" };

describe("the strategy target-left (S3)", () => {
  it("prefers who has the larger share of the target left, and says how much; who has none comes last", () => {
    const story = new TeamStory().roster([ann, bob, cid]).at(july - 1_000);
    expect([story.ask(wish), story.ask(wish)]).toEqual(["ann", "bob"]);
    story.send("release", 1, { outcome: "won", amount: 25_050, time: july - 900 });
    expect(story.ask(wish)).toBe("bob");
    expect(story.replies.at(-1)?.why).toEqual(["bob: 500.00 of a target of 500.00 is left", "candidates: ann, bob, cid"]);
    story.send("release", 2, { outcome: "won", amount: 12_600, time: july - 800 });
    story.state = roundTrip(story.state!, writeTeamState, readTeamState);
    // 749.50 of 1000 against 374.00 of 500: 74.95 % against 74.8 %.
    expect([story.ask(wish), story.ask(wish)]).toEqual(["ann", "ann"]);
    expect(story.replies.at(-1)?.why).toEqual(["ann: 749.50 of a target of 1000.00 is left", "candidates: ann, bob, cid"]);
  });

  it("who has reached the target waits for the next one, which begins at its instant", () => {
    const story = new TeamStory().roster([ann, { ...bob, targets: quarter(500).slice(0, 1) }]).at(july - 1_000);
    expect(story.ask(wish)).toBe("ann");
    story.send("release", 1, { outcome: "won", amount: 200_000, time: july - 900 });
    for (const [offset, rep] of [
      [-1, "bob"],
      [0, "ann"],
      [1, "ann"],
    ] as const) {
      story.at(july + offset);
      expect(story.ask(wish)).toBe(rep);
    }
  });

  it("a deal counts in the span in which it was won, also when its news come late; lost ones never", () => {
    const story = new TeamStory()
      .roster([
        { ...ann, capacity: 9 },
        { ...bob, capacity: 9 },
      ])
      .at(july + 1_000);
    for (const lead of [1, 2, 3]) expect(story.send("claim", lead, { rep: "ann" }).replies.at(-1)?.kind).toBe("granted");
    story.send("release", 1, { outcome: "won", amount: 100, time: july });
    story.send("release", 2, { outcome: "won", amount: 90_000, time: july - 1 });
    story.send("release", 3, { outcome: "lost", amount: 90_000, time: july + 1 });
    const [member] = story.state!.members;
    expect([member?.targetFrom, member?.sold]).toEqual([july, 100]);
  });

  it("with nobody's target in force turns go round", () => {
    const story = new TeamStory().roster([ann, bob]).at(0);
    expect([story.ask(wish), story.ask(wish), story.ask(wish)]).toEqual(["ann", "bob", "ann"]);
    expect(story.replies.at(-1)?.why).toEqual(["ann: has no target now", "candidates: ann, bob"]);
  });

  it("compares without rounding, beyond 2^53 as well", () => {
    const big = 999_999_999_937;
    expect(compareLeft({ left: big - 1, amount: big }, { left: big - 2, amount: big - 1 })).toBeLessThan(0);
    expect(compareLeft({ left: big - 2, amount: big - 1 }, { left: big - 1, amount: big })).toBeGreaterThan(0);
    expect(compareLeft({ left: big, amount: big }, { left: 7, amount: 7 })).toBe(0);
    expect(compareLeft({ left: 1, amount: 3 }, { left: 333, amount: 1_000 })).toBeLessThan(0);
  });

  it("the case tells the team the revenue of a won deal, and of no other end", () => {
    const won = new CaseStory().assigned().status("opportunity").status("won", { amount: 4_200 });
    expect(won.requests()).toMatchObject([{ kind: "release", outcome: "won", amount: 4_200 }]);
    const lost = new CaseStory().assigned().status("lost", { amount: 4_200 });
    expect(lost.requests()).toMatchObject([{ kind: "release", outcome: "lost", amount: null }]);
  });

  it.each([
    [4_200, "EUR", 4_200, []],
    [4_201, "USD", 2_101, ["counts as 2101 hundredths of EUR for the sales target"]],
    [4_200, "JPY", null, ["the policy has no rate for JPY: the deal counts for no sales target"]],
    [Number.MAX_SAFE_INTEGER, "USD", 2 ** 52, [expect.stringContaining("counts as")]],
  ] as const)("a deal of %d %s counts by the policy's rates, and the record says so", (amount, currency, counted, why) => {
    const story = new CaseStory().assigned().status("opportunity").status("won", { amount, currency });
    expect(story.requests()).toMatchObject([{ kind: "release", outcome: "won", amount: counted }]);
    expect(story.changes().at(-1)).toMatchObject({ change: "won", amount, why });
  });

  it("a policy without a currency counts no deal, and may not go by targets", () => {
    const quiet = new CaseStory(policyDocument({ currency: undefined })).assigned().status("opportunity").status("won", { amount: 4_200 });
    expect(quiet.requests()).toMatchObject([{ outcome: "won", amount: null }]);
  });

  const teams = (currency: string, other: string) => ({
    teams: [
      { id: "east", reps: [{ id: "ann", targets: [{ ...quarter(5)[0]!, currency }] }] },
      { id: "west", reps: [{ id: "bob", targets: [{ ...quarter(5)[0]!, currency: other }] }] },
    ],
  });
  it.each([
    [
      "no currency",
      { currency: undefined, fallback: { team: "east", strategy: "target-left" } },
      "fallback.strategy",
      "states no currency",
    ],
    [
      "no currency for a rule",
      { currency: undefined, rules: [{ id: "a", when: { grade: "A" }, assign: { team: "east", strategy: "target-left" } }] },
      "rules[0].assign.strategy",
      "states no currency",
    ],
    ["another base than the roster's", { currency: { base: "USD" } }, "currency.base", "not that of the sales targets, EUR"],
    ["no base", { currency: { rates: {} } }, "currency.base", "is missing"],
    ["a rate of the base", { currency: { base: "EUR", rates: { EUR: 1 } } }, "currency.rates.EUR", "is the base currency"],
    ["a rate of nothing", { currency: { base: "EUR", rates: { USD: 0 } } }, "currency.rates.USD", "is no rate"],
    ["too fine a rate", { currency: { base: "EUR", rates: { USD: 0.12345678 } } }, "currency.rates.USD", "is no rate"],
    ["no currency's name", { currency: { base: "EUR", rates: { dollar: 2 } } }, "currency.rates.dollar", "is no currency"],
  ])("a policy is refused for %s", (_name, details, path, problem) => {
    const faults = checkPolicy(policyDocument(details), namesOf(teams("EUR", "EUR")));
    expect(faults).toContainEqual({ path, problem: expect.stringContaining(problem), remedy: expect.stringMatching(/\S/) });
  });

  it("a roster is refused whose targets are in two currencies", () => {
    expect(checkRoster(teams("EUR", "EUR"))).toEqual([]);
    expect(checkRoster(teams("EUR", "CNY"))).toEqual([
      {
        path: "teams[1].reps[0].targets[0].currency",
        problem: "is CNY, others are in EUR",
        remedy: "Write all targets in EUR: deals are converted by the policy",
      },
    ]);
  });

  it.each([
    ["targets[0].amount", [{ from: "2026-01-01", until: "2026-04-01", amount: 0 }], "is out of range"],
    ["targets[0]", [{ from: "2026-04-01", until: "2026-04-01", amount: 5 }], "is no span"],
    ["targets[1]", [...quarter(5).slice(0, 1), { from: "2026-06-30", until: "2026-10-01", amount: 5 }], "is no span"],
  ])("publishing refuses %s", (path, targets, problem) => {
    const faults = checkRoster({ teams: [{ id: "east", reps: [{ id: "ann", targets }] }] });
    expect(faults).toEqual([{ path: `teams[0].reps[0].${path}`, problem: expect.stringContaining(problem), remedy: expect.any(String) }]);
  });
});

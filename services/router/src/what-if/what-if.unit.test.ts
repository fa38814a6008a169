import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { readYamlDocument } from "@leadstream/config";
import { rosterParts } from "@leadstream/domain-routing";
import type { Signal } from "@leadstream/schemas";
import { z } from "zod";
import { attributes, blankSignal as blank } from "../../tests/signals.ts";
import { compare } from "./compare.ts";
import { type History, mergeSignals } from "./history.ts";
import { importedOwners } from "./imported-owners.ts";
import { simulate } from "./simulate.ts";
import { summarise } from "./summary.ts";

const examples = join(import.meta.dirname, "../../../../infra/examples");
const document = (path: string) => readYamlDocument(join(examples, path), z.unknown()) as Record<string, unknown>;
const teams = rosterParts(document("rosters/demo-team.yaml")).map((part) => ({ ...part, publishedAt: 0 }));
const demo = document("policies/demo.yaml");
const start = 1_700_000_000_000;
const second = 1_000;

const crossing = (leadId: string, time: number): Signal[] => [
  { ...blank, leadId, time, kind: "captured", score: 20_000, band: "pool", grade: "B", attributes },
  { ...blank, leadId, time, kind: "crossed", score: 85_000, band: "sql", previousBand: "pool", direction: "up", grade: "B" },
];
const contact = (leadId: string, time: number, rep: string): Signal => ({
  ...blank,
  leadId,
  time,
  kind: "status",
  status: "contacted",
  rep,
  epoch: 7,
});

/** Twelve leads, one each second; those of even number are contacted nine seconds later, by whoever had them then. */
const signals = Array.from({ length: 12 }, (_, index) => index)
  .flatMap((index) => [
    ...crossing(`lead-${index}`, start + index * second),
    ...(index % 2 === 0 ? [contact(`lead-${index}`, start + (index + 9) * second, "somebody-else")] : []),
  ])
  .sort((one, other) => one.time - other.time);

const policyWith = (changes: Record<string, unknown>): string => JSON.stringify({ ...demo, ...changes });
const strategyFor = (strategy: string): string => policyWith({ rules: [], fallback: { team: "emea", tier: "any", strategy } });

const journeys = [{ publishedAt: start + 5 * second, document: JSON.stringify(document("journeys/demo.yaml")) }];
const past = (policy: string): History => {
  const { signals: _fed, ticks, ...made } = simulate(policy, teams, journeys, signals, start + 600 * second);
  expect(ticks).toBeGreaterThan(0);
  return { signals, teams, journeys, ...made };
};
const wish = { teams: null, journeys: null, from: null, to: start + 600 * second, ownTimes: false };

describe("what-if", () => {
  it("the policy of the past gives what happened", () => {
    const { happened, whatIf } = compare(past(JSON.stringify(demo)), { ...wish, policy: JSON.stringify(demo) }, () => 0);
    expect(whatIf).toEqual(happened);
    expect(happened.leads).toBe(12);
    expect(happened.alerts.recycle).toBeGreaterThan(0);
  });

  it("sales reactions count for whoever owns the lead in the other world", () => {
    const { whatIf } = compare(past(JSON.stringify(demo)), { ...wish, policy: strategyFor("round-robin") }, () => 0);
    expect(whatIf.reps.reduce((sum, { contacted }) => sum + contacted, 0)).toBe(6);
    expect(whatIf).toMatchObject({ meanResponseMs: 9 * second, p90ResponseMs: 9 * second });
    expect(whatIf.reps.some(({ rep }) => rep === "somebody-else")).toBe(false);
  });

  it("shows who gets how much: equal turns are fair, a wanted rep takes all", () => {
    const to = start + 12 * second;
    const even = compare(past(JSON.stringify(demo)), { ...wish, to, policy: strategyFor("round-robin") }, () => 0).whatIf;
    const emea = even.reps.filter(({ team }) => team === "emea").map(({ leases }) => leases);
    expect(Math.max(...emea) - Math.min(...emea)).toBeLessThanOrEqual(1);
    const one = policyWith({ rules: [], fallback: { team: "emea", tier: "any", rep: "anna-keller" } });
    const uneven = compare(past(JSON.stringify(demo)), { ...wish, to, policy: one }, () => 0).whatIf;
    expect(uneven.reps.find(({ rep }) => rep === "anna-keller")).toMatchObject({ leases: 12, team: "emea" });
    expect(uneven.fairness!).toBeLessThan(even.fairness!);
    expect(uneven.fairness).toBeCloseTo(1 / 16);
    expect(uneven.spread).toBe(12);
  });

  it("shorter clocks are missed more often", () => {
    const clocks = (demo.clocks as { first: object }[]).map((row) => ({ ...row, first: { ...row.first, target: "2s" } }));
    const { happened, whatIf } = compare(past(JSON.stringify(demo)), { ...wish, policy: policyWith({ clocks }) }, () => 0);
    expect(whatIf.alerts.response_missed).toBeGreaterThan(happened.alerts.response_missed);
  });

  it("counts the window only, with what began before it", () => {
    const policy = JSON.stringify(demo);
    const { whatIf } = compare(past(policy), { ...wish, policy, from: start + 6 * second, to: start + 12 * second }, () => 0);
    expect(whatIf.leads).toBe(6);
    expect(Math.max(...whatIf.reps.map(({ mostOpen }) => mostOpen))).toBeGreaterThan(2);
  });

  it("plays the journeys that were in force, or others; the same ones under the same policy do the same", () => {
    const policy = JSON.stringify({ ...demo, recycle: { to: "nurture" } });
    const history = past(policy);
    const same = compare(history, { ...wish, policy }, () => 0).journeys;
    expect(same.whatIf).toEqual(same.happened);
    expect(same.happened).toMatchObject([{ journey: "nurture", entered: expect.any(Number), messages: expect.any(Number) }]);
    expect(same.happened[0]!.messages).toBeGreaterThan(3);
    const other = { name: "other", enter: { states: ["nurture"] }, steps: [{ id: "one", after: "1s", send: "x" }] };
    const tried = compare(history, { ...wish, policy, journeys: [JSON.stringify(other)] }, () => 0).journeys;
    expect(tried.happened).toEqual(same.happened);
    expect(tried.whatIf).toMatchObject([{ journey: "other", left: { finished: expect.any(Number) } }]);
    // Where leads go to the pool nobody is nurtured.
    expect(compare(history, { ...wish, policy: JSON.stringify(demo) }, () => 0).journeys.whatIf).toEqual([]);
  });

  it("refuses a policy that names what the roster lacks", () => {
    const policy = policyWith({ rules: [], fallback: { team: "nowhere", tier: "any" } });
    expect(() => compare(past(JSON.stringify(demo)), { ...wish, policy }, () => 0)).toThrow(
      expect.objectContaining({ code: "POLICY_INVALID" }),
    );
  });

  it("an empty past is an empty report", () => {
    const { whatIf } = compare(
      { signals: [], teams, assignments: [], alerts: [], journeys: [], moves: [], messages: [] },
      { ...wish, policy: JSON.stringify(demo) },
      () => 0,
    );
    expect(whatIf).toMatchObject({ leads: 0, leases: 0, fairness: null, meanResponseMs: null });
  });
});

describe("owners of imported history", () => {
  const status = (offset: number, kind: Signal["status"], rep: string | null): Signal => ({
    ...blank,
    leadId: "old",
    kind: "status",
    status: kind,
    rep,
    imported: true,
    source: { ...blank.source, offset },
  });

  it("are those whom its statuses name, at the times of the statuses", () => {
    const signals = [
      status(4, "won", "bob"),
      status(1, "contacted", "ann"),
      status(2, "follow_up", "ann"),
      status(3, "contacted", "bob"),
      status(5, "lost", null),
    ];
    const owners = importedOwners([{ signals, ownTimes: new Map([1, 2, 3, 4, 5].map((offset) => [offset, offset * 100])) }]);
    expect(owners.map(({ time, change, rep, epoch }) => [time, change, rep, epoch])).toEqual([
      [100, "assigned", "ann", 1],
      [100, "contacted", "ann", 1],
      [200, "followed_up", "ann", 1],
      [300, "transferred", "bob", 2],
      [300, "contacted", "bob", 2],
      [400, "won", null, 2],
    ]);
    const { reps, leases, won } = summarise(owners, [], new Map([["cid", "north"]]), { from: 0, to: 1_000 });
    expect([leases, won]).toEqual([2, 1]);
    expect(reps.map(({ rep, leases, won }) => [rep, leases, won])).toEqual([
      ["ann", 1, 0],
      ["bob", 1, 1],
      ["cid", 0, 0],
    ]);
    expect(importedOwners([{ signals, ownTimes: new Map() }])).toEqual([]);
  });
});

describe("the signals of the past", () => {
  const at = (time: number, offset: number, imported = false): Signal => ({
    ...blank,
    time,
    imported,
    source: { ...blank.source, offset },
  });

  it("come in the order of their times; imported history at its own, where that is wanted", () => {
    const partitions = [
      { signals: [at(5, 1), at(9, 2, true)], ownTimes: new Map([[2, 3]]) },
      { signals: [at(4, 1), at(5, 2), at(50, 3)], ownTimes: new Map<number, number>() },
    ];
    expect(mergeSignals(partitions, 50).map(({ time, imported }) => [time, imported])).toEqual([
      [3, false],
      [4, false],
      [5, false],
      [5, false],
    ]);
    const asLogged = partitions.map((one) => ({ ...one, ownTimes: new Map<number, number>() }));
    expect(mergeSignals(asLogged, 50).map(({ time, imported }) => [time, imported])).toEqual([
      [4, false],
      [5, false],
      [5, false],
      [9, true],
    ]);
  });
});

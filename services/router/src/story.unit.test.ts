import { join } from "node:path";
import { beforeEach, describe, expect, it } from "@jest/globals";
import { readYamlDocument } from "@leadstream/config";
import { rosterParts } from "@leadstream/domain-routing";
import type { Decoded, RecordName, Records, RosterChange, Signal } from "@leadstream/schemas";
import { MemoryIo, partitionOf, type RecordCursor, TopologyDriver } from "@leadstream/stream";
import { z } from "zod";
import { attributes, blankSignal as blank } from "../tests/signals.ts";
import { caseFold } from "./stages/case-fold.ts";
import { decodeTeamRequest } from "./stages/team-fold.ts";
import { routerTopologies } from "./topology.ts";

const examples = join(import.meta.dirname, "../../../infra/examples");
const document = (path: string): unknown => readYamlDocument(join(examples, path), z.unknown());
const second = 1_000;
const start = 1_700_000_000_000;

/** The real topologies over topics in memory; plays the scorer. */
class Router {
  private readonly io = new MemoryIo(2);
  private readonly driver = new TopologyDriver(this.io, routerTopologies(this.io), start);
  private readonly seqs = [0, 0];

  constructor() {
    for (const part of rosterParts(document("rosters/demo-team.yaml"))) this.roster(part.teamId, 1, part.document);
    const policy = JSON.stringify(document("policies/demo.yaml"));
    this.publish(policy, 1);
  }

  publish(policy: string, policyVersion: number): void {
    for (const partition of [0, 1]) this.toPartition(partition, null, { kind: "policy", leadId: "", document: policy, policyVersion });
  }

  roster(teamId: string, version: number, text: string): void {
    const value = { version, fingerprint: "f", document: text, commandId: null };
    this.driver.feed((broker, now) => broker.append("team.requests", "RosterPublished", teamId, value, now));
  }

  private toPartition(partition: number, key: string | null, details: Pick<Signal, "kind" | "leadId"> & Partial<Signal>): void {
    const source = { topic: "lead.events", incarnation: "i", partition, offset: this.seqs[partition]!, n: 0, seq: this.seqs[partition]!++ };
    this.driver.feed((broker, now) =>
      broker.append("lead.signals", "Signal", key, { ...blank, source, time: this.driver.nowMs, ...details }, now, partition),
    );
  }

  change(value: RosterChange): void {
    this.driver.feed((broker, now) => broker.append("team.requests", "RosterChange", "*", value, now));
  }
  publishJourney(journey: string, version: number): void {
    for (const partition of [0, 1])
      this.toPartition(partition, null, { kind: "journey", leadId: "", document: journey, policyVersion: version });
  }

  /** Ticks as the scorer forwards them. */
  wait(durationMs: number): void {
    this.driver.nowMs += durationMs;
    for (const partition of [0, 1]) this.toPartition(partition, null, { kind: "tick", leadId: "" });
  }

  signal(kind: Signal["kind"], details: Partial<Signal> = {}): void {
    const leadId = details.leadId ?? "lead-1";
    this.toPartition(partitionOf(leadId, 2), leadId, { ...details, kind, leadId });
  }

  records<N extends RecordName>(topic: string, type: N): Records[N][] {
    return this.io.broker.read(topic).flatMap((record) => (record.type === type ? [record.value as Records[N]] : []));
  }

  /** Assignments and alerts of one lead in their order of time. */
  told(leadId = "lead-1"): string[] {
    const assignments = this.records("lead.assignments", "Assignment").map((value) => ({
      time: value.time,
      leadId: value.leadId,
      text: value.change as string,
    }));
    const alerts = this.records("lead.alerts", "Alert").map((value) => ({
      time: value.time,
      leadId: value.leadId,
      text: `alert ${value.kind}`,
    }));
    const all = [...alerts, ...assignments].filter((entry) => entry.leadId === leadId);
    return all.sort((one, other) => one.time - other.time).map((entry) => entry.text);
  }
}

describe("the router's two folds joined by topics, under the demo policy", () => {
  let router: Router;
  beforeEach(() => {
    router = new Router();
  });

  const cross = (leadId?: string): void => {
    router.signal("captured", { score: 20_000, band: "pool", grade: "A", attributes, ...(leadId === undefined ? {} : { leadId }) });
    router.signal("crossed", {
      score: 85_000,
      band: "sql",
      previousBand: "pool",
      direction: "up",
      grade: "A",
      ...(leadId === undefined ? {} : { leadId }),
    });
  };
  const owner = (): string => router.records("lead.assignments", "Assignment").at(-1)!.rep!;

  it("captured, crosses, assigned, ignored, reminded, recycled, claimed, contacted, won", () => {
    cross();
    expect(owner()).toBe("anna-keller");
    for (let waited = 0; waited < 61; waited++) router.wait(second);
    router.signal("command", { command: "claim", rep: "emma-clark", toTeam: "emea", eventId: "claim-1" });
    router.signal("command", { command: "claim", rep: "jonas-weber", toTeam: "emea", eventId: "claim-2" });
    expect(owner()).toBe("emma-clark");
    router.wait(5 * second);
    router.signal("status", { status: "contacted", rep: "emma-clark", eventId: "e1" });
    router.signal("status", { status: "opportunity", rep: "emma-clark", eventId: "e2" });
    router.signal("status", { status: "won", rep: "emma-clark", amount: 4_800_000, eventId: "e3" });
    expect(router.told()).toEqual([
      "captured",
      "requested",
      "assigned",
      "alert response_missed",
      "alert reminder",
      "alert escalation",
      "alert recycle",
      "recycled",
      "requested",
      "claimed",
      "refused",
      "contacted",
      "opportunity",
      "won",
    ]);
    const won = router.records("lead.assignments", "Assignment").at(-1);
    expect(won).toMatchObject({ change: "won", epoch: 2, rep: null, previousRep: "emma-clark", amount: 4_800_000, policyVersion: 1 });
    expect(
      router
        .records("team.requests", "TeamRequest")
        .filter((request) => request.kind === "release")
        .map((request) => request.outcome),
    ).toEqual(["recycled", "won"]);
  });

  it("of two changes from one version of the roster the log holds the first; the second is refused, for the record", () => {
    const change = (commandId: string, teamId: string, version: number): void => {
      const file = document("rosters/demo-team.yaml") as { teams: { id: string; reps: object[] }[]; calendars?: object };
      const team = file.teams.find(({ id }) => id === teamId)!;
      const text = JSON.stringify({
        ...team,
        calendars: file.calendars,
        reps: [...team.reps, { id: "zoe", tier: "senior", capacity: 500 }],
      });
      router.change({ commandId, version, teamId, rep: "zoe", fingerprint: "f", document: text });
    };
    change("first", "emea", 2);
    change("second", "americas", 2);
    change("late", "emea", 2);
    const decided = router.records("team.requests", "RosterDecided");
    expect(decided.map(({ commandId, done, version, teamId }) => [commandId, done, version, teamId])).toEqual([
      ["first", true, 2, "emea"],
      ["second", false, 2, "americas"],
      ["late", false, 2, "emea"],
    ]);
    expect(decided[1]).toMatchObject({ reason: "the roster has changed since: it has version 2", document: "" });
    for (const lead of ["lead-1", "lead-2", "lead-3", "lead-4", "lead-5"]) {
      cross(lead);
      router.signal("command", { leadId: lead, command: "transfer", toTeam: "americas", toRep: "zoe", eventId: `t-${lead}` });
    }
    const told = router.records("lead.assignments", "Assignment");
    expect(told.some(({ rep, team }) => rep === "zoe" && team === "emea")).toBe(true);
    expect(told.filter(({ change }) => change === "refused").map(({ reason }) => reason)).toEqual(
      Array(5).fill("zoe is not in team americas"),
    );
    change("next", "americas", 3);
    expect(router.records("team.requests", "RosterDecided")).toContainEqual(
      expect.objectContaining({ commandId: "next", done: true, version: 3 }),
    );
  });

  it("an alert carries the instant at which it was due, not that at which time was noticed", () => {
    cross();
    router.wait(25 * second);
    expect(router.records("lead.alerts", "Alert").map((alert) => [alert.kind, alert.due - start])).toEqual([
      ["response_missed", 10 * second],
      ["reminder", 20 * second],
    ]);
  });

  it("a stricter policy reaches leads that nothing happens to, a changed clock at its own instant", () => {
    cross();
    router.wait(5 * second);
    const demo = document("policies/demo.yaml") as { clocks: { first: object }[] };
    const clocks = demo.clocks.map((row) => ({ ...row, first: { ...row.first, remind: "3s", escalate: "7s" } }));
    router.publish(JSON.stringify({ ...demo, clocks }), 2);
    for (const waited of [1, 2, 3]) router.wait(waited * second);
    expect(router.records("lead.alerts", "Alert").map(({ kind, due, policyVersion }) => [kind, due - start, policyVersion])).toEqual([
      ["reminder", 5 * second, 2],
      ["escalation", 7 * second, 2],
      ["response_missed", 10 * second, 2],
    ]);
  });

  it("unclaimed leads are assigned again, to somebody else", () => {
    cross();
    for (let waited = 0; waited < 95; waited++) router.wait(second);
    const owners = router
      .records("lead.assignments", "Assignment")
      .filter((assignment) => assignment.rep !== null && assignment.change.endsWith("assigned"));
    expect(owners.map(({ change, rep, epoch }) => [change, rep, epoch])).toEqual([
      ["assigned", "anna-keller", 1],
      ["reassigned", "pierre-martin", 2],
    ]);
  });

  it("nurtured: a journey asks for messages, adapts to clicks, stops when sales gets the lead", () => {
    router.signal("captured", { score: 65_000, band: "mql", grade: "B", attributes });
    router.publishJourney(JSON.stringify(document("journeys/demo.yaml")), 1);
    for (let waited = 0; waited < 60; waited++) {
      router.wait(second);
      if (waited === 20) router.signal("active", { score: 66_000, band: "mql", touch: "email-click" });
    }
    router.signal("crossed", { score: 85_000, band: "sql", previousBand: "mql", direction: "up", grade: "B" });
    for (let waited = 0; waited < 60; waited++) router.wait(second);
    const messages = router.records("lead.messages", "MessageRequested");
    expect(messages.map(({ template, due }) => [template, due - start])).toEqual([
      ["thanks-and-case", 10 * second],
      ["blog-in-depth", 50 * second],
    ]);
    const moves = router.records("lead.messages", "JourneyMoved").map(({ move, step, outcome }) => [move, step, outcome]);
    expect(moves).toEqual([
      ["entered", null, null],
      ["stepped", "thanks", "sent"],
      ["stepped", "blog", "sent"],
      ["left", "webinar-invitation", "assigned"],
    ]);
    const sources = [...messages, ...router.records("lead.messages", "JourneyMoved")].map(({ source }) => source.seq);
    expect(sources.sort((one, other) => one - other)).toEqual(sources.map((_, index) => index));
  });

  it("a rep who left is told by the team, and the lead moves on", () => {
    cross();
    const teams = (document("rosters/demo-team.yaml") as { teams: { id: string; reps: { id: string }[] }[] }).teams;
    const emea = teams.find((team) => team.id === "emea")!;
    const smaller = JSON.stringify({ ...emea, reps: emea.reps.filter((rep) => rep.id !== "anna-keller") });
    router.roster("emea", 2, smaller);
    expect(router.told()).toEqual(["captured", "requested", "assigned", "revoked", "requested", "reassigned"]);
    expect(owner()).not.toBe("anna-keller");
  });

  it.each([
    ["working hours begin", { calendar: "office", calendars: { office: { open: [[start + 3_600_000, start + 7_200_000]] } } }, {}],
    ["an absence ends", {}, { absent: [{ from: "2023-11-14", until: new Date(start + 3_600_000).toISOString().replace(".000", "") }] }],
  ])("a wait in a team's queue ends by itself when %s, to the millisecond", (_name, teamDetails, repDetails) => {
    router.publish(JSON.stringify({ ...(document("policies/demo.yaml") as object), request: { waitLimit: "1d" } }), 2);
    router.roster("emea", 2, JSON.stringify({ id: "emea", ...teamDetails, reps: [{ id: "anna-keller", ...repDetails }] }));
    cross();
    const replies = (): string[] =>
      router.records("lead.signals", "TeamReply").map(({ kind, time, rep }) => `${kind} ${rep ?? "nobody"} ${time - start}`);
    expect(replies()).toEqual(["queued nobody 0"]);
    router.wait(3_600_000 - 1);
    expect(replies()).toEqual(["queued nobody 0"]);
    router.wait(1);
    expect(replies()).toEqual(["queued nobody 0", "granted anna-keller 3600000"]);
    router.wait(1);
    expect([replies().length, owner()]).toEqual([2, "anna-keller"]);
  });

  it("at a set rate the leads of a rep who left move on by themselves, one after the other", () => {
    for (const lead of ["lead-1", "lead-2", "lead-3"]) cross(lead);
    router.roster("emea", 2, JSON.stringify({ id: "emea", reassignPerHour: 360, reps: [{ id: "jonas-weber" }] }));
    const moved = (): string[] =>
      router.records("lead.assignments", "Assignment").flatMap(({ change, leadId }) => (change === "revoked" ? [leadId] : []));
    expect(moved()).toEqual(["lead-1"]);
    router.wait(10 * second - 1);
    expect(moved()).toHaveLength(1);
    router.wait(1);
    expect(moved()).toHaveLength(2);
    router.wait(10 * second);
    expect(moved().sort()).toEqual(["lead-1", "lead-2", "lead-3"]);
    expect(router.told("lead-3")).toEqual(expect.arrayContaining(["revoked", "reassigned"]));
  });

  it("a grade A lead goes to the senior, and to the others when the senior is full", () => {
    for (let lead = 1; lead <= 36; lead++) cross(`lead-${lead}`);
    const loads = new Map<string, number>();
    for (const reply of router.records("lead.signals", "TeamReply")) loads.set(reply.rep!, (loads.get(reply.rep!) ?? 0) + 1);
    expect(Object.fromEntries(loads)).toEqual({ "anna-keller": 30, "pierre-martin": 3, "emma-clark": 3 });
  });
});

describe("stages", () => {
  const cursor = { keyStart: -1, keyEnd: -1, buffer: Buffer.alloc(0) } as unknown as RecordCursor;

  it("a roster without a key stops the stage: it belongs to no team", () => {
    const record = { type: "RosterPublished", value: { version: 1, fingerprint: "", document: "{}" } } as Decoded;
    expect(decodeTeamRequest(record, cursor, { partition: 0, partitions: 1 })).toMatchObject({ kind: "dead-letter", code: "MISSING_KEY" });
  });

  it("an answer of a team does not move the case's clock", () => {
    expect(caseFold.timeOf({ type: "TeamReply", value: { time: 99 } } as never, 5)).toBeNull();
  });
});

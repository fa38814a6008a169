import { describe, expect, it } from "@jest/globals";
import type { Bug } from "./joiner.ts";
import { runHistory } from "./random-history.ts";

/** The rarest bug shows itself once in some thousand histories; most do in the first ten. */
const historiesPerBug = 4_000;
const historiesWithoutBug = 600;

/** Each bug with a piece of the fault that must be found. */
const bugs: readonly (readonly [name: string, fault: string, bug: () => Bug])[] = [
  [
    "releases are lost, so capacity leaks",
    "no case knows of it",
    () => ({ request: (request) => (request.kind === "release" ? null : request) }),
  ],
  [
    "neither a cancel nor a grant without a request gives back",
    "no case knows of it",
    () => ({ request: (request) => (request.outcome === "unmatched" || request.kind === "cancel" ? null : request) }),
  ],
  ["erasure forgets to release", "no case knows of it", () => ({ request: (request) => (request.outcome === "erased" ? null : request) })],
  [
    "a transfer keeps the old hold",
    "no case knows of it",
    () => ({ request: (request) => (request.outcome === "transferred" ? null : request) }),
  ],
  [
    "a refused command is not answered",
    "was never answered",
    () => ({ output: (output) => (output.type === "Assignment" && output.value.change === "refused" ? null : output) }),
  ],
  ["a won lead keeps its place", "no case knows of it", () => ({ request: (request) => (request.outcome === "won" ? null : request) })],
  [
    "an epoch is skipped",
    "opened after",
    () => ({
      beforeCase: (state, message) => {
        if (message.type === "reply" && state.epoch === 1) state.epoch = 2;
      },
    }),
  ],
  [
    "an epoch is used twice",
    "opened after",
    () => ({
      beforeCase: (state, message) => {
        if (message.type === "reply" && state.epoch === 1 && state.lease === null) state.epoch = 0;
      },
    }),
  ],
  [
    "a request is granted to two reps",
    "granted to",
    () => {
      let grants = 0;
      return { reply: (reply) => (reply.kind === "granted" && grants++ % 5 === 0 ? [reply, { ...reply, rep: "east-2" }] : [reply]) };
    },
  ],
  [
    "any grant is taken for the answer",
    "held by no team",
    () => ({
      beforeCase: (state, message) => {
        if (message.type !== "reply" || message.value.kind !== "granted" || state.pending === null) return;
        const number = Number(message.value.requestId.split("#")[1]);
        state.pending = { ...state.pending, number, team: message.value.teamId };
      },
    }),
  ],
  [
    "the end of a lease is not recorded",
    "names an owner, nobody holds it|does not close|while .* holds it|disagree on the owner",
    () => ({ output: (output) => (output.type === "Assignment" && output.value.change === "recycled" ? null : output) }),
  ],
  [
    "capacity is not looked at",
    "holds \\d+ of \\d+",
    () => ({
      beforeTeam: (state) => {
        state.members = state.members.map((member) => Object.assign(member, { rep: { ...member.rep, capacity: 99 } }));
      },
    }),
  ],
  [
    "the leads of a removed rep are not revoked",
    "never revoked",
    () => ({
      beforeTeam: (state, message) => {
        if (message.type === "roster") state.holds.clear();
      },
    }),
  ],
  [
    "a second leaver's leads do not keep to the pace",
    "revoked faster than",
    () => ({
      beforeTeam: (state, message) => {
        if (message.type === "roster") state.revokedAt = 0;
      },
    }),
  ],
  [
    "who left slowly keeps the leads for ever",
    "never revoked",
    () => ({
      beforeTeam: (state) => {
        if (state.leavers.length > 0) state.revokedAt = 2 ** 50;
      },
    }),
  ],
  [
    "round-robin always begins with the first rep",
    "round-robin",
    () => ({
      beforeTeam: (state) => {
        for (const member of state.members) member.turn = 0;
      },
    }),
  ],
  [
    "the cool-down is forgotten",
    "during the cool-down",
    () => ({
      beforeCase: (state) => {
        state.coolDowns = [];
      },
    }),
  ],
  [
    "the team forgets who waits",
    "waits nowhere",
    () => ({
      beforeTeam: (state) => {
        state.queue = [];
      },
    }),
  ],
  ["denials are not sent", "waits nowhere", () => ({ reply: (reply) => (reply.kind === "denied" ? [] : [reply]) })],
  [
    "a release frees two places",
    "count and set of holds differ|holds \\d+ of \\d+",
    () => ({
      afterTeam: (state, message) => {
        if (message.type !== "request" || message.value.kind !== "release") return;
        const [member] = state.members;
        if (member !== undefined && member.held > 0) member.held--;
      },
    }),
  ],
  [
    "working hours are not looked at",
    "who is out of hours",
    () => ({
      beforeTeam: (state) => {
        state.members = state.members.map((member) => Object.assign(member, { rep: { ...member.rep, hours: null } }));
      },
    }),
  ],
  [
    "a won deal does not count for the target",
    "has more of the target left than",
    () => ({
      beforeTeam: (state) => {
        for (const member of state.members) member.sold = 0;
      },
    }),
  ],
  [
    "collaborators are lost on a hand-over",
    "with collaborators",
    () => ({
      beforeCase: (state, message) => {
        if (message.type === "reply" && message.value.kind === "granted") state.collaborators = [];
      },
    }),
  ],
  [
    "the owner before is forgotten",
    "tells of the owners",
    () => ({
      beforeCase: (state, message) => {
        if (message.type === "reply") state.formerLeases = state.formerLeases.slice(1);
      },
    }),
  ],
  [
    "teams are not told the time",
    "waits although .* is free",
    () => ({ request: (request) => (request.kind === "tick" ? null : request) }),
  ],
  [
    "a removed team gives everything back at once",
    "revoked faster than",
    () => ({
      beforeTeam: (state, message) => {
        if (message.type === "roster" && message.document.includes('"removed":true') && state.team !== null)
          state.team = { ...state.team, reassignPerHour: null };
      },
    }),
  ],
  [
    "deals are counted in whatever currency they come",
    "a deal of .* counts as",
    () => ({
      output: (output) =>
        output.type === "TeamRequest" && output.value.outcome === "won"
          ? { ...output, value: { ...output.value, amount: (output.value.amount ?? 0) + 1 } }
          : output,
    }),
  ],
  [
    "a cool-down is kept from those who list what to claim",
    "does not tell the cool-down",
    () => ({
      output: (output) => (output.type === "Assignment" ? { ...output, value: { ...output.value, coolDowns: [] } } : output),
    }),
  ],
  [
    "the daily quota of claims is not looked at",
    "of a day",
    () => ({
      beforeTeam: (state) => {
        for (const member of state.members) member.claimsToday = 0;
      },
    }),
  ],
  [
    "the cap of claims is not looked at",
    "claimed leads",
    () => ({
      beforeTeam: (state) => {
        for (const member of state.members) member.claimed = 0;
      },
    }),
  ],
  [
    "absence is not looked at",
    "who is absent",
    () => ({
      beforeTeam: (state) => {
        state.members = state.members.map((member) => Object.assign(member, { rep: { ...member.rep, absent: [] } }));
      },
    }),
  ],
];

describe("I4's checker finds seeded bugs", () => {
  it.each(bugs)("%s", (_name, fault, bug) => {
    const expected = new RegExp(fault);
    const found: string[] = [];
    for (let seed = 1; seed <= historiesPerBug && !found.some((text) => expected.test(text)); seed++) {
      found.push(...runHistory(seed, {}, bug()).faults);
    }
    expect(found.find((text) => expected.test(text)) ?? found.slice(0, 3)).toMatch(expected);
  });

  it("and finds nothing where nothing was seeded", () => {
    for (let seed = 1; seed <= historiesWithoutBug; seed++) expect(runHistory(seed, {}).faults).toEqual([]);
  });
});

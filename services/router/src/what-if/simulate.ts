import { type Policy, readPolicy } from "@leadstream/domain-routing";
import type { Alert, Assignment, JourneyMoved, MessageRequested, RecordName, Records, Signal } from "@leadstream/schemas";
import { MemoryIo, TopologyDriver } from "@leadstream/stream";
import { routerTopologies } from "../topology.ts";
import type { PublishedJourney, PublishedTeam } from "./history.ts";

export interface Simulation {
  readonly assignments: readonly Assignment[];
  readonly alerts: readonly Alert[];
  readonly moves: readonly JourneyMoved[];
  readonly messages: readonly MessageRequested[];
  /** Signals that were fed, ticks not counted. */
  readonly signals: number;
  readonly ticks: number;
}

const MINUTE_MS = 60_000;
const SECOND_MS = 1_000;

/**
 * Plays the signals of the past to the router's own topologies under another policy, in memory and in virtual time. What sales did is kept as it
 * was and counts for whoever owns the lead then: a status or a hand-back names no rep and no lease any more.
 */
export function simulate(
  policyDocument: string,
  teams: readonly PublishedTeam[],
  journeys: readonly PublishedJourney[],
  signals: readonly Signal[],
  to: number,
): Simulation {
  const world = new World(tickOf(readPolicy(policyDocument)));
  const [first] = signals;
  if (first === undefined) return { assignments: [], alerts: [], moves: [], messages: [], signals: 0, ticks: 0 };
  const rosters = [...teams].sort((one, other) => one.publishedAt - other.publishedAt);
  const plans = [...journeys].sort((one, other) => one.publishedAt - other.publishedAt);
  let planVersion = 0;
  const versions = new Map<string, number>();
  const publishUntil = (time: number): void => {
    for (let next = rosters[0]; next !== undefined && next.publishedAt <= time; next = rosters[0]) {
      rosters.shift();
      const version = (versions.get(next.teamId) ?? 0) + 1;
      versions.set(next.teamId, version);
      world.advance(next.publishedAt);
      world.roster(next.teamId, version, next.document);
    }
  };
  const planUntil = (time: number): void => {
    for (let next = plans[0]; next !== undefined && next.publishedAt <= time; next = plans[0]) {
      plans.shift();
      world.advance(next.publishedAt);
      world.journey(next.document, ++planVersion);
    }
  };
  world.nowMs = first.time;
  publishUntil(first.time);
  world.policy(policyDocument, first);
  planUntil(first.time);
  for (const signal of signals) {
    publishUntil(signal.time);
    planUntil(signal.time);
    world.advance(signal.time);
    world.signal(withoutOwner(signal));
  }
  world.advance(to);
  return {
    assignments: world.records("lead.assignments", "Assignment"),
    alerts: world.records("lead.alerts", "Alert"),
    moves: world.records("lead.messages", "JourneyMoved"),
    messages: world.records("lead.messages", "MessageRequested"),
    signals: signals.length,
    ticks: world.ticks,
  };
}

function withoutOwner(signal: Signal): Signal {
  const keepsRep = signal.kind === "command" && signal.command === "claim";
  return { ...signal, rep: keepsRep ? signal.rep : null, epoch: null };
}

/** Fine enough to notice the shortest clock of the policy in a tenth of its time, between a second and a minute. */
function tickOf({ clocks, request, recycle }: Policy): number {
  const durations = clocks.flatMap(({ first, cadence }) => [first, cadence].flatMap((phase) => [phase.targetMs, phase.remindMs]));
  const shortest = Math.min(...[...durations, request.waitLimitMs, recycle.reassignAfterMs].filter((duration) => duration !== null));
  return Math.min(MINUTE_MS, Math.max(SECOND_MS, Math.floor(shortest / 10)));
}

/** The router's folds over topics in memory, one partition each; plays the scorer. */
class World {
  nowMs = 0;
  ticks = 0;
  private readonly io = new MemoryIo(1);
  private readonly driver = new TopologyDriver(this.io, routerTopologies(this.io), 0);
  private readonly tickMs: number;
  private template: Signal | null = null;
  private seq = 0;

  constructor(tickMs: number) {
    this.tickMs = tickMs;
  }

  roster(teamId: string, version: number, document: string): void {
    this.driver.feed((broker) =>
      broker.append("team.requests", "RosterPublished", teamId, { version, fingerprint: "", document, commandId: null }, this.nowMs),
    );
  }

  policy(document: string, first: Signal): void {
    this.template = { ...first, leadId: "", eventId: null, attributes: null, status: null, command: null, rep: null, due: 0, epoch: null };
    this.append(null, { ...this.template, kind: "policy", document, policyVersion: 1 });
  }

  journey(document: string, version: number): void {
    if (this.template !== null) this.append(null, { ...this.template, kind: "journey", document, policyVersion: version });
  }

  signal(signal: Signal): void {
    this.append(signal.leadId, { ...signal, time: Math.max(signal.time, this.nowMs) });
  }

  /** Time passes in ticks, so that each clock is noticed soon after it rang, as live. */
  advance(time: number): void {
    while (this.template !== null && time - this.nowMs > this.tickMs) {
      this.nowMs += this.tickMs;
      this.ticks++;
      this.append(null, { ...this.template, kind: "tick" });
    }
    this.nowMs = Math.max(this.nowMs, time);
  }

  records<N extends RecordName>(topic: string, type: N): Records[N][] {
    return this.io.broker.read(topic).flatMap((record) => (record.type === type ? [record.value as Records[N]] : []));
  }

  private append(key: string | null, value: Signal): void {
    const source = { topic: "lead.events", incarnation: "what-if", partition: 0, offset: this.seq, n: 0, seq: this.seq++ };
    this.driver.feed((broker) =>
      broker.append("lead.signals", "Signal", key, { ...value, source, time: Math.max(value.time, this.nowMs) }, this.nowMs, 0),
    );
  }
}

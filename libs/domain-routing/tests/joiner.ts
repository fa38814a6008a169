import { AvroReader, AvroWriter, type Signal, type TeamReply, type TeamRequest } from "@leadstream/schemas";
import {
  type Case,
  type CaseContext,
  type CaseOutput,
  caseTimerKinds,
  caseTimerOf,
  emitTick,
  NO_WAKE,
  noJourneys,
  noPolicy,
  onCaseTimer,
  onPolicyChange,
  onReply,
  onRequest,
  onRoster,
  onSignal,
  onTeamTimer,
  publishJourney,
  publishPolicy,
  readCase,
  readTeamState,
  type SharedPolicy,
  type TeamContext,
  type TeamState,
  teamTimerKinds,
  teamTimerOf,
  writeCase,
  writeTeamState,
} from "../src/index.ts";
import { anySource, journeyDocument } from "./samples.ts";

export type Roster = { readonly type: "roster"; readonly teamId: string; readonly version: number; readonly document: string };
export type Message =
  | { readonly type: "signal"; readonly value: Signal }
  | { readonly type: "reply"; readonly value: TeamReply }
  | { readonly type: "request"; readonly value: TeamRequest }
  | Roster;

/** Sees everything that passes; a seeded bug changes it on the way. */
export interface Watch {
  caseReceives(message: Message, state: Case | null): void;
  caseOutput(output: CaseOutput): void;
  teamReceives(message: Message, state: TeamState | null, now: number): void;
  teamReplies(reply: Omit<TeamReply, "source">, request: TeamRequest | null): void;
}

export interface Bug {
  request?(request: Omit<TeamRequest, "source">): Omit<TeamRequest, "source"> | null;
  reply?(reply: Omit<TeamReply, "source">): Omit<TeamReply, "source">[];
  output?(output: CaseOutput): CaseOutput | null;
  beforeTeam?(state: TeamState, message: Message): void;
  afterTeam?(state: TeamState, message: Message): void;
  beforeCase?(state: Case, message: Message): void;
  afterCase?(state: Case): void;
}

interface LeadPartition {
  now: number;
  shared: SharedPolicy;
  readonly cases: Map<string, Case>;
}
interface TeamPartition {
  now: number;
  readonly teams: Map<string, TeamState>;
}

/** Every history is played with two journeys in force: one for the east before one for everybody. */
const journeys = [
  { enter: { states: ["new", "nurture", "pool"] }, reenter: "1d" },
  {
    name: "east",
    priority: 200,
    enter: { states: ["nurture", "pool"], when: { region: ["east"] } },
    reenter: "2d",
    goal: { did: ["webinar"] },
  },
].reduce((all, details, index) => publishJourney(all, index + 1, JSON.stringify(journeyDocument(details)), 0), noJourneys);

/**
 * The two folds joined by queues, one per source and target partition as in Kafka: order holds inside a queue, queues interleave freely.
 */
export class Joiner {
  readonly leads: LeadPartition[];
  readonly teams: TeamPartition[];
  readonly queues = new Map<string, { readonly target: number; readonly messages: Message[] }>();
  private readonly watch: Watch;
  private readonly bug: Bug;

  constructor(leadPartitions: number, teamPartitions: number, watch: Watch, bug: Bug = {}) {
    this.leads = Array.from({ length: leadPartitions }, () => ({ now: 0, shared: noPolicy, cases: new Map() }));
    this.teams = Array.from({ length: teamPartitions }, () => ({ now: 0, teams: new Map() }));
    this.watch = watch;
    this.bug = bug;
  }

  partitionOfLead(leadId: string): number {
    return Number(leadId.slice(leadId.lastIndexOf("-") + 1)) % this.leads.length;
  }

  partitionOfTeam(teamId: string): number {
    return teamId.charCodeAt(0) % this.teams.length;
  }

  /** Appends to a queue; `from` names the writer. */
  send(from: string, message: Message, partition: number | null = null): void {
    const toTeam = message.type === "request" || message.type === "roster";
    const target =
      partition !== null
        ? partition
        : toTeam
          ? this.partitionOfTeam(message.type === "roster" ? message.teamId : message.value.teamId)
          : this.partitionOfLead(message.value.leadId);
    const key = `${from}>${toTeam ? "team" : "lead"}${target}`;
    const queue = this.queues.get(key);
    if (queue === undefined) this.queues.set(key, { target, messages: [message] });
    else queue.messages.push(message);
  }

  publish(version: number, document: string): void {
    for (const [target, partition] of this.leads.entries()) {
      partition.shared = publishPolicy(partition.shared, version, document, partition.now);
      const context = this.caseContext(target, partition, 0);
      for (const state of partition.cases.values()) onPolicyChange(context, state);
      this.fireCaseTimers(target, partition);
    }
  }

  /** Queues that hold something. */
  waiting(): { readonly target: number; readonly messages: Message[] }[] {
    return [...this.queues.values()].filter((queue) => queue.messages.length > 0);
  }

  deliver(target: number, message: Message): void {
    if (message.type === "signal" || message.type === "reply") this.deliverToCase(target, message);
    else this.deliverToTeam(target, message);
  }

  private deliverToCase(target: number, message: Message & { readonly type: "signal" | "reply" }): void {
    const partition = this.leads[target]!;
    if (message.type === "signal" && message.value.time > partition.now) {
      partition.now = message.value.time;
      this.fireCaseTimers(target, partition);
    }
    if (message.type === "signal" && message.value.kind === "tick") {
      emitTick(this.caseContext(target, partition, 0), partition.now);
      return;
    }
    const { leadId } = message.value;
    const before = partition.cases.get(leadId) ?? null;
    if (before !== null) this.bug.beforeCase?.(before, message);
    this.watch.caseReceives(message, before);
    const context = this.caseContext(target, partition, 0);
    const after = message.type === "signal" ? onSignal(context, before, message.value) : onReply(context, before, message.value);
    this.keep(partition, leadId, after);
  }

  private keep(partition: LeadPartition, leadId: string, after: Case | null): void {
    if (after === null) return;
    this.bug.afterCase?.(after);
    partition.cases.set(leadId, after);
  }

  private fireCaseTimers(target: number, partition: LeadPartition): void {
    for (let fired = 0; fired < 10_000; fired++) {
      let next: { state: Case; kind: number; due: number } | null = null;
      for (const state of partition.cases.values()) {
        for (let kind = 0; kind < caseTimerKinds; kind++) {
          const due = caseTimerOf(state, kind);
          if (due >= 0 && due <= partition.now && (next === null || due < next.due)) next = { state, kind, due };
        }
      }
      if (next === null) return;
      const { state, kind, due } = next;
      const after = onCaseTimer(this.caseContext(target, partition, due), state, kind);
      const again = caseTimerOf(after, kind);
      if (again >= 0 && again <= due) throw new Error(`timer ${kind} did not move on`);
      this.keep(partition, state.leadId, after);
    }
    throw new Error("timers fire for ever");
  }

  private caseContext(target: number, partition: LeadPartition, due: number): CaseContext {
    const { shared, now: clock } = partition;
    return {
      policy: shared.policy,
      policyVersion: shared.version,
      policySince: shared.since,
      journeys,
      now: due === 0 ? clock : due,
      clock,
      due,
      emit: (emitted) => {
        const output = this.bug.output === undefined ? emitted : this.bug.output(emitted);
        if (output === null) return;
        this.watch.caseOutput(output);
        if (output.type !== "TeamRequest") return;
        const request = this.bug.request === undefined ? output.value : this.bug.request(output.value);
        const partition = emitted.key === "" ? target : null;
        if (request !== null) this.send(`lead${target}`, { type: "request", value: { ...request, source: anySource } }, partition);
      },
    };
  }

  private deliverToTeam(target: number, message: Message & { readonly type: "request" | "roster" }): void {
    const partition = this.teams[target]!;
    if (message.type === "request" && message.value.time > partition.now) {
      partition.now = message.value.time;
      this.fireTeamTimers(target, partition, message.value);
    }
    if (message.type === "request" && message.value.kind === "tick") return;
    const teamId = message.type === "roster" ? message.teamId : message.value.teamId;
    const before = partition.teams.get(teamId) ?? null;
    if (before !== null) this.bug.beforeTeam?.(before, message);
    this.watch.teamReceives(message, before, partition.now);
    const context = this.teamContext(target, partition.now, message.type === "request" ? message.value : null);
    const after =
      message.type === "roster"
        ? onRoster(context, before, teamId, message.version, message.document)
        : onRequest(context, before, message.value);
    if (after === null) return;
    this.bug.afterTeam?.(after, message);
    partition.teams.set(teamId, after);
  }

  private fireTeamTimers(target: number, partition: TeamPartition, cause: TeamRequest): void {
    for (let fired = 0; fired < 10_000; fired++) {
      let next: { state: TeamState; kind: number; due: number } | null = null;
      for (const state of partition.teams.values()) {
        for (let kind = 0; kind < teamTimerKinds; kind++) {
          const due = teamTimerOf(state, kind);
          if (due !== NO_WAKE && due <= partition.now && (next === null || due < next.due)) next = { state, kind, due };
        }
      }
      if (next === null) return;
      onTeamTimer(this.teamContext(target, next.due, cause), next.state, next.kind);
    }
    throw new Error("timers of teams fire for ever");
  }

  private teamContext(target: number, now: number, request: TeamRequest | null): TeamContext {
    return {
      now,
      emit: (output) => {
        if (output.type !== "TeamReply") return;
        const replies = this.bug.reply === undefined ? [output.value] : this.bug.reply(output.value);
        for (const reply of replies) {
          this.watch.teamReplies(reply, request);
          this.send(`team${target}`, { type: "reply", value: { ...reply, source: anySource } });
        }
      },
    };
  }

  /** Everything is written to bytes and read again, as after a crash. */
  restart(): void {
    for (const partition of this.leads) {
      for (const [key, state] of partition.cases) partition.cases.set(key, roundTrip(state, writeCase, readCase));
    }
    for (const partition of this.teams) {
      for (const [key, state] of partition.teams) partition.teams.set(key, roundTrip(state, writeTeamState, readTeamState));
    }
  }
}

export function roundTrip<T>(state: T, write: (writer: AvroWriter, state: T) => void, read: (reader: AvroReader) => T): T {
  const writer = new AvroWriter(1024);
  write(writer, state);
  const bytes = writer.slice();
  const reader = new AvroReader(bytes);
  const copy = read(reader);
  reader.finish();
  return copy;
}

import type {
  Alert,
  Assignment,
  JourneyMoved,
  MessageRequested,
  Signal,
  SignalKind,
  StatusKind,
  TeamReply,
  TeamRequest,
} from "@leadstream/schemas";
import {
  type Case,
  type CaseOutput,
  caseTimerKinds,
  caseTimerOf,
  noJourneys,
  noPolicy,
  onCaseTimer,
  onJourneyChange,
  onPolicyChange,
  onReply,
  onSignal,
  publishJourney,
  publishPolicy,
} from "../src/index.ts";
import { attributesOf, policyDocument, replyOf, signalOf } from "./samples.ts";

/** One lead's case, told step by step: given a policy and what happened, when something happens, then these records come out. */
export class CaseStory {
  state: Case | null = null;
  now = 0;
  private shared = noPolicy;
  private journeys = noJourneys;
  private journeyVersion = 0;
  private outputs: CaseOutput[] = [];

  constructor(policy: Record<string, unknown> | null = policyDocument()) {
    if (policy !== null) this.publish(policy);
  }

  publish(policy: Record<string, unknown>): this {
    this.shared = publishPolicy(this.shared, this.shared.version + 1, JSON.stringify(policy), this.now);
    if (this.state !== null) onPolicyChange(this.context(), this.state);
    return this.at(this.now);
  }

  publishJourney(journey: Record<string, unknown>): this {
    this.journeys = publishJourney(this.journeys, ++this.journeyVersion, JSON.stringify(journey), this.now);
    if (this.state !== null) onJourneyChange(this.journeys, this.state);
    return this.at(this.now);
  }

  /** Moves the partition's clock, as a tick does: what is due rings in its order. */
  at(time: number): this {
    this.now = time;
    for (;;) {
      let due = Number.POSITIVE_INFINITY;
      let kind = -1;
      for (let candidate = 0; this.state !== null && candidate < caseTimerKinds; candidate++) {
        const time = caseTimerOf(this.state, candidate);
        if (time >= 0 && time <= this.now && time < due) [due, kind] = [time, candidate];
      }
      if (this.state === null || kind < 0) return this;
      this.state = onCaseTimer(this.context(due), this.state, kind);
    }
  }

  /** Time passes in ticks, as it does when nothing is late; the last is at `time`. */
  through(time: number, tickMs = 3_600_000): this {
    while (this.now + tickMs < time) this.at(this.now + tickMs);
    return this.at(time);
  }

  private context(due = 0) {
    return {
      policy: this.shared.policy,
      policyVersion: this.shared.version,
      policySince: this.shared.since,
      journeys: this.journeys,
      now: due === 0 ? this.now : due,
      clock: this.now,
      due,
      emit: (output: CaseOutput) => void this.outputs.push(output),
    };
  }

  signal(kind: SignalKind, details: Partial<Signal> = {}): this {
    this.state = onSignal(this.context(), this.state, signalOf(kind, this.now, details));
    return this;
  }

  status(status: StatusKind, details: Partial<Signal> = {}): this {
    return this.signal("status", { status, eventId: "event-1", ...details });
  }

  command(command: NonNullable<Signal["command"]>, details: Partial<Signal> = {}): this {
    return this.signal("command", { command, eventId: "command-1", ...details });
  }

  reply(kind: TeamReply["kind"], details: Partial<TeamReply> = {}): this {
    const requestId = `lead-1#${this.state?.requests ?? 1}`;
    this.state = onReply(this.context(), this.state, replyOf(kind, { requestId, ...details }));
    return this;
  }

  /** A lead that crossed SQL and was given to ann. */
  assigned(grade: "A" | "B" | "C" = "A"): this {
    const attributes = attributesOf();
    this.signal("captured", { score: 10_000, band: "pool", grade, attributes });
    this.signal("crossed", { score: 85_000, band: "sql", previousBand: "pool", direction: "up", grade });
    this.reply("granted");
    this.clear();
    return this;
  }

  clear(): this {
    this.outputs = [];
    return this;
  }

  /** Forgets and gives what came out since the last look. */
  take(): CaseOutput[] {
    const taken = this.outputs;
    this.outputs = [];
    return taken;
  }

  changes(): Omit<Assignment, "source">[] {
    return this.outputs.flatMap((output) => (output.type === "Assignment" ? [output.value] : []));
  }

  alerts(): Omit<Alert, "source">[] {
    return this.outputs.flatMap((output) => (output.type === "Alert" ? [output.value] : []));
  }

  messages(): Omit<MessageRequested, "source">[] {
    return this.outputs.flatMap((output) => (output.type === "MessageRequested" ? [output.value] : []));
  }

  moves(): Omit<JourneyMoved, "source">[] {
    return this.outputs.flatMap((output) => (output.type === "JourneyMoved" ? [output.value] : []));
  }

  requests(): Omit<TeamRequest, "source">[] {
    return this.outputs.flatMap((output) => (output.type === "TeamRequest" ? [output.value] : []));
  }

  /** Names of everything that came out, in order: a change by its name, everything else with a word before it. */
  names(): string[] {
    return this.take().map((output) => {
      if (output.type === "Assignment") return output.value.change;
      if (output.type === "MessageRequested") return `send ${output.value.template}`;
      if (output.type === "JourneyMoved")
        return [output.value.move, output.value.step, output.value.outcome].filter((part) => part !== null).join(" ");
      return output.type === "Alert" ? `alert ${output.value.kind}` : `ask ${output.value.kind}`;
    });
  }
}

import { type Decision, type LeadEvent, type LeadState, Scorer } from "../src/index.ts";

export type Mutate = (decision: Decision) => Decision;

/** A scorer with a bug that a property has to catch. */
export class Mutant extends Scorer {
  protected mutate: Mutate = (decision) => decision;
  protected seen: (event: LeadEvent, now: number) => LeadEvent = (event) => event;
  protected after: (state: LeadState, decision: Pick<Decision, "facts">) => LeadState = (state) => state;

  override decide(state: LeadState | null, event: LeadEvent, now: number): Decision {
    return this.mutate(super.decide(state, this.seen(event, now), now));
  }

  override decideTimer(state: LeadState, kind: number, due: number, now: number): Decision {
    return this.mutate(super.decideTimer(state, kind, due, now));
  }

  override evolve(state: LeadState | null, decision: Pick<Decision, "facts">): LeadState {
    return this.after(super.evolve(state, decision), decision);
  }

  with(parts: { mutate?: Mutate; seen?: Mutant["seen"]; after?: Mutant["after"] }): this {
    this.mutate = parts.mutate ?? this.mutate;
    this.seen = parts.seen ?? this.seen;
    this.after = parts.after ?? this.after;
    return this;
  }
}

import type { LeadState } from "@leadstream/domain-scoring";
import { type DeadLetterLimit, type StreamIo, type Topology, topology } from "@leadstream/stream";
import { decodeLeadEvent, type LeadInput } from "./stages/decode-lead-event.ts";
import { leadScoring } from "./stages/lead-scoring.ts";
import type { ModelsInForce } from "./stages/models-in-force.ts";

export interface ScoringLimits {
  readonly deadLetterLimit: DeadLetterLimit;
  readonly tickEveryMs: number;
}

/** lead.events → lead.scores, lead.signals. */
export function scoringTopology(io: StreamIo, limits: ScoringLimits): Topology<LeadInput, LeadState, ModelsInForce> {
  return topology("scoring")
    .from(io.inbox("lead.events", "scoring")) // key = lead id, log-time order
    .stage(decodeLeadEvent) // ok | dead letter with a code
    .fold(leadScoring, io.stores("scoring")) // pure domain over keyed state and timers
    .to(io.output("lead.scores"), io.output("lead.signals"))
    .deadLettersTo(io.output("lead.dead-letters"), limits.deadLetterLimit)
    .ticks(io.ticks("lead.events"), limits.tickEveryMs)
    .commit(io.transactions("scoring", "lead.events")); // last, always
}

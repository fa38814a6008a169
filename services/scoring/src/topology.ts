import type { LeadState } from "@leadstream/domain-scoring";
import {
  type DeadLetterLimit,
  type InboxTopic,
  type OutputTopic,
  type StateStores,
  type TickWriter,
  type Topology,
  type Transactions,
  topology,
} from "@leadstream/stream";
import { decodeLeadEvent, type LeadInput } from "./stages/decode-lead-event.ts";
import { leadScoring, type ScoringShared } from "./stages/lead-scoring.ts";

/** What the topology is made of; main.ts gives it Kafka and LMDB, tests give it memory. */
export interface ScoringIo {
  readonly leadEvents: InboxTopic;
  readonly leadState: StateStores;
  readonly leadScores: OutputTopic;
  readonly leadSignals: OutputTopic;
  readonly deadLetters: OutputTopic;
  readonly ticks: TickWriter;
  readonly transaction: Transactions;
}

export interface ScoringLimits {
  readonly deadLetterLimit: DeadLetterLimit;
  readonly tickEveryMs: number;
}

/** lead.events → lead.scores, lead.signals. */
export function scoringTopology(io: ScoringIo, limits: ScoringLimits): Topology<LeadInput, LeadState, ScoringShared> {
  return topology("scoring")
    .from(io.leadEvents) // key = lead id, log-time order
    .stage(decodeLeadEvent) // ok | dead letter with a code
    .fold(leadScoring, io.leadState) // pure domain over keyed state and timers
    .to(io.leadScores, io.leadSignals)
    .deadLettersTo(io.deadLetters, limits.deadLetterLimit)
    .ticks(io.ticks, limits.tickEveryMs)
    .commit(io.transaction); // last, always
}

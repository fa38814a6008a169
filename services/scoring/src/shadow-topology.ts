import { type StreamIo, type Topology, topology } from "@leadstream/stream";
import { decodeLeadEvent, type LeadInput } from "./stages/decode-lead-event.ts";
import type { ModelsWithShadow } from "./stages/shadow-models.ts";
import { type ShadowedLead, shadowScoring } from "./stages/shadow-scoring.ts";

/** lead.events → lead.shadow-scores, with a group and a store of its own: the live fold neither waits for it nor knows of it. */
export function shadowTopology(io: StreamIo): Topology<LeadInput, ShadowedLead, ModelsWithShadow> {
  return topology("shadow")
    .from(io.inbox("lead.events", "shadow"))
    .stage(decodeLeadEvent)
    .fold(shadowScoring, io.stores("shadow"))
    .to(io.output("lead.shadow-scores"))
    .deadLettersElsewhere() // the live fold sets them aside
    .commit(io.transactions("shadow", "lead.events"));
}

export { scoringConfig } from "./config.ts";
export { type DecodeCode, decodeLeadEvent, type LeadInput } from "./stages/decode-lead-event.ts";
export { leadScoring, type ScoringOutput } from "./stages/lead-scoring.ts";
export { type ModelsInForce, publishedInto, scorerOf } from "./stages/models-in-force.ts";
export { modelOf, pilotOf } from "./stages/published-model.ts";
export { type ScoringLimits, scoringTopology } from "./topology.ts";

export { scoringConfig } from "./config.ts";
export { type DecodeCode, decodeLeadEvent, type LeadInput, modelOf } from "./stages/decode-lead-event.ts";
export { leadScoring, type ScoringOutput, type ScoringShared } from "./stages/lead-scoring.ts";
export { type ScoringLimits, scoringTopology } from "./topology.ts";

export { type RouterConfig, routerConfig } from "./config.ts";
export { type CaseInput, caseFold, decodeSignal } from "./stages/case-fold.ts";
export { decodeTeamRequest, type TeamInput, teamFold } from "./stages/team-fold.ts";
export { caseTopology, routerTopologies, teamTopology } from "./topology.ts";

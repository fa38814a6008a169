export { addWorkingTime, type OpenIntervals } from "./calendar/add-working-time.ts";
export { openIntervals, resolveCalendars, withOpenHours, writtenCalendars } from "./calendar/resolve-calendars.ts";
export { type Case, caseTimerKinds, caseTimerOf, caseTimers, newCase, requestIdOf } from "./case/case.ts";
export { readCase, writeCase } from "./case/case-codec.ts";
export { type CaseContext, type CaseOutput, emitTick } from "./case/case-output.ts";
export { type CaseShared, nothingPublished, readCaseShared, writeCaseShared } from "./case/case-shared.ts";
export { type ClockContext, onPolicyChange } from "./case/clocks.ts";
export { onJourneyChange } from "./case/follow-journey.ts";
export type { JourneyRun } from "./case/journey-run.ts";
export { onReply } from "./case/on-reply.ts";
export { onSignal } from "./case/on-signal.ts";
export { onCaseTimer } from "./case/on-timer.ts";
export type { Fault } from "./document/document-reader.ts";
export { parseDuration } from "./document/duration.ts";
export { RoutingError, type RoutingErrorCode } from "./errors.ts";
export type { Branch, Journey, Step } from "./journey/journey.ts";
export {
  type Journeys,
  journeyNamed,
  noJourneys,
  type PublishedJourney,
  publishJourney,
} from "./journey/journeys.ts";
export { checkJourney, readJourney, touchesOf } from "./journey/read-journey.ts";
export {
  defaultNextActionSettings,
  type LeadSituation,
  type NextAction,
  type NextActionKind,
  type NextActionSettings,
  nextAction,
  nextActionSettings,
  nextActions,
} from "./next-action/next-action.ts";
export type { KnownNames } from "./policy/check-names.ts";
export { fallbackRule, levelOf, matchRule, qualifies } from "./policy/choose-team.ts";
export type { Policy, Rule, Strategy, Target, Tier } from "./policy/policy.ts";
export { checkPolicy, readPolicy } from "./policy/read-policy.ts";
export { noPolicy, publishPolicy, type SharedPolicy } from "./policy/shared-policy.ts";
export { journeySchema } from "./schema/journey-schema.ts";
export type { JsonSchema } from "./schema/json-schema.ts";
export { policySchema } from "./schema/policy-schema.ts";
export { rosterSchema } from "./schema/roster-schema.ts";
export { onRosterChange, onRosterVersion, rosterKey } from "./team/decide-roster.ts";
export { type EditedTeam, editRoster, findRep, type RosterEdit, rosterActions } from "./team/edit-roster.ts";
export { onRequest, onTeamTimer, teamTimerKinds, teamTimerOf } from "./team/on-request.ts";
export { onRoster } from "./team/on-roster.ts";
export { checkRoster, namesOf, type RosterPart, readTeam, rosterParts } from "./team/read-roster.ts";
export type { Rep, Team } from "./team/team.ts";
export { readTeamState, writeTeamState } from "./team/team-codec.ts";
export type { TeamContext, TeamOutput } from "./team/team-output.ts";
export { NO_WAKE, newTeam, type TeamState } from "./team/team-state.ts";

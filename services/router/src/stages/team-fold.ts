import {
  onRequest,
  onRoster,
  onRosterChange,
  onRosterVersion,
  onTeamTimer,
  readTeamState,
  rosterKey,
  type TeamContext,
  type TeamOutput,
  type TeamState,
  teamTimerKinds,
  teamTimerOf,
  writeTeamState,
} from "@leadstream/domain-routing";
import type { Decoded, RosterChange, RosterDecided, RosterPublished, TeamRequest } from "@leadstream/schemas";
import { deadLetter, drop, type Fold, type FoldContext, ok, type Stage } from "@leadstream/stream";

export type TeamInput =
  | { readonly type: "TeamRequest"; readonly teamId: string; readonly value: TeamRequest }
  | { readonly type: "RosterPublished"; readonly teamId: string; readonly value: RosterPublished }
  | { readonly type: "RosterChange"; readonly teamId: string; readonly value: RosterChange }
  | { readonly type: "RosterDecided"; readonly teamId: string; readonly value: RosterDecided };

/**
 * Inbox team.requests: requests of cases, their ticks, and rosters — one record per team, keyed by the team's id like its requests. Changes of the roster
 * have a key of their own, so that one partition decides which came first; what it decided comes back as a record of the team.
 */
export const decodeTeamRequest: Stage<TeamInput> = (record: Decoded, cursor) => {
  if (record.type === "TeamRequest") return ok({ type: record.type, teamId: record.value.teamId, value: record.value });
  if (record.type === "JourneyPublished") return drop("a journey is decided here and published on lead.events");
  if (record.type === "RosterChange") return ok({ type: record.type, teamId: rosterKey, value: record.value });
  if (record.type === "RosterDecided")
    return ok({ type: record.type, teamId: record.value.done ? record.value.teamId : rosterKey, value: record.value });
  if (record.type !== "RosterPublished") return deadLetter("UNEXPECTED_TYPE", `${record.type} does not belong here`);
  if (cursor.keyStart < 0) return deadLetter("MISSING_KEY", "a roster record needs its team's id as key");
  const teamId = cursor.buffer.toString("utf8", cursor.keyStart, cursor.keyEnd);
  return ok({ type: record.type, teamId, value: record.value });
};

function contextOf(fold: FoldContext<TeamOutput>, now: number): TeamContext {
  return { now, emit: (output) => fold.emit(output) };
}

function decide(context: TeamContext, state: TeamState | null, { type, teamId, value }: TeamInput): TeamState | null {
  switch (type) {
    case "TeamRequest":
      return onRequest(context, state, value);
    case "RosterChange":
      return onRosterChange(context, state, value);
    case "RosterPublished":
      return teamId === rosterKey ? onRosterVersion(state, value.version) : onRoster(context, state, teamId, value.version, value.document);
    case "RosterDecided":
      return value.done ? onRoster(context, state, teamId, value.version, value.document) : state;
  }
}

/** One state per team: its roster, who holds what, who waits. Nothing is shared: a roster reaches its team as a record of the team. */
export const teamFold: Fold<TeamInput, TeamState, null, TeamOutput> = {
  name: "team",
  keyOf: (input) => (input.type === "TeamRequest" && input.value.kind === "tick" ? null : input.teamId),
  sourceOf: (input) => (input.type === "TeamRequest" || input.type === "RosterDecided" ? input.value.source : null),
  timeOf: (input) => (input.type === "TeamRequest" ? input.value.time : null),
  shared: { initial: () => null, write: () => {}, read: () => null },
  state: { write: writeTeamState, read: readTeamState },
  onRecord: (context, _shared, state, input) => decide(contextOf(context, context.now), state, input),
  onShared: (_context, shared) => shared,
  onTimer: (context, _shared, state, kind, due) => onTeamTimer(contextOf(context, due), state, kind),
  timerKinds: teamTimerKinds,
  timerOf: teamTimerOf,
};

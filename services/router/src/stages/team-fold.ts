import {
  onRequest,
  onRoster,
  onTeamTimer,
  readTeamState,
  type TeamContext,
  type TeamOutput,
  type TeamState,
  teamTimerKinds,
  teamTimerOf,
  writeTeamState,
} from "@leadstream/domain-routing";
import type { Decoded, RosterPublished, TeamRequest } from "@leadstream/schemas";
import { deadLetter, type Fold, type FoldContext, ok, type Stage } from "@leadstream/stream";

export type TeamInput =
  | { readonly type: "TeamRequest"; readonly teamId: string; readonly value: TeamRequest }
  | { readonly type: "RosterPublished"; readonly teamId: string; readonly value: RosterPublished };

/** Inbox team.requests: requests of cases, their ticks, and rosters — one record per team, keyed by the team's id like its requests. */
export const decodeTeamRequest: Stage<TeamInput> = (record: Decoded, cursor) => {
  if (record.type === "TeamRequest") return ok({ type: record.type, teamId: record.value.teamId, value: record.value });
  if (record.type !== "RosterPublished") return deadLetter("UNEXPECTED_TYPE", `${record.type} does not belong here`);
  if (cursor.keyStart < 0) return deadLetter("MISSING_KEY", "a roster record needs its team's id as key");
  const teamId = cursor.buffer.toString("utf8", cursor.keyStart, cursor.keyEnd);
  return ok({ type: record.type, teamId, value: record.value });
};

function contextOf(fold: FoldContext<TeamOutput>, now: number): TeamContext {
  return { now, emit: (output) => fold.emit(output) };
}

/** One state per team: its roster, who holds what, who waits. Nothing is shared: a roster reaches its team as a record of the team. */
export const teamFold: Fold<TeamInput, TeamState, null, TeamOutput> = {
  name: "team",
  keyOf: (input) => (input.type === "TeamRequest" && input.value.kind === "tick" ? null : input.teamId),
  sourceOf: (input) => (input.type === "TeamRequest" ? input.value.source : null),
  timeOf: (input) => (input.type === "TeamRequest" ? input.value.time : null),
  shared: { initial: () => null, write: () => {}, read: () => null },
  state: { write: writeTeamState, read: readTeamState },
  onRecord: (context, _shared, state, input) =>
    input.type === "TeamRequest"
      ? onRequest(contextOf(context, context.now), state, input.value)
      : onRoster(contextOf(context, context.now), state, input.teamId, input.value.version, input.value.document),
  onShared: (_context, shared) => shared,
  onTimer: (context, _shared, state, kind, due) => onTeamTimer(contextOf(context, due), state, kind),
  timerKinds: teamTimerKinds,
  timerOf: teamTimerOf,
};

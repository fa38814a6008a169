import type { RosterChange } from "@leadstream/schemas";
import type { TeamContext } from "./team-output.ts";
import { newTeam, type TeamState } from "./team-state.ts";

/** Key of the roster as a whole: its partition puts the changes of all teams into one order. No team has this name. */
export const rosterKey = "*";

/**
 * Of changes that were made from the same version of the roster the first on the log holds: two people cannot add a rep to two teams, whichever collector
 * they ask. The others are refused, for the record. The state is that of a team without reps whose version is the roster's.
 */
export function onRosterChange(context: TeamContext, known: TeamState | null, change: RosterChange): TeamState {
  const state = known ?? newTeam(rosterKey);
  const { commandId, version, teamId, rep, fingerprint, document } = change;
  const done = version > state.rosterVersion;
  if (done) state.rosterVersion = version;
  const reason = done ? null : `the roster has changed since: it has version ${state.rosterVersion}`;
  context.emit({
    topic: "team.requests",
    type: "RosterDecided",
    key: done ? teamId : rosterKey,
    value: {
      commandId,
      done,
      version: state.rosterVersion,
      teamId,
      rep,
      reason,
      fingerprint,
      document: done ? document : "",
    },
  });
  return state;
}

/** A roster file was published under this version: no change from an older one holds any more. */
export function onRosterVersion(known: TeamState | null, version: number): TeamState {
  const state = known ?? newTeam(rosterKey);
  state.rosterVersion = Math.max(state.rosterVersion, version);
  return state;
}

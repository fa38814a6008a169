import type { Answer } from "../answers.ts";
import type { RosterResult, RosterState } from "./rosters.ts";

const remedy = "Look at `current` or GET /v1/roster; decide anew and send another command with an id of its own.";

/** 409: the roster is another one by now. */
export function refused(commandId: string, current: RosterState | { readonly team: string; readonly version: number }): object {
  return { code: "COMMAND_REFUSED", message: "the roster has changed since", remedy, commandId, current };
}

/** What GET /v1/commands/{id} says of a change of the roster. */
export function answerOfRoster({ commandId, done, team, version }: RosterResult): Answer<object> {
  if (done) return { status: 200, body: { commandId, change: "roster_changed", team, version } };
  return { status: 409, body: refused(commandId, { team, version }) };
}

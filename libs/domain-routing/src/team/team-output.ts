import type { RosterDecided, TeamReply, TeamRequest } from "@leadstream/schemas";
import type { TeamState } from "./team-state.ts";

/** What the team fold emits, in the shape that the stream runtime takes. */
export type TeamOutput =
  | { readonly topic: "lead.signals"; readonly type: "TeamReply"; readonly key: string; readonly value: Omit<TeamReply, "source"> }
  | {
      readonly topic: "team.requests";
      readonly type: "RosterDecided";
      readonly key: string;
      readonly value: Omit<RosterDecided, "source">;
    };

export interface TeamContext {
  /** The highest carried time that the partition saw, or the due time of a timer. */
  readonly now: number;
  emit(output: TeamOutput): void;
}

type ReplyDetails = Partial<Pick<TeamReply, "rep" | "reason" | "why" | "opensAt">>;

export function emitReply(
  context: TeamContext,
  state: TeamState,
  request: Pick<TeamRequest, "requestId" | "leadId">,
  kind: TeamReply["kind"],
  details: ReplyDetails = {},
): void {
  context.emit({
    topic: "lead.signals",
    type: "TeamReply",
    key: request.leadId,
    value: {
      time: context.now,
      teamId: state.teamId,
      requestId: request.requestId,
      leadId: request.leadId,
      kind,
      rep: details.rep ?? null,
      reason: details.reason ?? null,
      why: details.why ?? [],
      rosterVersion: state.rosterVersion,
      opensAt: details.opensAt ?? null,
    },
  });
}

import type { TeamReply, TeamRequest } from "@leadstream/schemas";
import { NO_WAKE, onRequest, onRoster, onTeamTimer, type TeamOutput, type TeamState, teamTimerKinds, teamTimerOf } from "../src/index.ts";
import { requestOf } from "./samples.ts";

/** One team, told step by step. */
export class TeamStory {
  state: TeamState | null = null;
  now = 0;
  replies: Omit<TeamReply, "source">[] = [];
  private version = 0;
  private asked = 0;

  private context(now = this.now) {
    return {
      now,
      emit: (output: TeamOutput) => {
        if (output.type === "TeamReply") this.replies.push(output.value);
      },
    };
  }

  roster(reps: readonly Record<string, unknown>[], details: Record<string, unknown> = {}): this {
    this.state = onRoster(this.context(), this.state, "east", ++this.version, JSON.stringify({ id: "east", ...details, reps }));
    return this;
  }

  at(time: number): this {
    this.now = time;
    for (;;) {
      let [due, kind] = [Number.POSITIVE_INFINITY, NO_WAKE];
      for (let candidate = 0; this.state !== null && candidate < teamTimerKinds; candidate++) {
        const at = teamTimerOf(this.state, candidate);
        if (at !== NO_WAKE && at <= time && at < due) [due, kind] = [at, candidate];
      }
      if (this.state === null || kind === NO_WAKE) return this;
      onTeamTimer(this.context(due), this.state, kind);
    }
  }

  send(kind: TeamRequest["kind"], number: number, details: Partial<TeamRequest> = {}): this {
    this.state = onRequest(this.context(), this.state, requestOf(kind, number, details));
    return this;
  }

  /** Asks for a new lead and says who got it, or what was answered instead. */
  ask(details: Partial<TeamRequest> = {}): string {
    this.send("assign", ++this.asked, details);
    const reply = this.replies.at(-1)!;
    return reply.rep ?? reply.kind;
  }

  give(number: number, outcome = "recycled"): this {
    return this.send("release", number, { outcome });
  }

  /** Replies since the last look, short. */
  take(): string[] {
    const taken = this.replies.map(({ kind, requestId, rep }) => `${kind} ${requestId}${rep === null ? "" : ` ${rep}`}`);
    this.replies = [];
    return taken;
  }
}

import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { Answer } from "../answers.ts";
import type { AnyResult, CommandResults } from "../command-results.ts";
import { CollectorError } from "../errors.ts";
import { answerOfRoster } from "../roster/roster-answers.ts";
import type { Rosters } from "../roster/rosters.ts";
import { kafkaOr503 } from "./kafka-or-503.ts";
import { resultSchema } from "./route-schema.ts";

const WAIT = /^(\d{1,7})(ms|s)$/;

export const waitQuery = z.object({
  wait: z.string().regex(WAIT).optional().describe("Wait for the result so long, as 2s or 500ms."),
});

/** Milliseconds of `?wait=`; 0 when it is not given. Throws WAIT_INVALID. */
export function waitOf(query: unknown, limitMs: number): number {
  const wait = (query as { readonly wait?: unknown } | undefined)?.wait;
  if (wait === undefined) return 0;
  const [, number, unit] = (typeof wait === "string" ? WAIT.exec(wait) : null) ?? [];
  const waitMs = number === undefined ? Number.NaN : Number(number) * (unit === "s" ? 1_000 : 1);
  if (waitMs <= limitMs) return waitMs;
  throw new CollectorError("WAIT_INVALID", "wait is no duration or too long", `Give it as 2s or 500ms, at most ${limitMs}ms.`);
}

/** 200 with the change that the command made, or 409 with the state that stands in its way. */
export function answerOfResult(result: AnyResult): Answer<object> {
  if ("kind" in result) return answerOfRoster(result);
  const { commandId, leadId, time, change, state, epoch, rep, team, reason, why } = result;
  if (change !== "refused") return { status: 200, body: result };
  const current = { leadId, state, epoch, rep, team, time };
  const remedy = "Look at `current`; decide anew and send another command with an id of its own.";
  return { status: 409, body: { code: "COMMAND_REFUSED", message: reason ?? "refused", remedy, commandId, current, why } };
}

const unknownCommand = (): CollectorError =>
  new CollectorError(
    "COMMAND_UNKNOWN",
    "no such command is known here",
    "One that another collector took is known here when it is answered: ask again, with ?wait=2s. Commands are remembered for a while only, counted from this collector's last records: the lead's page shows its whole history.",
  );

/** What became of a command. */
export function resultRoutes(
  app: FastifyInstance,
  results: CommandResults,
  rosters: Rosters,
  limits: { readonly commandWaitLimitMs: number; readonly retryAfterMs: number },
): void {
  app.get<{ Params: { commandId: string } }>("/v1/commands/:commandId", resultSchema(waitQuery), async (request, reply) => {
    const { commandId } = request.params;
    const waitMs = waitOf(request.query, limits.commandWaitLimitMs);
    // Another collector may have taken it: what answers it is on the log for all of them.
    let result = rosters.decides(commandId)
      ? await kafkaOr503(rosters.outcomeOf(commandId, waitMs), limits.retryAfterMs)
      : await results.wait(commandId, waitMs);
    if (result === null && results.find(commandId) === "unknown") {
      await kafkaOr503(rosters.refresh(), limits.retryAfterMs);
      const found = results.find(commandId);
      if (found === "unknown") throw unknownCommand();
      result = found === "pending" ? null : found;
    }
    const answer = result === null ? { status: 202, body: { commandId, status: "pending" } } : answerOfResult(result);
    return reply.code(answer.status).header("cache-control", "no-store").send(answer.body);
  });
}

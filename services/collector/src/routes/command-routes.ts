import { commandShape } from "@leadstream/edge";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { CommandResults } from "../command-results.ts";
import { CollectorError } from "../errors.ts";
import type { Intake, ReadEvent } from "../intake.ts";
import { answerOfResult, waitOf, waitQuery } from "./result-routes.ts";
import { bodilessSchema, bodyOf, commandSchema } from "./route-schema.ts";

export interface CommandLimits {
  readonly batchLimit: number;
  readonly commandWaitLimitMs: number;
}

const thinShape = commandShape.omit({ command: true });

const thin = [
  ["/v1/claims", "claim", "A seller claims a lead from the pool"],
  ["/v1/transfers", "transfer", "A lead goes to another seller or team"],
  ["/v1/hand-backs", "hand_back", "A seller hands a lead back to marketing"],
] as const;

/** Commands: the plain event, and thin forms of it, so that a caller need not know its union. With `?wait=2s` the answer is the result. */
export function commandRoutes(app: FastifyInstance, intake: Intake, results: CommandResults, limits: CommandLimits): void {
  const post = (url: string, summary: string, shape: z.ZodType, read: (input: unknown) => ReadEvent): void => {
    app.post(url, commandSchema(summary, bodyOf(shape, limits.batchLimit), waitQuery), (request, reply) => {
      const waitMs = waitOf(request.query, limits.commandWaitLimitMs);
      if (waitMs === 0) return intake.take(request, reply, read);
      refuseBatch(request.body);
      return intake.take(request, reply, read, async ({ eventId }) => {
        const result = await results.wait(eventId, waitMs);
        return result === null ? null : answerOfResult(result);
      });
    });
  };
  post("/v1/commands", "Claim, transfer, hand back, release or erase", commandShape, (input) => ({ kind: "command", input }));
  for (const [url, command, summary] of thin) post(url, summary, thinShape, (input) => readThin(input, command));
  const leadParams = z.object({ leadId: z.string().describe("The lead whose personal data is to be erased.") });
  const retryQuery = z.object({ eventId: z.string().optional().describe("Repeat with the id of the first answer.") });
  const summary = "Erase a lead's personal data: its key is destroyed once the command is on the log";
  const erasure = bodilessSchema("Commands", summary, leadParams, retryQuery);
  app.delete<{ Params: { leadId: string }; Querystring: { eventId?: string } }>("/v1/leads/:leadId/personal", erasure, (request, reply) => {
    const input = { leadId: request.params.leadId, command: "erase", eventId: request.query.eventId };
    return intake.take(request, reply, () => ({ kind: "command", input }));
  });
}

function refuseBatch(body: unknown): void {
  if (typeof body !== "object" || body === null || !("events" in body)) return;
  throw new CollectorError("WAIT_INVALID", "wait is given with a batch", "Send one command, or ask for each at /v1/commands/{id}.");
}

function readThin(input: unknown, command: string): ReadEvent {
  // What is no object is handed on as it is: the edge says what is wrong with it.
  if (typeof input !== "object" || input === null || Array.isArray(input)) return { kind: "command", input };
  if ("command" in input) {
    return { faults: [{ field: "command", reason: "follows from the address", remedy: "leave it out, or send it to /v1/commands" }] };
  }
  return { kind: "command", input: { ...input, command } };
}

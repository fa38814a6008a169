import { commandShape } from "@leadstream/edge";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { Intake, ReadEvent } from "../intake.ts";
import { bodilessSchema, bodyOf, eventSchema } from "./route-schema.ts";

const thinShape = commandShape.omit({ command: true });

const thin = [
  ["/v1/claims", "claim", "A seller claims a lead from the pool"],
  ["/v1/transfers", "transfer", "A lead goes to another seller or team"],
  ["/v1/hand-backs", "hand_back", "A seller hands a lead back to marketing"],
] as const;

/** Thin forms of the command event, so that a caller need not know its union. */
export function commandRoutes(app: FastifyInstance, intake: Intake, batchLimit: number): void {
  for (const [url, command, summary] of thin) {
    app.post(url, eventSchema("Commands", summary, bodyOf(thinShape, batchLimit)), (request, reply) =>
      intake.take(request, reply, (input) => readThin(input, command)),
    );
  }
  const leadParams = z.object({ leadId: z.string().describe("The lead whose personal data is to be erased.") });
  const retryQuery = z.object({ eventId: z.string().optional().describe("Repeat with the id of the first answer.") });
  const summary = "Erase a lead's personal data: its key is destroyed once the command is on the log";
  const erasure = bodilessSchema("Commands", summary, leadParams, retryQuery);
  app.delete<{ Params: { leadId: string }; Querystring: { eventId?: string } }>("/v1/leads/:leadId/personal", erasure, (request, reply) => {
    const input = { leadId: request.params.leadId, command: "erase", eventId: request.query.eventId };
    return intake.take(request, reply, () => ({ kind: "command", input }));
  });
}

function readThin(input: unknown, command: string): ReadEvent {
  // What is no object is handed on as it is: the edge says what is wrong with it.
  if (typeof input !== "object" || input === null || Array.isArray(input)) return { kind: "command", input };
  if ("command" in input) {
    return { faults: [{ field: "command", reason: "follows from the address", remedy: "leave it out, or send it to /v1/commands" }] };
  }
  return { kind: "command", input: { ...input, command } };
}

import type { FastifySchema, RouteShorthandOptions } from "fastify";
import { z } from "zod";
import {
  acceptedShape,
  batchShape,
  journeyDoneShape,
  journeyRefusedShape,
  journeysShape,
  pendingShape,
  problemShape,
  refusedShape,
  resultShape,
  rosterDoneShape,
  rosterRefusedShape,
  rosterShape,
} from "../answers.ts";

const failures = {
  400: problemShape.describe("The event is not valid: `faults` names every field. Do not repeat it as it is."),
  401: problemShape.describe("No valid API key."),
  413: problemShape.describe("Body, batch or event too large."),
  429: problemShape.describe("Too many events for this API key: wait as long as Retry-After says."),
  503: problemShape.describe(
    "Kafka is away or too much is under way: wait as long as Retry-After says, then repeat with the same event ids.",
  ),
};

/** One event, or a batch of them. */
export function bodyOf(event: z.ZodType, batchLimit: number): z.ZodType {
  return z.union([event, z.strictObject({ events: z.array(event).min(1).max(batchLimit) }).describe("A batch; each event is answered.")]);
}

/**
 * Describes a route for OpenAPI. Bodies are not validated by it: the edge does that for every way into Kafka, and names each fault of
 * each event of a batch.
 */
export function eventSchema(tag: string, summary: string, body: z.ZodType): RouteShorthandOptions {
  const schema: FastifySchema = {
    tags: [tag],
    summary,
    body,
    security: [{ apiKey: [] }, { bearer: [] }],
    response: { 202: z.union([acceptedShape, batchShape]), 207: batchShape.describe("A batch whose items differ."), ...failures },
  };
  return { schema, validatorCompiler: () => (value: unknown) => ({ value }) };
}

/** The same for a command, which may be waited for. */
export function commandSchema(summary: string, body: z.ZodType, querystring: z.ZodType): RouteShorthandOptions {
  const { schema, ...rest } = eventSchema("Commands", summary, body);
  const response = { ...(schema?.response as object), 200: resultShape, 409: refusedShape };
  return { ...rest, schema: { ...schema, querystring, response } };
}

/** A question about a command. */
export function resultSchema(querystring: z.ZodType): RouteShorthandOptions {
  const schema: FastifySchema = {
    tags: ["Commands"],
    summary: "What became of a command",
    params: z.object({ commandId: z.string().describe("The eventId of the command.") }),
    querystring,
    security: [{ apiKey: [] }, { bearer: [] }],
    response: { 200: resultShape, 202: pendingShape, 401: failures[401], 404: problemShape, 409: refusedShape },
  };
  return { schema, validatorCompiler: () => (value: unknown) => ({ value }) };
}

/** A change of the roster, which may be waited for. */
export function rosterChangeSchema(body: z.ZodType, querystring: z.ZodType): RouteShorthandOptions {
  const { schema, ...rest } = eventSchema("Roster", "Add, change or remove a rep, or note an absence", body);
  const response = { ...failures, 200: rosterDoneShape, 202: acceptedShape, 409: rosterRefusedShape };
  return { ...rest, schema: { ...schema, querystring, response } };
}

export function rosterSchema(): RouteShorthandOptions {
  const schema: FastifySchema = {
    tags: ["Roster"],
    summary: "The roster as the log holds it",
    security: [{ apiKey: [] }, { bearer: [] }],
    response: { 200: rosterShape, 401: failures[401], 503: failures[503] },
  };
  return { schema, validatorCompiler: () => (value: unknown) => ({ value }) };
}

export function journeyPublishSchema(body: z.ZodType): RouteShorthandOptions {
  const { schema, ...rest } = eventSchema("Journeys", "Publish a journey, or end it (ended: true)", body);
  return { ...rest, schema: { ...schema, response: { ...failures, 200: journeyDoneShape, 409: journeyRefusedShape } } };
}

export function journeysSchema(): RouteShorthandOptions {
  const schema: FastifySchema = {
    tags: ["Journeys"],
    summary: "Journeys as the log holds them; who is in them is a report of analytics",
    security: [{ apiKey: [] }, { bearer: [] }],
    response: { 200: journeysShape, 401: failures[401], 503: failures[503] },
  };
  return { schema, validatorCompiler: () => (value: unknown) => ({ value }) };
}

/** The same for a route without a body. */
export function bodilessSchema(tag: string, summary: string, params: z.ZodType, querystring: z.ZodType): RouteShorthandOptions {
  const schema: FastifySchema = {
    tags: [tag],
    summary,
    params,
    querystring,
    security: [{ apiKey: [] }, { bearer: [] }],
    response: { 202: acceptedShape, ...failures },
  };
  return { schema, validatorCompiler: () => (value: unknown) => ({ value }) };
}

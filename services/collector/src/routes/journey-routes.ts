import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { CollectorError } from "../errors.ts";
import type { JourneyBook } from "../journeys/journeys.ts";
import { kafkaOr503 } from "./kafka-or-503.ts";
import { journeyPublishSchema, journeysSchema } from "./route-schema.ts";

const publicationShape = z.strictObject({
  version: z
    .int({ error: "is not a whole number" })
    .min(0)
    .describe("The version of this journey that you have seen (GET /v1/journeys); 0: none."),
  document: z.record(z.string(), z.unknown(), { error: "is not an object" }).describe("The journey as in a file: docs/journeys.md."),
});

/** Journeys as documents with versions: the list, and a publication that names the version it has seen. */
export function journeyRoutes(app: FastifyInstance, journeys: JourneyBook, limits: { readonly retryAfterMs: number }): void {
  app.get("/v1/journeys", journeysSchema(), async (_request, reply) => {
    const rows = await kafkaOr503(journeys.current(), limits.retryAfterMs);
    return reply.header("cache-control", "no-store").send({ rows });
  });
  app.post("/v1/journeys", journeyPublishSchema(publicationShape), async (request, reply) => {
    const parsed = publicationShape.safeParse(request.body);
    if (!parsed.success) {
      throw invalid(parsed.error.issues.map(({ path, message }) => ({ field: path.join("."), reason: message, remedy: "see /docs" })));
    }
    const outcome = await kafkaOr503(journeys.publish(parsed.data.version, parsed.data.document), limits.retryAfterMs);
    switch (outcome.kind) {
      case "invalid":
        throw invalid(outcome.faults.map(({ path, problem, remedy }) => ({ field: `document.${path}`, reason: problem, remedy })));
      case "stale": {
        const remedy = "Look at `current` or GET /v1/journeys, and name its version if you still mean it.";
        return reply
          .code(409)
          .send({ code: "COMMAND_REFUSED", message: "the journey has changed since", remedy, current: outcome.current });
      }
      default: {
        const { name, version, changed } = outcome;
        return reply.code(200).send({ name, version, changed });
      }
    }
  });
}

function invalid(faults: { field: string; reason: string; remedy: string }[]): CollectorError {
  return new CollectorError("BODY_INVALID", "the journey is not valid", "Correct what `faults` names.", { faults });
}

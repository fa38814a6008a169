import { captureShape, commandShape, spendShape, statusShape, touchShape } from "@leadstream/edge";
import { type EmitItem, type EventKind, eventKinds } from "@leadstream/producer";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { Intake, ReadEvent } from "../intake.ts";
import { bodyOf, eventSchema } from "./route-schema.ts";

const typed = z
  .discriminatedUnion("type", [
    captureShape.extend({ type: z.literal("capture") }),
    touchShape.extend({ type: z.literal("touch") }),
    statusShape.extend({ type: z.literal("status") }),
    commandShape.extend({ type: z.literal("command") }),
    spendShape.extend({ type: z.literal("spend") }),
  ])
  .describe("An event of any kind; `type` says which.");

const plain = [
  ["/v1/captures", "capture", captureShape, "A lead appears"],
  ["/v1/touches", "touch", touchShape, "A lead does something"],
  ["/v1/statuses", "status", statusShape, "Sales did something"],
  ["/v1/spend", "spend", spendShape, "Money spent on a channel during one day"],
] as const;

/** Events of any kind, and one route per kind. The edge judges each event, so that both ways into Kafka hold the same rules. */
export function eventRoutes(app: FastifyInstance, intake: Intake, batchLimit: number): void {
  app.post("/v1/events", eventSchema("Events", "One event or a batch", bodyOf(typed, batchLimit)), (request, reply) =>
    intake.take(request, reply, readTyped),
  );
  for (const [url, kind, shape, summary] of plain) {
    const read = (input: unknown): EmitItem => ({ kind, input });
    app.post(url, eventSchema("Events", summary, bodyOf(shape, batchLimit)), (request, reply) => intake.take(request, reply, read));
  }
}

const kinds: ReadonlySet<unknown> = new Set(eventKinds);

function readTyped(input: unknown): ReadEvent {
  const type = typeof input === "object" && input !== null && "type" in input ? input.type : undefined;
  if (!kinds.has(type)) {
    const reason = type === undefined ? "is missing" : "is not one of the known values";
    return { faults: [{ field: "type", reason, remedy: `give one of ${eventKinds.join(", ")}` }] };
  }
  const { type: _type, ...event } = input as { readonly type: EventKind };
  return { kind: type as EventKind, input: event };
}

import type { EmitOutcome, ProducerErrorCode } from "@leadstream/producer";
import { z } from "zod";

const faultShape = z.object({
  field: z.string().describe("Path of the field; empty for the whole input."),
  reason: z.string().describe("What is wrong."),
  remedy: z.string().describe("What to do."),
});
export const problemShape = z
  .object({
    code: z.string().describe("Stable name of the problem."),
    message: z.string(),
    remedy: z.string(),
    faults: z.array(faultShape).describe("Every fault of the event, with code INVALID_EVENT."),
    eventId: z.string().nullish().describe("Send this id again when you repeat the event, so that it counts once."),
  })
  .describe("Nothing is claimed to be accepted.");
export const acceptedShape = z
  .object({
    eventId: z.string(),
    leadId: z.string().nullable().describe("null for spend."),
    topic: z.string(),
    partition: z.number().int(),
    offset: z.number().int(),
  })
  .describe("The event is on the log: all in-sync replicas have it.");
export const batchShape = z
  .object({
    accepted: z.number().int().describe("How many items have status 202."),
    items: z
      .array(z.union([acceptedShape.extend({ status: z.literal(202) }), problemShape.extend({ status: z.number().int() })]))
      .describe("One answer per event, in the order of the request."),
  })
  .describe("Each item has a status of its own: 202, 400, 413 or 503. Repeat those with 503, with their event ids.");

export const resultShape = z
  .object({
    commandId: z.string(),
    leadId: z.string(),
    time: z.number().int().describe("ms since epoch"),
    change: z.string().describe("What the command changed, as claimed or transferred."),
    state: z.string().describe("The lead's state after it."),
    epoch: z.number().int().describe("Number of the newest lease."),
    rep: z.string().nullable().describe("Who owns the lead now."),
    previousRep: z.string().nullable(),
    team: z.string().nullable(),
    reason: z.string().nullable(),
    why: z.array(z.string()),
    policyVersion: z.number().int(),
  })
  .describe("The command was carried out.");
export const refusedShape = z
  .object({
    code: z.literal("COMMAND_REFUSED"),
    message: z.string().describe("Why: who has the lead, which quota is full, which lease is over."),
    remedy: z.string(),
    commandId: z.string(),
    current: z.object({
      leadId: z.string(),
      state: z.string(),
      epoch: z.number().int(),
      rep: z.string().nullable(),
      team: z.string().nullable(),
      time: z.number().int(),
    }),
    why: z.array(z.string()),
  })
  .describe("The command was refused; `current` is the lead's state that stood in its way.");
export const pendingShape = z
  .object({ commandId: z.string(), status: z.literal("pending") })
  .describe("The command is on the log and not answered yet: ask again.");

export const rosterShape = z.object({
  version: z.number().int().describe("Name it in the change that you want."),
  teams: z.array(z.looseObject({ id: z.string() })).describe("Teams as in a roster document."),
});
export const rosterDoneShape = z
  .object({ commandId: z.string(), change: z.literal("roster_changed"), team: z.string(), version: z.number().int() })
  .describe("The change is on the log; the team follows it from there on.");
export const rosterRefusedShape = z
  .object({
    code: z.literal("COMMAND_REFUSED"),
    message: z.string(),
    remedy: z.string(),
    commandId: z.string(),
    current: z
      .looseObject({ version: z.number().int(), team: z.string().nullable() })
      .describe("The roster's version, and where the rep is now."),
  })
  .describe("The roster has changed since the version that the command names.");

const journeyStateShape = z.object({
  name: z.string(),
  version: z.number().int().describe("Name it when you publish the journey anew."),
  state: z.enum(["in force", "ended", "unknown"]),
});
export const journeysShape = z.object({ rows: z.array(journeyStateShape.extend({ document: z.looseObject({}) })) });
export const journeyDoneShape = z
  .object({ name: z.string(), version: z.number().int(), changed: z.boolean().describe("false: it is in force already.") })
  .describe("It is on the log, in every partition.");
export const journeyRefusedShape = z
  .object({ code: z.literal("COMMAND_REFUSED"), message: z.string(), remedy: z.string(), current: journeyStateShape })
  .describe("Somebody else published the journey since the version that the request names.");

export type AcceptedAnswer = z.infer<typeof acceptedShape>;
export type ProblemAnswer = z.infer<typeof problemShape>;
export type BatchAnswer = z.infer<typeof batchShape>;

const statuses: Readonly<Record<ProducerErrorCode, number>> = {
  INVALID_EVENT: 400,
  EVENT_TOO_LARGE: 413,
  UNAVAILABLE: 503,
  BUFFER_FULL: 503,
  ERASURE_INCOMPLETE: 503,
  CLOSED: 503,
  IDENTITY_KEY_INVALID: 503,
};

export interface Answer<T> {
  readonly status: number;
  readonly body: T;
}

export function answerOf(outcome: EmitOutcome): Answer<AcceptedAnswer | ProblemAnswer> {
  if (outcome.ok) return { status: 202, body: outcome.accepted };
  const { code, problem, remedy, faults } = outcome.error;
  const body = { code, message: problem, remedy, faults: [...faults], eventId: outcome.eventId };
  return { status: statuses[code], body };
}

/** 202 when all were accepted, 400 or 503 when all failed that way, 207 when items differ. */
export function batchAnswerOf(outcomes: readonly EmitOutcome[]): Answer<BatchAnswer> {
  let accepted = 0;
  let common: number | null = null;
  let differ = false;
  const items = outcomes.map((outcome) => {
    const { status, body } = answerOf(outcome);
    if (status === 202) accepted++;
    if (common !== null && common !== status) differ = true;
    common = status;
    return { status, ...body } as BatchAnswer["items"][number];
  });
  return { status: differ ? 207 : (common ?? 400), body: { accepted, items } };
}

import { rosterActions } from "@leadstream/domain-routing";
import { topicNames } from "@leadstream/schemas";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { Answer } from "../answers.ts";
import { CollectorError } from "../errors.ts";
import { answerOfRoster, refused } from "../roster/roster-answers.ts";
import type { RosterCommand, Rosters } from "../roster/rosters.ts";
import { kafkaOr503 } from "./kafka-or-503.ts";
import { waitOf, waitQuery } from "./result-routes.ts";
import { rosterChangeSchema, rosterSchema } from "./route-schema.ts";

const name = () => z.string({ error: "is not a text of 1 to 200 characters" }).min(1).max(200);

const rosterCommandShape = z.strictObject({
  eventId: name().max(128).optional().describe("Repeat with the same id as often as you like: it is carried out once."),
  version: z.int({ error: "is not a whole number" }).min(0).describe("The roster that you have seen: `version` of GET /v1/roster."),
  action: z.enum(rosterActions, { error: `is not one of ${rosterActions.join(", ")}` }),
  rep: name().describe("Who."),
  team: name().optional().describe("add_rep: the team."),
  profile: z
    .record(z.string(), z.unknown(), { error: "is not an object" })
    .optional()
    .describe("add_rep, change_rep: fields of the rep as in a roster document; null takes one away."),
  from: name().optional().describe("add_absence: a date (UTC) or an instant with its zone."),
  until: name().optional(),
});

/** The roster as one document with versions; a change is a command that names the version it has seen. */
export function rosterRoutes(
  app: FastifyInstance,
  rosters: Rosters,
  newId: () => string,
  limits: { readonly commandWaitLimitMs: number; readonly retryAfterMs: number },
): void {
  app.get("/v1/roster", rosterSchema(), async (_request, reply) => {
    const roster = await kafkaOr503(rosters.current(), limits.retryAfterMs);
    return reply.header("cache-control", "no-store").send(roster);
  });
  app.post("/v1/roster", rosterChangeSchema(rosterCommandShape, waitQuery), async (request, reply) => {
    const waitMs = waitOf(request.query, limits.commandWaitLimitMs);
    const command = read(request.body, newId);
    const { status, body } = await kafkaOr503(answer(rosters, command, waitMs), limits.retryAfterMs);
    return reply.code(status).send(body);
  });
}

function read(body: unknown, newId: () => string): RosterCommand {
  const parsed = rosterCommandShape.safeParse(body);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) => ({ field: path.join("."), reason: message, remedy: "see /docs" }));
    throw new CollectorError("BODY_INVALID", "the change of the roster is not valid", "Correct what `faults` names.", { faults });
  }
  const { eventId, version, action, rep, team = null, profile = {}, from = null, until = null } = parsed.data;
  return { commandId: eventId ?? newId(), version, action, rep, team, profile, from, until };
}

async function answer(rosters: Rosters, command: RosterCommand, waitMs: number): Promise<Answer<object>> {
  const outcome = await rosters.change(command);
  const { commandId } = command;
  if (outcome.kind === "invalid") {
    const faults = outcome.faults.map(({ path, problem, remedy }) => ({ field: path, reason: problem, remedy }));
    throw new CollectorError("BODY_INVALID", "the change of the roster is not valid", "Correct what `faults` names.", { faults });
  }
  if (outcome.kind === "stale") return { status: 409, body: refused(commandId, outcome.current) };
  const known = outcome.kind === "known" ? outcome.result : null;
  const result = known ?? (waitMs > 0 ? await rosters.outcomeOf(commandId, waitMs) : null);
  if (result?.done === true) return { status: 200, body: answerOfRoster(result).body };
  if (result !== null) return { status: 409, body: refused(commandId, rosters.stateOf(command.rep)) };
  if (outcome.kind === "known") return { status: 202, body: { commandId, status: "pending" } };
  const { partition, offset } = outcome;
  return { status: 202, body: { eventId: commandId, leadId: null, topic: topicNames.teamRequests, partition, offset } };
}

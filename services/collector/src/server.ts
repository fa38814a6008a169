import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import type { ApiKeys } from "@leadstream/config";
import type { Telemetry } from "@leadstream/telemetry";
import Fastify, { type FastifyBaseLogger, type FastifyError, type FastifyInstance, type FastifyReply, LogController } from "fastify";
import { jsonSchemaTransform } from "fastify-type-provider-zod";
import { type CommandResults, rememberCommands } from "./command-results.ts";
import type { CollectorConfig } from "./config.ts";
import { CollectorError, statusOf } from "./errors.ts";
import { type EventSink, Intake, retryAfterOf } from "./intake.ts";
import type { JourneyBook } from "./journeys/journeys.ts";
import { closeConnectionsWhenDraining, guardRequests, measureRequests } from "./request-hooks.ts";
import type { Rosters } from "./roster/rosters.ts";
import { commandRoutes } from "./routes/command-routes.ts";
import { eventRoutes } from "./routes/event-routes.ts";
import { journeyRoutes } from "./routes/journey-routes.ts";
import { operationRoutes } from "./routes/operation-routes.ts";
import { resultRoutes } from "./routes/result-routes.ts";
import { rosterRoutes } from "./routes/roster-routes.ts";

export type ServerLimits = Pick<
  CollectorConfig,
  | "bodyLimitBytes"
  | "batchLimit"
  | "eventsPerSecond"
  | "eventsBurst"
  | "requestsInFlight"
  | "bytesInFlight"
  | "retryAfterMs"
  | "requestTimeoutMs"
  | "commandWaitLimitMs"
>;

export interface ServerOptions {
  readonly sink: EventSink;
  /** What became of commands; somebody shows it lead.assignments. */
  readonly results: CommandResults;
  readonly rosters: Rosters;
  readonly journeys: JourneyBook;
  /** Ids of commands that bring none. */
  readonly newId: () => string;
  readonly apiKeys: ApiKeys;
  readonly telemetry: Telemetry;
  readonly limits: ServerLimits;
  /** Milliseconds that never go back. */
  readonly monotonicMs: () => number;
}

/** The HTTP interface over a sink. Not listening yet: tests inject requests. */
export async function buildServer(options: ServerOptions): Promise<FastifyInstance> {
  const { results, rosters, journeys, newId, apiKeys, telemetry, limits, monotonicMs } = options;
  const sink = rememberCommands(options.sink, results);
  const app = Fastify({
    loggerInstance: telemetry.log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: limits.bodyLimitBytes,
    requestTimeout: limits.requestTimeoutMs,
    return503OnClosing: true,
    // A child for each request would carry an id that no line of ours shows.
    childLoggerFactory: (log) => log,
  });
  parseJson(app);
  // Answers are made by our own types; checking them again would cost more than making them.
  app.setSerializerCompiler(() => (answer) => JSON.stringify(answer));
  app.setErrorHandler((error: FastifyError, _request, reply) => answerError(error, reply, app.log));
  app.setNotFoundHandler((_request, reply) =>
    answerError(new CollectorError("NOT_FOUND", "no such address", "See /docs."), reply, app.log),
  );
  measureRequests(app, telemetry);
  closeConnectionsWhenDraining(app);
  app.addHook("preClose", (done) => {
    results.release();
    done();
  });
  await describeApi(app);
  operationRoutes(app, telemetry);
  const intake = new Intake({ sink, limits, telemetry, monotonicMs });
  await app.register(async (api) => {
    guardRequests(api, { ...limits, apiKeys, telemetry });
    eventRoutes(api, intake, limits.batchLimit);
    commandRoutes(api, intake, results, limits);
    resultRoutes(api, results, rosters, limits);
    rosterRoutes(api, rosters, newId, limits);
    journeyRoutes(api, journeys, limits);
  });
  return app;
}

/** Names that may poison an object, plain or with an escape in them. */
const suspicious = ["__proto__", "constructor", "\\u00"] as const;

/** What the framework's parser does: it looks for poison with a pattern in each body, which costs as much as parsing. A plain search clears most. */
function parseJson(app: FastifyInstance): void {
  const careful = app.getDefaultJsonParser("error", "error");
  app.removeContentTypeParser("application/json");
  app.addContentTypeParser("application/json", { parseAs: "string" }, (request, body: string, done) => {
    if (body === "" || suspicious.some((text) => body.includes(text))) {
      careful(request, body, done);
      return;
    }
    try {
      done(null, JSON.parse(body));
    } catch (error) {
      done(Object.assign(error as Error, { statusCode: 400 }));
    }
  });
}

async function describeApi(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Leadstream collector",
        version: "1",
        description:
          "Events of leads in, Kafka out. A 2xx is given only once all in-sync replicas have the event. Repeat with the same eventId as often as you like: it counts once.",
      },
      components: {
        securitySchemes: { apiKey: { type: "apiKey", in: "header", name: "x-api-key" }, bearer: { type: "http", scheme: "bearer" } },
      },
    },
    transform: jsonSchemaTransform,
  });
  await app.register(swaggerUi, { routePrefix: "/docs" });
}

function answerError(error: FastifyError | CollectorError, reply: FastifyReply, log: FastifyBaseLogger): FastifyReply {
  const known = error instanceof CollectorError ? error : translated(error);
  const status = statusOf[known.code];
  if (status >= 500 && known.code === "INTERNAL") log.error({ err: error }, "a request failed");
  if (known.retryAfterMs !== null) reply.header("retry-after", retryAfterOf(known.retryAfterMs));
  return reply.code(status).send({ code: known.code, message: known.problem, remedy: known.remedy, faults: known.faults });
}

/** Fastify's own errors in our words; messages of its parser may hold parts of the body and are left out. */
function translated(error: FastifyError): CollectorError {
  if (error.code === "FST_ERR_CTP_BODY_TOO_LARGE")
    return new CollectorError("BODY_TOO_LARGE", "the body is too large", "Send fewer events at once.");
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) {
    return new CollectorError("BODY_INVALID", "the body is not JSON", "Send JSON in UTF-8 with content-type application/json.");
  }
  return new CollectorError("INTERNAL", "the request failed", "Send it again with the same event ids; tell the operator.");
}

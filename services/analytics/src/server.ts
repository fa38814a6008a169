import { readFile } from "node:fs/promises";
import { join } from "node:path";
import staticFiles from "@fastify/static";
import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import type { Telemetry } from "@leadstream/telemetry";
import Fastify, { type FastifyBaseLogger, type FastifyError, type FastifyInstance, type FastifyReply, LogController } from "fastify";
import { hasZodFastifySchemaValidationErrors, jsonSchemaTransform, validatorCompiler } from "fastify-type-provider-zod";
import { type Access, guardReaders } from "./access.ts";
import { AnalyticsError, statusOf } from "./errors.ts";
import type { ReportReader } from "./report-reader.ts";
import { reportRoutes } from "./routes.ts";

const publicFolder = join(import.meta.dirname, "../public");
/** The page that has every metric with its SQL; the dashboard links into it. */
const metricsPage = join(import.meta.dirname, "../../../docs/analytics.md");
/** The page holds no inline script and asks nobody but this service; /docs brings its own rules. */
const contentPolicy = "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'";

/** The API, its documentation and the dashboard over a reader. Not listening yet: tests inject requests. */
export async function buildServer(reader: ReportReader, telemetry: Telemetry, access: Access = "this-machine"): Promise<FastifyInstance> {
  const app = Fastify({
    loggerInstance: telemetry.log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    return503OnClosing: true,
    routerOptions: { maxParamLength: 300 },
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setErrorHandler((error: FastifyError, _request, reply) => answerError(error, reply, app.log));
  app.setNotFoundHandler((_request, reply) =>
    answerError(new AnalyticsError("NOT_FOUND", "no such address", "See /docs."), reply, app.log),
  );
  guardReaders(app, access);
  app.addHook("onResponse", async (request, reply) => {
    const route = request.routeOptions.url ?? "unknown";
    telemetry.metrics.httpRequests.add({ route, status: reply.statusCode });
    telemetry.metrics.httpRequestDuration.observe({ route }, reply.elapsedTime / 1_000);
  });
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Leadstream analytics",
        version: "1",
        description: "Reports over the views of docs/analytics.md. Points are thousandths, money hundredths, times UTC.",
      },
    },
    transform: jsonSchemaTransform,
  });
  await app.register(swaggerUi, { routePrefix: "/docs" });
  operationRoutes(app, telemetry);
  app.get("/analytics.md", { schema: { hide: true } }, async (_request, reply) =>
    reply.type("text/plain; charset=utf-8").send(await readFile(metricsPage, "utf8")),
  );
  reportRoutes(app, reader);
  await app.register(staticFiles, {
    root: publicFolder,
    cacheControl: false,
    setHeaders: (reply) => {
      reply.header("content-security-policy", contentPolicy);
      reply.header("cache-control", "no-cache");
    },
  });
  return app;
}

function operationRoutes(app: FastifyInstance, telemetry: Telemetry): void {
  app.get("/health", { schema: { hide: true } }, (_request, reply) => {
    const report = telemetry.health.report();
    return reply.code(report.healthy ? 200 : 503).send({ service: telemetry.service, ...report });
  });
  app.get("/metrics", { schema: { hide: true } }, async (_request, reply) =>
    reply.type(telemetry.metrics.contentType).send(await telemetry.metrics.text()),
  );
}

function answerError(error: FastifyError | AnalyticsError, reply: FastifyReply, log: FastifyBaseLogger): FastifyReply {
  const known = error instanceof AnalyticsError ? error : translated(error);
  if (known.code === "INTERNAL") log.error({ err: error }, "a report failed");
  if (known.code === "STORE_UNAVAILABLE") reply.header("retry-after", "2");
  return reply.code(statusOf[known.code]).send({ code: known.code, message: known.message, remedy: known.remedy, faults: known.faults });
}

function translated(error: FastifyError): AnalyticsError {
  if (hasZodFastifySchemaValidationErrors(error)) {
    const faults = error.validation.map((issue) => ({
      field: issue.instancePath.replace(/^\//, "").replaceAll("/", ".") || "request",
      reason: issue.message ?? "is not valid",
    }));
    return new AnalyticsError("INVALID_REQUEST", "the request has faults", "Correct the named fields; see /docs.", faults);
  }
  if (error.statusCode !== undefined && error.statusCode < 500) {
    return new AnalyticsError("INVALID_REQUEST", "the request cannot be read", "See /docs.");
  }
  return new AnalyticsError("INTERNAL", "the report failed", "Tell the operator; the log of this service has the cause.");
}

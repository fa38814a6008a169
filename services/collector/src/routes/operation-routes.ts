import type { Telemetry } from "@leadstream/telemetry";
import type { FastifyInstance } from "fastify";

/** /health says whether events get through, /metrics is for Prometheus. Neither asks for a key: they tell nothing of leads. */
export function operationRoutes(app: FastifyInstance, telemetry: Telemetry): void {
  app.get("/health", { schema: { hide: true } }, (_request, reply) => {
    const report = telemetry.health.report();
    return reply
      .code(report.healthy ? 200 : 503)
      .header("cache-control", "no-store")
      .send({ service: telemetry.service, ...report });
  });
  app.get("/metrics", { schema: { hide: true } }, async (_request, reply) => {
    telemetry.metrics.healthUnits.set(telemetry.health.report().reasons.length);
    const text = await telemetry.metrics.text();
    return reply
      .header("content-type", telemetry.metrics.contentType)
      .serializer((body: string) => body)
      .send(text);
  });
}

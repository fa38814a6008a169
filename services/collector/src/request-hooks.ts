import type { ApiKeys, Client } from "@leadstream/config";
import type { Telemetry } from "@leadstream/telemetry";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { CollectorError } from "./errors.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Who sends; set on every /v1 route. */
    client: Client | null;
    /** Bytes that the request holds of those in flight; null when it was not let in. */
    heldBytes: number | null;
  }
}

export interface HookOptions {
  readonly apiKeys: ApiKeys;
  readonly telemetry: Telemetry;
  readonly requestsInFlight: number;
  readonly bytesInFlight: number;
  readonly bodyLimitBytes: number;
  readonly retryAfterMs: number;
}

const BEARER = /^bearer +(\S+)$/i;

/** Before a body is read: is there room, and is the key known? */
export function guardRequests(app: FastifyInstance, options: HookOptions): void {
  const { apiKeys, bodyLimitBytes, bytesInFlight, requestsInFlight, retryAfterMs, telemetry } = options;
  let inFlight = 0;
  let heldBytes = 0;
  telemetry.metrics.httpInFlight.follow(() => inFlight);
  app.decorateRequest("client", null);
  app.decorateRequest("heldBytes", null);
  app.addHook("onRequest", (request, _reply, done) => {
    const client = clientOf(request, apiKeys);
    if (client === null) {
      done(new CollectorError("UNAUTHORISED", "no valid API key", "Send the key in x-api-key, or as Authorization: Bearer."));
      return;
    }
    const bytes = announcedBytes(request, bodyLimitBytes);
    if (inFlight >= requestsInFlight || heldBytes + bytes > bytesInFlight) {
      done(new CollectorError("OVERLOADED", "too many requests are under way", "Wait as long as Retry-After says.", { retryAfterMs }));
      return;
    }
    request.client = client;
    request.heldBytes = bytes;
    heldBytes += bytes;
    inFlight++;
    done();
  });
  app.addHook("onResponse", (request, _reply, done) => {
    if (request.heldBytes !== null) {
      heldBytes -= request.heldBytes;
      inFlight--;
    }
    done();
  });
}

export function measureRequests(app: FastifyInstance, { metrics }: Telemetry): void {
  const routes = new Map<string, Map<number, { add(): void }>>();
  const answered = (route: string, status: number): { add(): void } => {
    const byStatus = routes.get(route) ?? new Map<number, { add(): void }>();
    routes.set(route, byStatus);
    const series = byStatus.get(status) ?? metrics.httpRequests.series({ route, status });
    byStatus.set(status, series);
    return series;
  };
  app.addHook("onResponse", (request, reply, done) => {
    // The pattern, not the address: an address holds ids, and every one would be a series of its own.
    const route = request.routeOptions.url ?? "unknown";
    answered(route, reply.statusCode).add();
    metrics.httpRequestDuration.observe({ route }, reply.elapsedTime / 1000);
    done();
  });
}

/**
 * Lets a drain end: a connection that was busy when the server closed would otherwise be kept open for its next request, and the server
 * waits for all of them.
 */
export function closeConnectionsWhenDraining(app: FastifyInstance): void {
  let draining = false;
  app.addHook("preClose", (done) => {
    draining = true;
    done();
  });
  app.addHook("onSend", (_request, reply, payload, done) => {
    if (draining) reply.header("connection", "close");
    done(null, payload);
  });
  app.addHook("onResponse", (_request, _reply, done) => {
    if (draining) setImmediate(() => app.server.closeIdleConnections());
    done();
  });
}

/** A body without an announced length may be as long as any; one that is announced longer is refused before it is read. */
function announcedBytes(request: FastifyRequest, bodyLimitBytes: number): number {
  const { "content-length": length, "transfer-encoding": encoding } = request.headers;
  if (length !== undefined) return Math.min(Number(length) || 0, bodyLimitBytes);
  return encoding === undefined ? 0 : bodyLimitBytes;
}

function clientOf(request: FastifyRequest, apiKeys: ApiKeys): Client | null {
  const { "x-api-key": header, authorization } = request.headers;
  const key = typeof header === "string" ? header : authorization === undefined ? undefined : BEARER.exec(authorization)?.[1];
  return key === undefined ? null : apiKeys.find(key);
}

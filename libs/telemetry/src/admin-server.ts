import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Telemetry } from "./telemetry.ts";

/** Answers with a JSON value; an error becomes a 500 with its message left out. */
export type AdminRoute = () => unknown;

export interface AdminOptions {
  /** 0 takes any free port. */
  readonly port: number;
  readonly host: string;
  readonly telemetry: Telemetry;
  /** More GET routes by path, for example `/state`. */
  readonly extra?: Readonly<Record<string, AdminRoute>>;
}

export interface AdminServer {
  readonly port: number;
  close(): Promise<void>;
}

const HEADERS_TIMEOUT_MS = 5_000;
const JSON_TYPE = "application/json; charset=utf-8";

/** Serves /health (200 or 503 with reasons), /metrics and the extra routes. */
export async function serveAdmin(options: AdminOptions): Promise<AdminServer> {
  const server = createServer({ headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: HEADERS_TIMEOUT_MS }, (request, response) => {
    answer(request, response, options).catch((error: unknown) => {
      options.telemetry.log.error({ err: error, path: pathOf(request) }, "admin route failed");
      if (!response.headersSent) send(response, 500, JSON_TYPE, JSON.stringify({ error: "the route failed; see the log" }));
    });
  });
  await listen(server, options.port, options.host);
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

const pathOf = (request: IncomingMessage): string => (request.url ?? "/").split("?")[0]!;

async function answer(request: IncomingMessage, response: ServerResponse, options: AdminOptions): Promise<void> {
  const { telemetry } = options;
  if (request.method !== "GET" && request.method !== "HEAD") {
    send(response, 405, JSON_TYPE, JSON.stringify({ error: "GET only" }));
    return;
  }
  const path = pathOf(request);
  if (path === "/health") {
    const report = telemetry.health.report();
    send(response, report.healthy ? 200 : 503, JSON_TYPE, JSON.stringify({ service: telemetry.service, ...report }));
    return;
  }
  if (path === "/metrics") {
    telemetry.metrics.healthUnits.set(telemetry.health.report().reasons.length);
    send(response, 200, telemetry.metrics.contentType, await telemetry.metrics.text());
    return;
  }
  const extra = options.extra;
  if (extra !== undefined && Object.hasOwn(extra, path)) {
    send(response, 200, JSON_TYPE, JSON.stringify((await extra[path]!()) ?? null));
    return;
  }
  send(
    response,
    404,
    JSON_TYPE,
    JSON.stringify({ error: `no such path; there are ${["/health", "/metrics", ...Object.keys(extra ?? {})].join(", ")}` }),
  );
}

function send(response: ServerResponse, status: number, contentType: string, body: string): void {
  response.writeHead(status, { "content-type": contentType, "content-length": Buffer.byteLength(body), "cache-control": "no-store" });
  response.end(body);
}

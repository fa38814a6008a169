import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { join } from "node:path";
import { waitFor } from "../wait.ts";
import { type InsertBody, readBody, type TextBody } from "./body.ts";
import { ClickHouseException, errorNumber, exceptionFrom } from "./clickhouse-error.ts";
import { Engine } from "./engine.ts";
import { writeEngineConfig } from "./engine-config.ts";
import { Gate } from "./gate.ts";
import { limits } from "./limits.ts";
import { QueryLog } from "./query-log.ts";
import { QueryRunner } from "./query-runner.ts";
import { authenticate, parseRequest, type QueryRequest } from "./request.ts";
import { emptySummary, QueryResponse, type Summary } from "./response.ts";
import { Spool } from "./spool.ts";
import { tokensOf } from "./sql-tokens.ts";

export type FrontOptions = {
  port: number;
  host: string;
  dataDirectory: string;
  user: string;
  password: string;
  /** Bound of the engine's own memory; the process takes about 500 MB more. */
  memoryLimitMb: number;
};

export const databaseName = "leadstream";

/** ClickHouse's HTTP interface over the embedded engine. One process may hold one front. */
export class ClickHouseFront {
  readonly #options: FrontOptions;
  readonly #engine: Engine;
  readonly #runner: QueryRunner;
  readonly #spool: Spool;
  readonly #log: QueryLog;
  readonly #server: Server;
  readonly #gate = new Gate({ concurrent: limits.concurrentQueries, queued: limits.queuedQueries, waitMs: limits.queueWaitMs });
  readonly #running = new Set<string>();
  #version = "";

  constructor(options: FrontOptions) {
    this.#options = options;
    const directory = options.dataDirectory;
    const engineOptions = writeEngineConfig(directory, options);
    this.#spool = new Spool(join(directory, "spool"), limits.concurrentQueries);
    this.#engine = new Engine(join(directory, "engine"), engineOptions);
    this.#runner = new QueryRunner(this.#engine, this.#spool);
    this.#log = new QueryLog(join(directory, "query-log.ndjson"), {
      fileBytes: limits.queryLogBytes,
      textCharacters: limits.queryLogTextCharacters,
    });
    this.#server = createServer({ requestTimeout: limits.requestMs, keepAliveTimeout: limits.keepAliveMs }, (message, response) => {
      void this.#serve(message, response);
    });
  }

  /** Creates the project's database and listens; answers the port, which differs from the wish when that was 0. */
  async start(): Promise<number> {
    this.#version = await this.#engine.withConnection(async (connection) => {
      await this.#engine.query(connection, `CREATE DATABASE IF NOT EXISTS ${databaseName} ENGINE = Atomic`);
      return (await this.#engine.query(connection, "SELECT version()")).bytes.toString("utf8").trim();
    });
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(this.#options.port, this.#options.host, resolve);
    });
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : this.#options.port;
  }

  /** Takes no more requests, gives running ones `drainMs`, then kills them, then closes the engine. */
  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeIdleConnections();
    const idle = () => (this.#running.size === 0 ? true : undefined);
    if ((await waitFor(idle, { limitMs: limits.drainMs, everyMs: 20 })) === undefined) {
      await Promise.all([...this.#running].map((queryId) => this.#kill(queryId, () => !this.#running.has(queryId))));
    }
    this.#server.closeAllConnections();
    await closed;
    this.#runner.sessions.closeAll();
    await this.#log.close();
    this.#engine.stop();
  }

  async #serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(message.url ?? "/", "http://front");
    const early = new QueryResponse(response, this.#version, undefined, undefined);
    try {
      if (url.pathname === "/ping" || url.pathname === "/replicas_status") return early.sendText("Ok.\n");
      if (url.pathname !== "/" || !["GET", "POST"].includes(message.method ?? "")) {
        response.statusCode = 404;
        return early.sendText(`There is no handle ${message.method} ${url.pathname}\nUse / or /ping\n`);
      }
      const noQuery = message.method === "GET" && !url.searchParams.has("query");
      if (noQuery) return early.sendText("Ok.\n");
      authenticate(message, url.searchParams, this.#options);
      const request = parseRequest(message, url.searchParams, limits);
      await this.#runOnce(message, response, request);
    } catch (error) {
      await early.fail(exceptionFrom(error));
    }
  }

  async #runOnce(message: IncomingMessage, serverResponse: ServerResponse, request: QueryRequest): Promise<void> {
    if (this.#running.has(request.queryId)) {
      throw new ClickHouseException(errorNumber.queryWithSameIdIsAlreadyRunning, `Query with id = ${request.queryId} is already running.`);
    }
    this.#running.add(request.queryId);
    const response = new QueryResponse(serverResponse, this.#version, request.queryId, request.encoding);
    const startedAt = new Date();
    const start = performance.now();
    let sql = request.query;
    let summary = emptySummary;
    let exceptionCode = 0;
    try {
      const body = await readBody(message, request.query);
      sql = body.kind === "text" ? body.sql : `${body.head.target} FORMAT ${body.head.format}`;
      summary =
        body.kind === "text"
          ? await this.#runText(serverResponse, request, body, response)
          : await this.#runInsert(request, body, response);
    } catch (error) {
      const exception = exceptionFrom(error);
      exceptionCode = exception.code;
      if (!response.isBegun) await response.fail(exception);
    } finally {
      this.#running.delete(request.queryId);
      this.#log.write({ queryId: request.queryId, sql, startedAt, durationMs: performance.now() - start, summary, exceptionCode });
    }
  }

  #runInsert(request: QueryRequest, body: InsertBody, response: QueryResponse): Promise<Summary> {
    return this.#spool.withFile(async (path) => {
      await this.#runner.spoolRows(body, path);
      return this.#gate.run(() => this.#runner.runInsert(request, body, path, response));
    });
  }

  /** A read whose client has left is stopped; a write goes on, as on the server. KILL must not wait behind what it kills. */
  async #runText(serverResponse: ServerResponse, request: QueryRequest, body: TextBody, response: QueryResponse): Promise<Summary> {
    let ended = false;
    const firstWord = tokensOf(body.sql.slice(0, 64))
      .find((token) => token.kind === "word")
      ?.text.toUpperCase();
    const reads =
      firstWord !== undefined && !["INSERT", "CREATE", "ALTER", "DROP", "TRUNCATE", "OPTIMIZE", "RENAME", "KILL"].includes(firstWord);
    serverResponse.once("close", () => {
      if (reads && !ended) void this.#kill(request.queryId, () => ended);
    });
    const run = () => {
      if (serverResponse.destroyed)
        throw new ClickHouseException(errorNumber.queryWasCancelled, "Query was cancelled: its client has left.");
      return this.#runner.runText(request, body, response);
    };
    try {
      return firstWord === "KILL" ? await run() : await this.#gate.run(run);
    } finally {
      ended = true;
    }
  }

  /** Asked again and again: before the engine knows the query there is nothing to kill. */
  async #kill(queryId: string, hasEnded: () => boolean): Promise<void> {
    await waitFor(
      async () => {
        if (hasEnded()) return true;
        await this.#engine.kill(queryId).catch(() => undefined);
        return undefined;
      },
      { limitMs: limits.killEveryMs * limits.killAttempts, everyMs: limits.killEveryMs },
    );
  }
}

import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import type { InsertBody, TextBody } from "./body.ts";
import { ClickHouseException, errorNumber } from "./clickhouse-error.ts";
import { withRequestSettings } from "./connection-setup.ts";
import { type Connection, type Engine, type ReadResult, statementClass } from "./engine.ts";
import { limits } from "./limits.ts";
import type { QueryRequest } from "./request.ts";
import { emptySummary, type QueryResponse, type Summary } from "./response.ts";
import { Sessions } from "./sessions.ts";
import { type Spool, spoolTo } from "./spool.ts";
import { type PlainStatement, plainStatementOf, removesDefaultDatabase, rewriteKill, withOutfile } from "./statement.ts";

const readSummary = (result: ReadResult): Summary => ({
  ...emptySummary,
  readRows: result.rowsRead,
  readBytes: result.bytesRead,
  elapsedSeconds: result.elapsed,
});

/** Runs one request in the engine and answers it; errors before the answer began are thrown, later ones are written into it. */
export class QueryRunner {
  readonly sessions: Sessions;
  readonly #engine: Engine;
  readonly #spool: Spool;

  constructor(engine: Engine, spool: Spool) {
    this.#engine = engine;
    this.#spool = spool;
    this.sessions = new Sessions(engine);
  }

  async runText(request: QueryRequest, body: TextBody, response: QueryResponse): Promise<Summary> {
    const statement = plainStatementOf(body.sql);
    const parameters = [...request.parameters, ...body.parameters];
    return this.#withConnection(request, (connection) =>
      withRequestSettings(this.#engine, connection, request, parameters, () => this.#dispatch(connection, request, statement, response)),
    );
  }

  /** The rows must be complete on disk first: a client that goes away in the middle leaves nothing behind. */
  async runInsert(request: QueryRequest, body: InsertBody, path: string, response: QueryResponse): Promise<Summary> {
    const { head, encoding } = body;
    return this.#withConnection(request, async (connection) =>
      withRequestSettings(this.#engine, connection, request, request.parameters, async () => {
        if (head.settings !== "") await this.#engine.query(connection, head.settings.replace(/^SETTINGS/i, "SET"));
        const written = await this.#engine.insert(
          connection,
          head.target,
          `FROM INFILE '${path}' COMPRESSION '${encoding}' FORMAT ${head.format}`,
        );
        return this.#answerWrite(written, response);
      }),
    );
  }

  spoolRows(body: InsertBody, path: string): Promise<void> {
    return spoolTo(path, body.rows, limits.insertBodyBytes);
  }

  #withConnection<Result>(request: QueryRequest, work: (connection: Connection) => Promise<Result>): Promise<Result> {
    return request.session === undefined ? this.#engine.withConnection(work) : this.sessions.use(request.session, work);
  }

  async #dispatch(connection: Connection, request: QueryRequest, statement: PlainStatement, response: QueryResponse): Promise<Summary> {
    if (removesDefaultDatabase(statement)) {
      throw new ClickHouseException(errorNumber.notImplemented, "Database default cannot be removed here: the embedded engine needs it.");
    }
    const kind = await this.#engine.classOf(connection, statement.text);
    if (kind === statementClass.readOnly) return this.#read(connection, request, statement, response);
    if (request.readOnly && !["SET", "USE"].includes(statement.firstWord)) {
      throw new ClickHouseException(
        errorNumber.readonly,
        "Cannot execute query in readonly mode. For queries over HTTP, method GET implies readonly; use POST for modifying queries.",
      );
    }
    const inserts = statement.firstWord === "INSERT" || (statement.firstWord === "WITH" && kind === statementClass.mutating);
    if (inserts) return this.#answerWrite(await this.#engine.insert(connection, statement.text, "\n"), response);
    const text = statement.firstWord === "KILL" ? rewriteKill(statement) : statement.text;
    const result = await this.#engine.query(connection, text, request.defaultFormat);
    await response.send(statement.format ?? request.defaultFormat, readSummary(result), result.bytes);
    return readSummary(result);
  }

  async #answerWrite(written: { elapsed: number; rowsWritten: number; bytesWritten: number }, response: QueryResponse): Promise<Summary> {
    const { elapsed, rowsWritten, bytesWritten } = written;
    const summary = { ...emptySummary, writtenRows: rowsWritten, writtenBytes: bytesWritten, elapsedSeconds: elapsed };
    await response.send("TabSeparated", summary, Buffer.alloc(0));
    return summary;
  }

  #read(connection: Connection, request: QueryRequest, statement: PlainStatement, response: QueryResponse): Promise<Summary> {
    const format = statement.format ?? request.defaultFormat;
    const run = (path: string) => this.#engine.query(connection, withOutfile(statement, path, request.defaultFormat));
    if (request.waitsForEnd) {
      return this.#spool.withFile(async (path) => {
        const summary = readSummary(await run(path));
        await response.begin(format, summary, Buffer.alloc(0));
        await this.#copy(createReadStream(path), response);
        response.end();
        return summary;
      });
    }
    return this.#spool.withPipe(async (pipe) => {
      const running = run(pipe.path);
      const settled = running.then(readSummary, (error: unknown) => error as ClickHouseException).finally(pipe.closeWriter);
      // Without a reader the engine would wait for ever on a full pipe; without a writer it ends.
      const head = await this.#stream(format, pipe.rows, response).finally(() => {
        pipe.rows.destroy();
        pipe.closeWriter();
      });
      const outcome = await settled;
      if (outcome instanceof Error) {
        if (!response.isBegun) throw outcome;
        await response.fail(outcome);
        throw outcome;
      }
      if (response.isBegun) response.end();
      else await response.send(format, outcome, head);
      return outcome;
    });
  }

  /** Small answers are returned whole; longer ones begin once they outgrow the head. A client that left is read for, not waited for. */
  async #stream(format: string, rows: Readable, response: QueryResponse): Promise<Buffer> {
    let held: Buffer[] = [];
    let heldBytes = 0;
    for await (const chunk of rows as AsyncIterable<Buffer>) {
      if (response.isGone) continue;
      if (response.isBegun) {
        await response.write(chunk);
        continue;
      }
      held.push(chunk);
      heldBytes += chunk.length;
      if (heldBytes < limits.responseHeadBytes) continue;
      await response.begin(format, emptySummary, Buffer.concat(held));
      held = [];
    }
    return Buffer.concat(held);
  }

  async #copy(source: Readable, response: QueryResponse): Promise<void> {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      if (response.isGone) return;
      await response.write(chunk);
    }
  }
}

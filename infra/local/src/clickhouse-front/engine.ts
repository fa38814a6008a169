import { createRequire } from "node:module";
import { errorText, LocalStackError } from "../errors.ts";
import { exceptionFrom } from "./clickhouse-error.ts";
import { quoteString } from "./sql-tokens.ts";

/** One connection of the embedded engine: own settings, parameters, temporary tables; one call at a time. */
export type Connection = { readonly handle: unknown };

export type ReadResult = { bytes: Buffer; elapsed: number; rowsRead: number; bytesRead: number };
export type WriteResult = { elapsed: number; rowsWritten: number; bytesWritten: number };

/** Numbers of the engine's own parser; a statement it cannot parse is `unknown`. */
export const statementClass = { readOnly: 0, mutating: 1, mutatingGlobal: 2, control: 3, unknown: 4 } as const;

type Native = {
  CreateConnection(path: string, options: string[]): unknown;
  CloseConnection(handle: unknown): void;
  QueryAsyncConnection(handle: unknown, sql: string, format: string): Promise<ReadResult>;
  InsertRawAsyncConnection(handle: unknown, head: string, tail: Buffer, countLines: boolean): Promise<WriteResult>;
  DurableClassifyAsync(handle: unknown, sql: string, database: string | null): Promise<{ statementCount: number; queryClass: number }>;
};

/** The binding's public interface shares one connection among calls; its loader gives the connections themselves. */
const loadNative = (): Native => {
  try {
    const fromHere = createRequire(import.meta.url);
    const fromPackage = createRequire(fromHere.resolve("chdb/package.json"));
    return (fromPackage("./dist/loader.js") as { loadNative(): Native }).loadNative();
  } catch (error) {
    throw new LocalStackError(
      "TOOL_MISSING",
      `the embedded ClickHouse (optional package chdb) cannot be loaded on ${process.platform}-${process.arch}: ${errorText(error)}; ` +
        "install with optional dependencies on Linux (glibc) or macOS, or use a ClickHouse server and its URL",
      { cause: error },
    );
  }
};

/** As the server's own defaults, where the embedded engine differs. */
const serverDefaults = "SET implicit_select=0, allow_introspection_functions=0, output_format_arrow_use_native_writer=1";

export class Engine {
  readonly #native: Native;
  readonly #path: string;
  readonly #options: string[];
  /** The engine stops with its last connection and takes 40 ms to start again, so one stays. */
  #keeper: Connection | undefined;

  constructor(path: string, options: string[]) {
    this.#native = loadNative();
    this.#path = path;
    this.#options = options;
    this.#keeper = this.#connect();
  }

  #connect(): Connection {
    return { handle: this.#native.CreateConnection(this.#path, this.#options) };
  }

  async open(): Promise<Connection> {
    const connection = this.#connect();
    await this.query(connection, serverDefaults);
    return connection;
  }

  close(connection: Connection): void {
    this.#native.CloseConnection(connection.handle);
  }

  /** Runs on a fresh connection, so that nothing of it is seen by the next. */
  async withConnection<Result>(work: (connection: Connection) => Promise<Result>): Promise<Result> {
    const connection = await this.open();
    try {
      return await work(connection);
    } finally {
      this.close(connection);
    }
  }

  /** Throws ClickHouseException, as `insert` and `classify` do. */
  query(connection: Connection, sql: string, format = "TabSeparated"): Promise<ReadResult> {
    return this.#typed(this.#native.QueryAsyncConnection(connection.handle, sql, format));
  }

  /** `tail` continues the statement on a new line; the answer counts rows of dependent views too. */
  insert(connection: Connection, head: string, tail: string): Promise<WriteResult> {
    return this.#typed(this.#native.InsertRawAsyncConnection(connection.handle, head, Buffer.from(tail), false));
  }

  async classOf(connection: Connection, sql: string): Promise<number> {
    const { queryClass } = await this.#typed(this.#native.DurableClassifyAsync(connection.handle, sql, null));
    return queryClass;
  }

  /** Asks the query to stop; it ends with error 394 some milliseconds later. */
  async kill(queryId: string): Promise<void> {
    await this.withConnection((connection) =>
      this.query(connection, `KILL QUERY WHERE Settings['log_comment'] = ${quoteString(queryId)} ASYNC`),
    );
  }

  /** After this no other call may follow; waits until merges and views have stopped. */
  stop(): void {
    if (this.#keeper !== undefined) this.close(this.#keeper);
    this.#keeper = undefined;
  }

  async #typed<Result>(call: Promise<Result>): Promise<Result> {
    try {
      return await call;
    } catch (error) {
      throw exceptionFrom(error);
    }
  }
}

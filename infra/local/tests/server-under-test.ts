import { randomUUID } from "node:crypto";
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from "@clickhouse/client";
import { newDataDirectory, spawnTestFront, testPassword, testUser } from "./front-under-test.ts";

type ClientOptions = NonNullable<Parameters<typeof createClient>[0]>;

/** What CLICKHOUSE_URL names (credentials in the URL), so that a real server can be held to the suites; else a front of its own. */
const startServer = async (): Promise<{ url: string; username: string; password: string; stop(): Promise<void> }> => {
  const given = process.env.CLICKHOUSE_URL;
  if (given) {
    const url = new URL(given);
    const [username, password] = [decodeURIComponent(url.username), decodeURIComponent(url.password)];
    return { url: url.origin, username, password, stop: async () => {} };
  }
  const directory = newDataDirectory();
  const front = await spawnTestFront(directory.path);
  const stop = async () => {
    await front.stop();
    directory.dispose();
  };
  return { url: front.url, username: testUser, password: testPassword, stop };
};

/** A server with a database of the suite's own, and the ways the suites talk to it. */
export class ServerUnderTest {
  readonly url: string;
  readonly username: string;
  readonly password: string;
  readonly database = `contract_${randomUUID().slice(0, 8)}`;
  readonly client: ClickHouseClient;
  readonly gzipClient: ClickHouseClient;
  readonly #stop: () => Promise<void>;

  private constructor(server: Awaited<ReturnType<typeof startServer>>) {
    this.url = server.url;
    this.username = server.username;
    this.password = server.password;
    this.#stop = server.stop;
    this.client = this.connect();
    this.gzipClient = this.connect({ compression: { request: true, response: true } });
  }

  static async start(): Promise<ServerUnderTest> {
    const server = new ServerUnderTest(await startServer());
    const first = server.connect({ database: "default" });
    await first.command({ query: `CREATE DATABASE ${server.database} ENGINE = Atomic` });
    await first.close();
    return server;
  }

  async stop(): Promise<void> {
    await this.client.command({ query: `DROP DATABASE ${this.database}` });
    await Promise.all([this.client.close(), this.gzipClient.close()]);
    await this.#stop();
  }

  connect(more: ClientOptions = {}): ClickHouseClient {
    const { url, username, password, database } = this;
    return createClient({ url, username, password, database, log: { level: ClickHouseLogLevel.OFF }, ...more });
  }

  async rowsOf<Shape>(query: string, more: { query_params?: Record<string, unknown> } = {}): Promise<Shape[]> {
    const result = await this.client.query({ query, format: "JSONEachRow", ...more });
    return result.json<Shape>();
  }

  /** Its name. */
  async newTable(columns: string, engine = "MergeTree ORDER BY tuple()"): Promise<string> {
    const name = `t_${randomUUID().replaceAll("-", "").slice(0, 12)}`;
    await this.client.command({ query: `CREATE TABLE ${name} (${columns}) ENGINE = ${engine}` });
    return name;
  }

  /** A request without the client, for what the client never sends. */
  post(parameters: Record<string, string>, body: string | Buffer, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(`${this.url}/?${new URLSearchParams({ database: this.database, ...parameters })}`, {
      method: "POST",
      headers: { "X-ClickHouse-User": this.username, "X-ClickHouse-Key": this.password, ...headers },
      body: new Uint8Array(Buffer.from(body)),
    });
  }
}

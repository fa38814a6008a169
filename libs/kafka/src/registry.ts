/**
 * Registers our schemas with a Confluent-compatible registry (BACKWARD, per subject) and gives the wire format its ids.
 * Every id is kept on disk: with the registry down, a process whose schemas have not changed starts and works (F7).
 */
import { SchemaRegistry, SchemaType } from "@kafkajs/confluent-schema-registry";
import {
  codecs,
  compatibility,
  ownReader,
  type RecordName,
  subjectOf,
  type TopicDefinition,
  topicDefinitions,
  WireFormat,
} from "@leadstream/schemas";
import { RetriableStreamError } from "@leadstream/stream";
import { KafkaAdapterError } from "./errors.ts";
import { resolvingReader } from "./resolving-reader.ts";
import { SchemaCache } from "./schema-cache.ts";

export interface RegistryOptions {
  /** Base of the Confluent API, such as http://host:8081/apis/ccompat/v7; may hold user:password@. */
  readonly url: string;
  /** Where ids and foreign schemas are kept; without it nothing survives the registry being down. */
  readonly cacheFile?: string | undefined;
  /** Limit of one question. Default 5 s. */
  readonly timeoutMs?: number;
  readonly topics?: readonly TopicDefinition[];
}

export interface Registry {
  readonly wire: WireFormat;
  /** False when the ids come from the disk because the registry did not answer. */
  readonly answered: boolean;
  /**
   * Adds a reader for a schema id that the wire format did not know. Throws UNKNOWN_SCHEMA_ID when the registry does not know it either, SCHEMA_REFUSED when
   * it is none of ours (both: the record is poison); RetriableStreamError when the registry does not answer (pause, try again).
   */
  resolveUnknown(schemaId: number): Promise<void>;
}

interface Registration {
  readonly subject: string;
  readonly record: RecordName;
  readonly schema: string;
  readonly id: number;
}

/** A registry that has just started on a busy machine takes its time for the first schemas. */
const DEFAULT_TIMEOUT_MS = 15_000;
const REGISTRY_VARIABLE = "LEADSTREAM_REGISTRY_URL";
const NOT_FOUND = 404;
const CONTENT_TYPE = "application/vnd.schemaregistry.v1+json";

/** Rejects with SCHEMA_REFUSED (incompatible), or REGISTRY_UNAVAILABLE when it is down and the disk does not hold every id. */
export async function connectRegistry(options: RegistryOptions): Promise<Registry> {
  const cache = new SchemaCache(options.cacheFile);
  const client = new RegistryClient(options.url, options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  const wanted = (options.topics ?? topicDefinitions).flatMap(({ name, records }) =>
    records.map((record) => ({ subject: subjectOf(name, record), record, schema: codecs[record].schema })),
  );
  let registrations: Registration[];
  let answered = true;
  try {
    registrations = await Promise.all(
      wanted.map(async ({ subject, record, schema }) => {
        // One look-up instead of three requests: starts are quick, and a registry that was emptied is still noticed.
        const known = cache.id(subject, schema);
        const confirmed = known !== null && (await client.find(subject, schema)) === known;
        return { subject, record, schema, id: confirmed ? known : await client.register(subject, schema) };
      }),
    );
    cache.keepIds(registrations);
  } catch (error) {
    if (!(error instanceof KafkaAdapterError) || error.code !== "REGISTRY_UNAVAILABLE") throw error;
    answered = false;
    registrations = wanted.map((each) => {
      const id = cache.id(each.subject, each.schema);
      if (id === null) throw error;
      return { ...each, id };
    });
  }
  const wire = wireFormatOf(registrations);
  for (const [id, schema] of cache.writers()) wire.addReader(id, resolvingReader(id, schema));
  return {
    wire,
    answered,
    async resolveUnknown(schemaId) {
      let schema = cache.writer(schemaId);
      if (schema === null) {
        schema = await client.schema(schemaId);
        wire.addReader(schemaId, resolvingReader(schemaId, schema));
        cache.keepWriter(schemaId, schema);
      } else wire.addReader(schemaId, resolvingReader(schemaId, schema));
    },
  };
}

/** A record type on two topics may have an id on each: one is written, both are read. */
function wireFormatOf(registrations: readonly Registration[]): WireFormat {
  const ids = new Map<RecordName, number>();
  for (const { record, id } of registrations) if (!ids.has(record)) ids.set(record, id);
  const wire = new WireFormat(ids);
  for (const { record, id } of registrations) if (ids.get(record) !== id) wire.addReader(id, ownReader(record));
  return wire;
}

type Middleware = NonNullable<ConstructorParameters<typeof SchemaRegistry>[0]["middlewares"]>[number];

/** The stock client waits for ever, and its socket keeps the process alive. */
function timeLimit(timeoutMs: number): Middleware {
  return () => ({ prepareRequest: async (next) => (await next()).enhance({ timeout: timeoutMs }) });
}

class RegistryClient {
  private readonly host: string;
  private readonly authorization: string | null;
  private readonly timeoutMs: number;
  private readonly stock: SchemaRegistry;

  constructor(url: string, timeoutMs: number) {
    const parsed = new URL(url);
    const { username, password } = parsed;
    parsed.username = "";
    parsed.password = "";
    this.host = parsed.href.replace(/\/$/, "");
    this.timeoutMs = timeoutMs;
    const auth = username === "" ? null : { username: decodeURIComponent(username), password: decodeURIComponent(password) };
    this.authorization = auth && `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString("base64")}`;
    this.stock = new SchemaRegistry({
      host: this.host,
      retry: { retries: 0 },
      middlewares: [timeLimit(timeoutMs)],
      ...(auth ? { auth } : {}),
    });
  }

  /** The subject's rule first: a registry whose default is another one would let an incompatible schema in. */
  async register(subject: string, schema: string): Promise<number> {
    const rule = await this.ask(`/config/${encodeURIComponent(subject)}`, { method: "PUT", body: JSON.stringify({ compatibility }) });
    if (!rule.ok) throw this.refused(`to set ${compatibility} for ${subject}`, rule.status, await messageOf(rule));
    try {
      return (await this.stock.register({ type: SchemaType.AVRO, schema }, { subject, compatibility: compatibility as never })).id;
    } catch (cause) {
      const status = statusOf(cause);
      if (status === null || status >= 500) throw this.unavailable(cause);
      throw this.refused(`the schema of ${subject}`, status, cause instanceof Error ? cause.message : String(cause));
    }
  }

  /** The id of this very schema in the subject, or null when the registry does not have it there. */
  async find(subject: string, schema: string): Promise<number | null> {
    const answer = await this.ask(`/subjects/${encodeURIComponent(subject)}`, { method: "POST", body: JSON.stringify({ schema }) });
    const found = (await answer.json()) as { id?: unknown };
    return answer.ok && typeof found.id === "number" ? found.id : null;
  }

  /** The schema's JSON text. */
  async schema(id: number): Promise<string> {
    try {
      const answer = await this.ask(`/schemas/ids/${id}`, {});
      if (answer.status === NOT_FOUND)
        throw new KafkaAdapterError(
          "UNKNOWN_SCHEMA_ID",
          `the registry knows no schema with id ${id}`,
          "Its writer uses another registry, or none.",
        );
      if (!answer.ok) throw this.refused(`to give schema ${id}`, answer.status, await messageOf(answer));
      return ((await answer.json()) as { schema: string }).schema;
    } catch (error) {
      if (error instanceof KafkaAdapterError && error.code === "REGISTRY_UNAVAILABLE")
        throw new RetriableStreamError(error.message, { cause: error });
      throw error;
    }
  }

  private async ask(path: string, init: { method?: string; body?: string }): Promise<Response> {
    const headers = { "content-type": CONTENT_TYPE, ...(this.authorization ? { authorization: this.authorization } : {}) };
    let answer: Response;
    try {
      answer = await fetch(`${this.host}${path}`, { ...init, headers, signal: AbortSignal.timeout(this.timeoutMs) });
    } catch (cause) {
      throw this.unavailable(cause);
    }
    if (answer.status >= 500) throw this.unavailable(new Error(`status ${answer.status}`));
    return answer;
  }

  private unavailable(cause: unknown): KafkaAdapterError {
    const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
    const reason = inner instanceof Error ? inner.message : String(inner);
    return new KafkaAdapterError(
      "REGISTRY_UNAVAILABLE",
      `the schema registry at ${this.host} does not answer (${reason})`,
      `Start it, or set ${REGISTRY_VARIABLE}.`,
      { cause },
    );
  }

  private refused(what: string, status: number, reason: string): KafkaAdapterError {
    return new KafkaAdapterError(
      "SCHEMA_REFUSED",
      `the registry refused ${what} (${status}: ${reason})`,
      `Keep schemas ${compatibility}-compatible: new fields need a default.`,
    );
  }
}

/** HTTP status of a stock error; null when there was no answer, which the stock client reports as 400 (the registry itself says 409 or 422). */
function statusOf(error: unknown): number | null {
  const status = (error as { status?: unknown } | null)?.status;
  return typeof status === "number" && status !== 400 ? status : null;
}

async function messageOf(answer: Response): Promise<string> {
  const text = await answer.text();
  return text.slice(0, 500);
}

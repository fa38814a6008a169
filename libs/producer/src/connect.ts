import type { KeyStore } from "@leadstream/edge";
import { connectKafka, connectRegistry, createProducer, type KafkaConnection, type Registry } from "@leadstream/kafka";
import { type Accepted, type EmitItem, type EmitOutcome, Emitter, type EventKind, type RecordSender } from "./emitter.ts";
import { createNodeCrypto } from "./node-crypto.ts";
import { uuidV7Source } from "./uuid-v7.ts";

export interface ConnectOptions {
  /** `host:port` of some brokers. */
  readonly brokers: readonly string[];
  /** Base of the registry's Confluent API. */
  readonly registryUrl: string;
  /** Makes lead ids and match keys; the same 32 bytes for every producer of an installation (`openIdentityKey`). */
  readonly identityKey: Uint8Array;
  /** Where the keys live that seal personal data. */
  readonly keys: KeyStore;
  readonly clientId?: string;
  /** ISO 3166-1 alpha-2 country of national phone numbers of leads that name none. */
  readonly defaultCountry?: string | undefined;
  /** ISO 4217 code of amounts that name none. */
  readonly defaultCurrency?: string | undefined;
  /** Keeps schema ids, so that a start needs no registry. */
  readonly schemaCacheFile?: string;
  /** How long an event waits for company in one Kafka send; default 0: events gather while a send to their broker is under way. */
  readonly lingerMs?: number;
  /** Events in one Kafka batch; default 2 000. */
  readonly sendRecords?: number;
  /** Bytes that may wait for Kafka before BUFFER_FULL; default 32 MiB. */
  readonly bufferBytes?: number;
  /** Time for one answer of a broker; default 5 s. */
  readonly requestTimeoutMs?: number;
  /** Time after which an event without acknowledgement fails with UNAVAILABLE; default 10 s. */
  readonly deliveryTimeoutMs?: number;
  /** Attempts after the first to reach Kafka at the start; default 8, from 200 ms on doubled. */
  readonly retries?: number;
  readonly initialRetryTimeMs?: number;
  /** Sees every send, for health and metrics. */
  readonly watch?: (sender: RecordSender) => RecordSender;
}

/** An emitter with its connections. */
export interface ConnectedEmitter {
  readonly emitter: Emitter;
  /** The emitter's own connections, for whoever also reads. */
  readonly connection: KafkaConnection;
  readonly registry: Registry;
  /** Sends other records than events, watched like them. */
  readonly sender: RecordSender;
  /** Asks the cluster for its state; rejects while it is away. */
  probe(): Promise<void>;
  /** Bytes that wait for Kafka. */
  bufferedBytes(): number;
  /** Waits for what was sent, at most `deliveryTimeoutMs`, then closes. The key store stays open: it is the caller's. */
  close(): Promise<void>;
}

const MEBIBYTE = 1 << 20;

/** Rejects with a KafkaAdapterError that names what is not reached and how to mend it. */
export async function connectEmitter(options: ConnectOptions): Promise<ConnectedEmitter> {
  const registry = await connectRegistry({ url: options.registryUrl, cacheFile: options.schemaCacheFile });
  const requestTimeoutMs = options.requestTimeoutMs ?? 5_000;
  const connection = await connectKafka({
    brokers: options.brokers,
    clientId: options.clientId ?? "leadstream-producer",
    connectionTimeoutMs: requestTimeoutMs,
    requestTimeoutMs,
    retries: options.retries ?? 8,
    initialRetryTimeMs: options.initialRetryTimeMs ?? 200,
  });
  const kafka = createProducer(connection, {
    lingerMs: options.lingerMs ?? 0,
    maxBatchRecords: options.sendRecords ?? 2_000,
    maxBufferedBytes: options.bufferBytes ?? 32 * MEBIBYTE,
    requestTimeoutMs: options.deliveryTimeoutMs ?? 10_000,
  });
  const sender = options.watch === undefined ? kafka : options.watch(kafka);
  const emitter = new Emitter({
    sender,
    wire: registry.wire,
    context: {
      defaultCountry: options.defaultCountry ?? null,
      defaultCurrency: options.defaultCurrency ?? null,
      crypto: createNodeCrypto(options.identityKey),
      keys: options.keys,
      newId: uuidV7Source(Date.now),
    },
    now: Date.now,
  });
  return {
    emitter,
    connection,
    registry,
    sender,
    probe: async () => {
      await connection.refresh([]);
    },
    bufferedBytes: () => kafka.bufferedBytes,
    close: async () => {
      await kafka.close();
      connection.close();
    },
  };
}

export interface ProducerOptions extends ConnectOptions {
  /** Who emits; written into each record. */
  readonly producer: string;
}

/** Emits events straight to Kafka. Each call resolves when all in-sync replicas have the event, and rejects with a ProducerError. */
export interface LeadstreamProducer {
  capture(input: unknown): Promise<Accepted>;
  touch(input: unknown): Promise<Accepted>;
  status(input: unknown): Promise<Accepted>;
  command(input: unknown): Promise<Accepted>;
  spend(input: unknown): Promise<Accepted>;
  /** Many events at once, each with its own outcome; never rejects for the sake of one. */
  emitAll(items: readonly EmitItem[]): Promise<EmitOutcome[]>;
  close(): Promise<void>;
}

export async function connectProducer(options: ProducerOptions): Promise<LeadstreamProducer> {
  const { emitter, close } = await connectEmitter(options);
  const emit =
    (kind: EventKind) =>
    async (input: unknown): Promise<Accepted> => {
      const outcome = await emitter.emit(kind, input, options.producer);
      if (!outcome.ok) throw outcome.error;
      return outcome.accepted;
    };
  return {
    capture: emit("capture"),
    touch: emit("touch"),
    status: emit("status"),
    command: emit("command"),
    spend: emit("spend"),
    emitAll: (items) => emitter.emitAll(items, options.producer),
    close,
  };
}

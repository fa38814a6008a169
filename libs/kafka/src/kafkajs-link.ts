/**
 * The only file that reaches into kafkajs (2.2.4, pinned): its Broker and Connection give sockets, TLS, SASL, version check and time-outs.
 * Requests go past its encoder: our frames are written to the socket piece by piece, without copying record batches.
 * A link is never used again after a fault: kafkajs keeps a half-read answer over a reconnect.
 */
import { createRequire } from "node:module";
import net from "node:net";
import tls from "node:tls";
import { KafkaAdapterError } from "./errors.ts";
import { FrameReader } from "./frame-reader.ts";
import type { Api } from "./protocol/api.ts";
import { WireReader } from "./protocol/wire-reader.ts";
import { WireWriter } from "./protocol/wire-writer.ts";

export interface SaslOptions {
  readonly mechanism: "plain" | "scram-sha-256" | "scram-sha-512";
  readonly username: string;
  readonly password: string;
}

export interface LinkOptions {
  readonly clientId: string;
  readonly ssl?: boolean | tls.ConnectionOptions | undefined;
  readonly sasl?: SaslOptions | undefined;
  readonly connectionTimeoutMs: number;
  readonly requestTimeoutMs: number;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** One connection to one broker: requests are answered in order. */
export interface Link {
  readonly open: boolean;
  /** Takes no more requests; ends when those under way are answered. */
  retire(): void;
  /** `timeoutMs`: how long the broker may hold the answer back, on top of the request time-out. */
  call<Request, Answer>(api: Api<Request, Answer>, request: Request, timeoutMs?: number): Promise<Answer>;
  /** A window of an answer of this link is not looked at any more: its memory may hold another one. */
  recycle(window: Buffer): void;
  destroy(): void;
}

interface StockEntry {
  readonly apiKey: number;
  readonly apiName: string;
  readonly apiVersion: number;
  readonly correlationId: number;
  resolve(answer: { readonly payload: Buffer }): void;
  reject(error: Error): void;
}
interface StockConnection {
  readonly socket: net.Socket | undefined;
  readonly requestQueue: {
    fulfillRequest(answer: { readonly size: number; readonly correlationId: number; readonly payload: Buffer }): void;
    scheduleCheckPendingRequests(): void;
    push(request: { entry: StockEntry; expectResponse: boolean; requestTimeout: number; sendRequest(): void }): void;
    rejectAll(error: Error): void;
  };
  isConnected(): boolean;
  /** False from ten seconds before the session's end on. */
  isAuthenticated(): boolean;
  nextCorrelationId(): number;
}
interface StockPool {
  readonly pool: readonly StockConnection[];
}
interface StockBroker {
  readonly versions: Readonly<Record<number, { readonly minVersion: number; readonly maxVersion: number }>>;
  connect(): Promise<void>;
  disconnect(): Promise<void>;
}

const require = createRequire(import.meta.url);
const ConnectionPool = require("kafkajs/src/network/connectionPool") as new (options: object) => StockPool;
const Broker = require("kafkajs/src/broker") as new (options: object) => StockBroker;

/** Nothing is printed: every fault reaches the caller as an error. */
const silent = { namespace: () => silent, debug() {}, info() {}, warn() {}, error() {}, setLogLevel() {} };
const AUTHENTICATION_TIMEOUT_MS = 10_000;
/** Frames up to this size are copied together: cheaper than a write of many pieces. */
const JOINED_FRAME_BYTES = 16_384;
const READ_BYTES = 65_536;
/** In front of an answer's payload: its size, then the request's number. */
const ANSWER_HEAD_BYTES = 8;
/** Of the sockets that we read ourselves. */
const frameReaders = new WeakMap<net.Socket, FrameReader>();

/** Connects and authenticates. Rejects with UNAVAILABLE, AUTHENTICATION_FAILED or UNSUPPORTED_BROKER. */
export async function openLink(options: LinkOptions, address: Address, needed: readonly Api<never, unknown>[]): Promise<Link> {
  const connectionPool = new ConnectionPool({
    ...address,
    ssl: options.ssl === true ? {} : options.ssl || null,
    sasl: options.sasl ? { ...options.sasl } : null,
    clientId: options.clientId,
    socketFactory,
    connectionTimeout: options.connectionTimeoutMs,
    requestTimeout: options.requestTimeoutMs,
    enforceRequestTimeout: true,
    logger: silent,
  });
  for (const { requestQueue } of connectionPool.pool) {
    // Its check re-arms itself with a negative delay: a timer per millisecond for ever. It serves throttling only, which we leave to the broker.
    requestQueue.scheduleCheckPendingRequests = () => {};
  }
  const broker = new Broker({ connectionPool, logger: silent, authenticationTimeout: AUTHENTICATION_TIMEOUT_MS });
  try {
    await broker.connect();
  } catch (cause) {
    void broker.disconnect().catch(() => {});
    throw connectFault(address, cause);
  }
  const link = new KafkajsLink(connectionPool.pool[0]!, broker, options, address);
  const missing = needed.filter(({ key, version }) => {
    const range = broker.versions[key];
    return range === undefined || version < range.minVersion || version > range.maxVersion;
  });
  if (missing.length === 0) return link;
  link.destroy();
  throw new KafkaAdapterError(
    "UNSUPPORTED_BROKER",
    `the broker at ${address.host}:${address.port} does not speak ${missing.map(({ name, version }) => `${name} v${version}`).join(", ")}`,
    "Use a broker of the 2.8 to 4.x line.",
  );
}

function socketFactory({ host, port, ssl, onConnect }: Address & { ssl: tls.ConnectionOptions | null; onConnect: () => void }): net.Socket {
  const servername = net.isIP(host) ? {} : { servername: host };
  const socket = ssl ? tls.connect({ host, port, ...servername, ...ssl }, onConnect) : plainSocket(host, port, onConnect);
  socket.setNoDelay(true);
  socket.setKeepAlive(true, 60_000);
  return socket;
}

/** Reads into the same memory again and again. While kafkajs connects it gets whole frames. */
function plainSocket(host: string, port: number, onConnect: () => void): net.Socket {
  const reader = new FrameReader((frame) => socket.emit("data", frame));
  const callback = (bytes: number, piece: Uint8Array): boolean => {
    try {
      reader.take(piece as Buffer, bytes);
    } catch (error) {
      socket.destroy(error as Error);
    }
    return true;
  };
  const socket: net.Socket = net.connect({ host, port, onread: { buffer: Buffer.allocUnsafeSlow(READ_BYTES), callback } }, onConnect);
  frameReaders.set(socket, reader);
  return socket;
}

function connectFault({ host, port }: Address, cause: unknown): KafkaAdapterError {
  const { name = "", message = "" } = cause instanceof Error ? cause : {};
  if (name === "KafkaJSSASLAuthenticationError")
    return new KafkaAdapterError(
      "AUTHENTICATION_FAILED",
      `${host}:${port} refused the credentials`,
      "Check SASL mechanism, user and password.",
      {
        cause,
      },
    );
  return new KafkaAdapterError("UNAVAILABLE", `no connection to ${host}:${port} (${message})`, "Start the broker or correct its address.", {
    cause,
  });
}

class KafkajsLink implements Link {
  private readonly connection: StockConnection;
  private readonly broker: StockBroker;
  private readonly options: LinkOptions;
  private readonly address: Address;
  private destroyed = false;
  private retired = false;
  private underWay = 0;

  constructor(connection: StockConnection, broker: StockBroker, options: LinkOptions, address: Address) {
    this.connection = connection;
    this.broker = broker;
    this.options = options;
    this.address = address;
    const { socket, requestQueue } = connection;
    const reader = socket === undefined ? undefined : frameReaders.get(socket);
    // Past kafkajs, which would copy each frame once more.
    reader?.deliverTo((frame) => {
      const payload = frame.subarray(ANSWER_HEAD_BYTES);
      requestQueue.fulfillRequest({ size: frame.length, correlationId: frame.readInt32BE(ANSWER_HEAD_BYTES / 2), payload });
    });
  }

  get open(): boolean {
    if (this.destroyed || this.retired || !this.connection.isConnected()) return false;
    // A session that ends is replaced by a new connection: to authenticate again between other requests is refused by brokers.
    return this.options.sasl === undefined || this.connection.isAuthenticated();
  }

  retire(): void {
    this.retired = true;
    if (this.underWay === 0) this.destroy();
  }

  async call<Request, Answer>(api: Api<Request, Answer>, request: Request, timeoutMs = 0): Promise<Answer> {
    let payload: Buffer;
    try {
      this.underWay++;
      payload = await this.exchange(api, request, timeoutMs);
    } catch (cause) {
      this.destroy();
      throw this.unavailable(api.name, cause);
    } finally {
      this.underWay--;
      if (this.retired && this.underWay === 0) this.destroy();
    }
    const reader = new WireReader(payload);
    // The answer to ApiVersions keeps the plain header, so that any client can read it.
    if (api.flexible && api.name !== "ApiVersions") reader.tags();
    return api.read(reader);
  }

  recycle(window: Buffer): void {
    const { socket } = this.connection;
    if (socket !== undefined) frameReaders.get(socket)?.recycle(window);
  }

  destroy(): void {
    if (this.destroyed) return;
    this.destroyed = true;
    this.connection.requestQueue.rejectAll(new Error("the connection was closed"));
    void this.broker.disconnect().catch(() => {});
    this.connection.socket?.destroy();
  }

  private exchange<Request, Answer>(api: Api<Request, Answer>, request: Request, timeoutMs: number): Promise<Buffer> {
    const { connection } = this;
    if (this.destroyed || !connection.isConnected()) throw new Error("the connection is closed");
    const correlationId = connection.nextCorrelationId();
    const writer = new WireWriter();
    writer.int16(api.key).int16(api.version).int32(correlationId).string(this.options.clientId);
    if (api.flexible) writer.tags();
    api.write(writer, request);
    const pieces = writer.frame();
    const frameBytes = pieces.reduce((bytes, piece) => bytes + piece.length, 0);
    return new Promise((resolve, reject) => {
      connection.requestQueue.push({
        entry: {
          apiKey: api.key,
          apiName: api.name,
          apiVersion: api.version,
          correlationId,
          resolve: ({ payload }) => resolve(payload),
          reject,
        },
        expectResponse: true,
        requestTimeout: this.options.requestTimeoutMs + timeoutMs,
        sendRequest: () => {
          const { socket } = connection;
          if (socket === undefined) throw new Error("the connection is closed");
          if (frameBytes <= JOINED_FRAME_BYTES) {
            socket.write(Buffer.concat(pieces, frameBytes));
            return;
          }
          socket.cork();
          for (const piece of pieces) socket.write(piece);
          socket.uncork();
        },
      });
    });
  }

  private unavailable(request: string, cause: unknown): KafkaAdapterError {
    const { host, port } = this.address;
    const reason = cause instanceof Error ? cause.message : String(cause);
    return new KafkaAdapterError("UNAVAILABLE", `${host}:${port} did not answer ${request} (${reason})`, "Check that the broker is up.", {
      cause,
    });
  }
}

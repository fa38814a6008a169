/**
 * The load of the collector bench, in a process of its own: so many connections, each with one request at a time. Plain sockets, because
 * an HTTP client would cost as much as the server that is measured. Speaks to the bench over IPC.
 */
import { connect, type Socket } from "node:net";
import { bodyOf, routes, type WorkName } from "./requests.ts";

/** What the bench asks for. */
export interface LoadJob {
  readonly host: string;
  readonly port: number;
  readonly apiKey: string;
  readonly work: WorkName;
  readonly batch: number;
  readonly connections: number;
  /** Makes event ids that no other job has used. */
  readonly firstNumber: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
}

/** What the load tells: once when warm, once at the end of the measured time, once when all connections are idle. */
export type LoadNews =
  | { readonly at: "warm" }
  | { readonly at: "measured"; readonly requests: number; readonly elapsedMs: number; readonly latenciesMs: readonly number[] }
  | { readonly at: "idle"; readonly sentEvents: number }
  | { readonly at: "failed"; readonly message: string };

const HEADERS_END = Buffer.from("\r\n\r\n");
const LOOK_MS = 20;
const ACCEPTED = "HTTP/1.1 202 ";

class Load {
  private readonly job: LoadJob;
  private readonly prefix: string;
  private number: number;
  private answered = 0;
  private latencies: number[] = [];
  private stopping = false;
  private open = 0;
  private done: () => void = () => {};

  constructor(job: LoadJob) {
    this.job = job;
    this.number = job.firstNumber;
    this.prefix = `POST ${routes[job.work]} HTTP/1.1\r\nhost: ${job.host}\r\nx-api-key: ${job.apiKey}\r\ncontent-type: application/json\r\ncontent-length: `;
  }

  async run(): Promise<void> {
    const idle = new Promise<void>((resolve) => {
      this.done = resolve;
    });
    for (let index = 0; index < this.job.connections; index++) this.openConnection();
    await sleep(this.job.warmUpMs);
    tell({ at: "warm" });
    const before = this.answered;
    this.latencies = [];
    const startedMs = performance.now();
    await sleep(this.job.measureMs);
    // On a busy machine a short time may pass without an answer: a median of nothing is no result.
    while (this.answered - before < this.job.connections) await sleep(LOOK_MS);
    const latencies = this.latencies;
    tell({ at: "measured", requests: this.answered - before, elapsedMs: performance.now() - startedMs, latenciesMs: latencies });
    this.stopping = true;
    await idle;
    tell({ at: "idle", sentEvents: this.answered * this.job.batch });
  }

  private openConnection(): void {
    const socket = connect({ host: this.job.host, port: this.job.port, noDelay: true });
    this.open++;
    let held: Buffer = Buffer.alloc(0);
    let sentMs = 0;
    const next = (): void => {
      if (this.stopping) {
        socket.end();
        if (--this.open === 0) this.done();
        return;
      }
      sentMs = performance.now();
      this.send(socket);
    };
    socket.on("error", (error) => fail(error.message));
    socket.on("data", (data: Buffer) => {
      held = held.length === 0 ? data : Buffer.concat([held, data]);
      const length = answerLength(held);
      if (length === null || held.length < length) return;
      if (held.length > length) fail("an answer is longer than it says");
      held = Buffer.alloc(0);
      this.answered++;
      this.latencies.push(performance.now() - sentMs);
      next();
    });
    socket.once("connect", next);
  }

  private send(socket: Socket): void {
    const body = bodyOf(this.job.work, this.job.batch, this.number);
    this.number += this.job.batch;
    socket.write(`${this.prefix}${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }
}

/** Bytes of the whole answer, or null while its head is not there. Fails on anything but 202. */
function answerLength(bytes: Buffer): number | null {
  const end = bytes.indexOf(HEADERS_END);
  if (end < 0) return null;
  const head = bytes.toString("latin1", 0, end);
  if (!head.startsWith(ACCEPTED)) fail(`${head.slice(0, head.indexOf("\r"))}: ${bytes.toString("utf8", end, end + 500)}`);
  const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
  if (length === undefined) fail("an answer does not say its length");
  return end + HEADERS_END.length + Number(length);
}

function tell(news: LoadNews): void {
  process.send?.(news);
}

function fail(message: string): void {
  tell({ at: "failed", message });
}

const sleep = (durationMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, durationMs));

process.on("message", (job: LoadJob) => {
  new Load(job).run().catch((error: unknown) => fail(String(error)));
});

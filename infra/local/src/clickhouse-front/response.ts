import { randomBytes } from "node:crypto";
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { Transform } from "node:stream";
import { createBrotliCompress, createDeflate, createGzip, createZstdCompress } from "node:zlib";
import { type ClickHouseException, exceptionText, httpStatusOf } from "./clickhouse-error.ts";
import type { ResponseEncoding } from "./request.ts";

/** Counts of one query, for X-ClickHouse-Summary and the query log. */
export type Summary = { readRows: number; readBytes: number; writtenRows: number; writtenBytes: number; elapsedSeconds: number };
export const emptySummary: Summary = { readRows: 0, readBytes: 0, writtenRows: 0, writtenBytes: 0, elapsedSeconds: 0 };

const encoders: Record<ResponseEncoding, () => Transform> = {
  gzip: () => createGzip({ level: 3 }),
  deflate: () => createDeflate({ level: 3 }),
  br: createBrotliCompress,
  zstd: createZstdCompress,
};

const text = "text/plain; charset=UTF-8";

export const contentTypeOf = (format: string): string => {
  if (/^(JSON|JSONStrings|JSONCompact|JSONCompactStrings|JSONColumns\w*|JSONObjectEachRow)$/i.test(format))
    return "application/json; charset=UTF-8";
  if (/EachRow|^JSONLines$|^NDJSON$/i.test(format)) return "application/x-ndjson; charset=UTF-8";
  if (/^(TSV|TabSeparated)/i.test(format)) return "text/tab-separated-values; charset=UTF-8";
  if (/^CSV/i.test(format)) return "text/csv; charset=UTF-8; header=absent";
  if (/^XML$/i.test(format)) return "application/xml; charset=UTF-8";
  if (/^(RowBinary|Native|Parquet|Arrow|ORC|Avro|MsgPack|Protobuf|BSON|CapnProto|RawBLOB|Npy)/i.test(format))
    return "application/octet-stream";
  return text;
};

const summaryText = (summary: Summary): string =>
  JSON.stringify({
    read_rows: String(summary.readRows),
    read_bytes: String(summary.readBytes),
    written_rows: String(summary.writtenRows),
    written_bytes: String(summary.writtenBytes),
    total_rows_to_read: "0",
    result_rows: String(summary.writtenRows),
    result_bytes: String(summary.writtenBytes),
    elapsed_ns: String(Math.round(summary.elapsedSeconds * 1e9)),
  });

/** One answer: whole with its counts, or begun and continued; an error after the beginning is written into the body. */
export class QueryResponse {
  readonly #response: ServerResponse;
  readonly #version: string;
  readonly #encoding: ResponseEncoding | undefined;
  readonly #exceptionTag = randomBytes(8).toString("hex");
  #encoder: Transform | undefined;

  constructor(response: ServerResponse, version: string, queryId: string | undefined, encoding: ResponseEncoding | undefined) {
    this.#response = response;
    this.#version = version;
    this.#encoding = encoding;
    response.setHeader("X-ClickHouse-Timezone", "UTC");
    response.setHeader("X-ClickHouse-Server-Display-Name", "leadstream-local");
    if (queryId !== undefined) response.setHeader("X-ClickHouse-Query-Id", queryId);
  }

  get isBegun(): boolean {
    return this.#response.headersSent;
  }

  get isGone(): boolean {
    return this.#response.destroyed || this.#response.writableEnded;
  }

  /** Sends the status line and the first bytes; counts are what is known so far. */
  async begin(format: string, summary: Summary, first: Buffer): Promise<void> {
    this.#head(format, summary);
    await this.write(first);
  }

  async write(chunk: Buffer): Promise<void> {
    const sink = this.#encoder ?? this.#response;
    if (chunk.length === 0 || sink.write(chunk) || this.isGone) return;
    const controller = new AbortController();
    const { signal } = controller;
    const swallow = () => undefined;
    await Promise.race([once(sink, "drain", { signal }).catch(swallow), once(this.#response, "close", { signal }).catch(swallow)]);
    controller.abort();
  }

  end(): void {
    (this.#encoder ?? this.#response).end();
  }

  /** A whole answer in one go. */
  async send(format: string, summary: Summary, bytes: Buffer): Promise<void> {
    this.#head(format, summary);
    if (this.#encoder === undefined) this.#response.setHeader("Content-Length", bytes.length);
    await this.write(bytes);
    this.end();
  }

  sendText(body: string): void {
    this.#response.setHeader("Content-Type", text);
    this.#response.end(body);
  }

  /**
   * Before the beginning: a status and the code as header. After it: the tagged block that clients look for at
   * the end of the body, then a connection cut short, so that no client takes the rows for all there are.
   */
  async fail(exception: ClickHouseException): Promise<void> {
    if (this.isGone) return;
    const message = exceptionText(exception, this.#version);
    if (!this.isBegun) {
      for (const name of ["Content-Encoding", "X-ClickHouse-Exception-Tag", "X-ClickHouse-Format"]) this.#response.removeHeader(name);
      this.#response.writeHead(httpStatusOf(exception.code), {
        "Content-Type": text,
        "X-ClickHouse-Exception-Code": String(exception.code),
      });
      this.#response.end(message);
      return;
    }
    const tag = this.#exceptionTag;
    const block = Buffer.from(`\r\n__exception__\r\n${tag}\r\n${message}${Buffer.byteLength(message)} ${tag}\r\n__exception__\r\n`);
    const encoder = this.#encoder;
    if (encoder === undefined) {
      await new Promise<void>((resolve) => this.#response.write(block, () => resolve()));
    } else {
      encoder.unpipe(this.#response);
      const tail: Buffer[] = [];
      encoder.on("data", (chunk: Buffer) => tail.push(chunk));
      encoder.end(block);
      await once(encoder, "end");
      await new Promise<void>((resolve) => this.#response.write(Buffer.concat(tail), () => resolve()));
    }
    this.#response.destroy();
  }

  #head(format: string, summary: Summary): void {
    const response = this.#response;
    response.setHeader("Content-Type", contentTypeOf(format));
    response.setHeader("X-ClickHouse-Format", format);
    response.setHeader("X-ClickHouse-Exception-Tag", this.#exceptionTag);
    response.setHeader("X-ClickHouse-Summary", summaryText(summary));
    if (this.#encoding === undefined) return;
    response.setHeader("Content-Encoding", this.#encoding);
    this.#encoder = encoders[this.#encoding]();
    this.#encoder.pipe(response);
  }
}

import type { IncomingMessage } from "node:http";
import type { Readable, Transform } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from "node:zlib";
import { ClickHouseException, errorNumber } from "./clickhouse-error.ts";
import { limits } from "./limits.ts";
import type { NamedValue } from "./request.ts";
import { type InsertHead, insertHeadOf } from "./statement.ts";

/** Rows of an INSERT, still in the encoding they came in; `encoding` is a name ClickHouse knows. */
export type InsertBody = { kind: "insert"; head: InsertHead; rows: AsyncIterable<Buffer>; encoding: string };
export type TextBody = { kind: "text"; sql: string; parameters: NamedValue[] };

const decoders: Record<string, () => Transform> = {
  gzip: createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
};

const encodingOf = (message: IncomingMessage): string => {
  const encoding = message.headers["content-encoding"]?.toLowerCase() ?? "identity";
  if (encoding === "identity" || encoding === "") return "none";
  if (decoders[encoding] !== undefined) return encoding;
  throw new ClickHouseException(
    errorNumber.notImplemented,
    `Content-Encoding ${encoding} is not served here; use gzip, deflate, br or zstd.`,
  );
};

const decoded = (message: IncomingMessage, encoding: string): Readable => {
  const decoder = decoders[encoding]?.();
  if (decoder === undefined) return message;
  message.on("error", (error) => decoder.destroy(error));
  message.on("close", () => message.complete || decoder.destroy(new Error("the request ended early")));
  return message.pipe(decoder);
};

async function* chunksOf(first: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  if (first.length > 0) yield first;
  for (let item = await rest.next(); !item.done; item = await rest.next()) yield item.value;
}

/** Up to `limitBytes`, or a little more when a chunk spans it; `ended` when that was everything. */
const readUpTo = async (source: AsyncIterator<Buffer>, limitBytes: number): Promise<{ bytes: Buffer; ended: boolean }> => {
  const chunks: Buffer[] = [];
  let size = 0;
  while (size < limitBytes) {
    const item = await source.next();
    if (item.done) return { bytes: Buffer.concat(chunks), ended: true };
    chunks.push(item.value);
    size += item.value.length;
  }
  return { bytes: Buffer.concat(chunks), ended: false };
};

const tooLarge = () =>
  new ClickHouseException(
    errorNumber.queryIsTooLarge,
    `Query is larger than ${limits.queryBytes} bytes; only the rows of an INSERT may be longer.`,
  );

/** The whole of it; throws 307 past the limit. */
const readText = async (source: AsyncIterator<Buffer>): Promise<Buffer> => {
  const { bytes, ended } = await readUpTo(source, limits.queryBytes + 1);
  if (!ended || bytes.length > limits.queryBytes) throw tooLarge();
  return bytes;
};

/** Parts `query` and `param_…`; external tables are not served. */
const multipartOf = (bytes: Buffer, boundary: string): { query: string; parameters: NamedValue[] } => {
  const answer: { query: string; parameters: NamedValue[] } = { query: "", parameters: [] };
  for (const part of bytes.toString("utf8").split(`--${boundary}`).slice(1, -1)) {
    const headEnd = part.indexOf("\r\n\r\n");
    const name = /name="([^"]*)"/.exec(part.slice(0, headEnd))?.[1] ?? "";
    const value = part.slice(headEnd + 4, part.endsWith("\r\n") ? -2 : undefined);
    if (name === "query") answer.query = value;
    else if (/^param_\w+$/.test(name)) answer.parameters.push([name, value]);
    else throw new ClickHouseException(errorNumber.notImplemented, `Form part '${name}' is not served here: only query and param_… are.`);
  }
  return answer;
};

/** Joins the query of the URL and the body, and finds out whether rows follow. */
export const readBody = async (message: IncomingMessage, urlQuery: string): Promise<InsertBody | TextBody> => {
  const encoding = encodingOf(message);
  const boundary = /^multipart\/form-data;.*boundary="?([^";]+)/i.exec(message.headers["content-type"] ?? "")?.[1];
  if (boundary !== undefined) {
    const form = multipartOf(await readText(decoded(message, encoding)[Symbol.asyncIterator]()), boundary);
    return { kind: "text", sql: urlQuery + form.query, parameters: form.parameters };
  }
  const urlBytes = Buffer.from(urlQuery);
  const urlText = urlBytes.toString("latin1");
  const urlHead = insertHeadOf(urlText);
  if (urlHead !== undefined && urlHead.dataStart >= urlText.length) {
    return { kind: "insert", head: utf8Head(urlHead), rows: message, encoding };
  }
  const source: AsyncIterator<Buffer> = decoded(message, encoding)[Symbol.asyncIterator]();
  const start = await readUpTo(source, limits.insertHeadBytes);
  const known = Buffer.concat([urlBytes, start.bytes]);
  const head = urlHead ?? insertHeadOf(known.toString("latin1"));
  if (head !== undefined)
    return { kind: "insert", head: utf8Head(head), rows: chunksOf(known.subarray(head.dataStart), source), encoding: "none" };
  const rest = start.ended ? Buffer.alloc(0) : await readText(source);
  if (known.length + rest.length > limits.queryBytes) throw tooLarge();
  return { kind: "text", sql: Buffer.concat([known, rest]).toString("utf8"), parameters: [] };
};

/** The head was found in bytes, so that `dataStart` counts bytes; its words are UTF-8 all the same. */
const utf8Head = (head: InsertHead): InsertHead => {
  const utf8 = (text: string) => Buffer.from(text, "latin1").toString("utf8");
  return { ...head, target: utf8(head.target), settings: utf8(head.settings) };
};

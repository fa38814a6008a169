import { randomUUID, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { ClickHouseException, errorNumber } from "./clickhouse-error.ts";

export type Credentials = { user: string; password: string };
export type NamedValue = [name: string, value: string];
export type SessionWish = { id: string; idleMs: number; mustExist: boolean };
export type ResponseEncoding = "gzip" | "deflate" | "br" | "zstd";

/** What a request asks for besides its statement. */
export type QueryRequest = {
  queryId: string;
  query: string;
  database: string | undefined;
  settings: NamedValue[];
  parameters: NamedValue[];
  session: SessionWish | undefined;
  defaultFormat: string;
  waitsForEnd: boolean;
  readOnly: boolean;
  encoding: ResponseEncoding | undefined;
};

/** Parts of the HTTP interface that are not settings of the engine. */
const reserved = new Set(
  (
    "query query_id database user password default_format session_id session_timeout session_check wait_end_of_query buffer_size " +
    "compress decompress role quota_key stacktrace client_protocol_version enable_http_compression http_zlib_compression_level log_comment"
  ).split(" "),
);

const bad = (message: string): ClickHouseException => new ClickHouseException(errorNumber.badArguments, message);

const header = (message: IncomingMessage, name: string): string | undefined => {
  const value = message.headers[name];
  return Array.isArray(value) ? value[0] : value;
};

const isOn = (value: string | null): boolean => value !== null && value !== "" && value !== "0" && value !== "false";

const credentialsOf = (message: IncomingMessage, url: URLSearchParams): Credentials => {
  const authorization = header(message, "authorization");
  if (authorization !== undefined) {
    const [scheme, encoded = ""] = authorization.split(" ");
    if (scheme?.toLowerCase() !== "basic") return { user: "", password: "" };
    const text = Buffer.from(encoded, "base64").toString("utf8");
    const colon = text.indexOf(":");
    return { user: text.slice(0, Math.max(0, colon)), password: text.slice(colon + 1) };
  }
  const user = header(message, "x-clickhouse-user") ?? url.get("user") ?? "default";
  return { user, password: header(message, "x-clickhouse-key") ?? url.get("password") ?? "" };
};

const sameText = (given: string, wanted: string): boolean => {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return timingSafeEqual(a.length === b.length ? a : b, b) && a.length === b.length;
};

/** Throws 516 unless user and password are the configured ones. */
export const authenticate = (message: IncomingMessage, url: URLSearchParams, wanted: Credentials): void => {
  const given = credentialsOf(message, url);
  const passwordFits = sameText(given.password, wanted.password);
  if (sameText(given.user, wanted.user) && passwordFits) return;
  throw new ClickHouseException(
    errorNumber.authenticationFailed,
    `${given.user}: Authentication failed: password is incorrect, or there is no user with such name.`,
  );
};

const sessionOf = (url: URLSearchParams, defaultMs: number, longestMs: number): SessionWish | undefined => {
  const id = url.get("session_id");
  if (id === null || id === "") return undefined;
  const timeout = url.get("session_timeout");
  const idleMs = timeout === null ? defaultMs : Number(timeout) * 1000;
  if (!(idleMs > 0 && idleMs <= longestMs)) throw bad(`Invalid session timeout: '${timeout}'`);
  return { id, idleMs, mustExist: isOn(url.get("session_check")) };
};

const encodingOf = (message: IncomingMessage, url: URLSearchParams): ResponseEncoding | undefined => {
  if (!isOn(url.get("enable_http_compression"))) return undefined;
  const accepted = (header(message, "accept-encoding") ?? "").split(",").map((item) => item.split(";")[0]?.trim());
  return (["gzip", "zstd", "br", "deflate"] as const).find((encoding) => accepted.includes(encoding));
};

const namePattern = /^[A-Za-z_][\w.]*$/;

/** Throws 36 or 48 for what cannot be served; the engine itself judges names and values of settings. */
export const parseRequest = (
  message: IncomingMessage,
  url: URLSearchParams,
  limits: { sessionMs: number; longestSessionMs: number },
): QueryRequest => {
  const unsupported = ["role", "compress", "decompress"].find((name) => isOn(url.get(name)));
  if (unsupported !== undefined)
    throw new ClickHouseException(errorNumber.notImplemented, `URL parameter ${unsupported} is not served here; leave it out.`);
  const settings: NamedValue[] = [];
  const parameters: NamedValue[] = [];
  for (const [name, value] of url) {
    if (reserved.has(name)) continue;
    if (!namePattern.test(name)) throw bad(`Invalid name of a setting: '${name}'`);
    if (name.startsWith("param_")) parameters.push([name, value]);
    else settings.push([name, value]);
  }
  // A client that limits itself by readonly must still be able to have the settings before it applied.
  settings.sort(([first], [second]) => Number(first === "readonly") - Number(second === "readonly"));
  const defaultFormat = url.get("default_format") ?? header(message, "x-clickhouse-format") ?? "TabSeparated";
  if (!/^\w+$/.test(defaultFormat)) throw bad(`Invalid default_format '${defaultFormat}'`);
  return {
    queryId: url.get("query_id") || header(message, "x-clickhouse-query-id") || randomUUID(),
    query: url.get("query") ?? "",
    database: url.get("database") || header(message, "x-clickhouse-database") || undefined,
    settings,
    parameters,
    session: sessionOf(url, limits.sessionMs, limits.longestSessionMs),
    defaultFormat,
    waitsForEnd: isOn(url.get("wait_end_of_query")),
    readOnly: message.method === "GET",
    encoding: encodingOf(message, url),
  };
};

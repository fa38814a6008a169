import type { Connection, Engine } from "./engine.ts";
import type { NamedValue, QueryRequest } from "./request.ts";
import { quoteName, quoteString } from "./sql-tokens.ts";

const assignments = (values: readonly NamedValue[]): string => values.map(([name, value]) => `${name} = ${quoteString(value)}`).join(", ");

/** The statements that make a connection the request's own; log_comment is how KILL finds the query. */
export const setupSql = (request: QueryRequest, parameters: readonly NamedValue[]): string => {
  const lines = [`SET log_comment = ${quoteString(request.queryId)}`];
  if (request.database !== undefined) lines.unshift(`USE ${quoteName(request.database)}`);
  if (parameters.length > 0) lines.push(`SET ${assignments(parameters)}`);
  if (request.settings.length > 0) lines.push(`SET ${assignments(request.settings)}`);
  return lines.join(";\n");
};

type SavedSetting = { name: string; value: string; changed: number };

/** Reads what the session had before, so that settings in the URL of one request do not stay for the next. */
const savedSettings = async (engine: Engine, connection: Connection, names: readonly string[]): Promise<SavedSetting[]> => {
  const list = names.map(quoteString).join(", ");
  const { bytes } = await engine.query(
    connection,
    `SELECT name, value, changed FROM system.settings WHERE name IN (${list})`,
    "JSONEachRow",
  );
  const lines = bytes.toString("utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as SavedSetting);
};

const restoreSql = (saved: readonly SavedSetting[]): string =>
  saved.map(({ name, value, changed }) => `SET ${name} = ${changed ? quoteString(value) : "DEFAULT"}`).join(";\n");

/** Runs the work with the request's database, settings and parameters applied; a session gets its own settings back. */
export const withRequestSettings = async <Result>(
  engine: Engine,
  connection: Connection,
  request: QueryRequest,
  parameters: readonly NamedValue[],
  work: () => Promise<Result>,
): Promise<Result> => {
  const restores = request.session !== undefined && request.settings.length > 0;
  const names = request.settings.map(([name]) => name);
  const saved = restores ? await savedSettings(engine, connection, names) : [];
  try {
    await engine.query(connection, setupSql(request, parameters));
    return await work();
  } finally {
    if (saved.length > 0) await engine.query(connection, restoreSql(saved));
  }
};

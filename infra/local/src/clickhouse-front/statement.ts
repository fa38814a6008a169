import { ClickHouseException, errorNumber } from "./clickhouse-error.ts";
import { isSymbol, isWord, quoteString, SqlTokens, type Token, tokensOf } from "./sql-tokens.ts";

/** An INSERT whose rows follow as data. `dataStart` counts characters of the text that was parsed. */
export type InsertHead = { target: string; settings: string; format: string; dataStart: number };

const refused = (code: number, message: string): ClickHouseException => new ClickHouseException(code, message);

/** The rest of the line that names the format belongs to the statement: blanks, an optional line end, then data. */
const dataStartAfter = (text: string, end: number): number => {
  let at = end;
  while (text[at] === " " || text[at] === "\t" || text[at] === "\f") at += 1;
  if (text[at] === "\r" && text[at + 1] === "\n") return at + 2;
  return text[at] === "\n" ? at + 1 : at;
};

const assertNoFileClause = (previous: Token | undefined, token: Token): void => {
  if (isWord(token, "OUTFILE") && isWord(previous, "INTO"))
    throw refused(errorNumber.accessDenied, "INTO OUTFILE writes to the server's disk and is refused; read the response body instead.");
  if (isWord(token, "INFILE") && isWord(previous, "FROM"))
    throw refused(errorNumber.accessDenied, "FROM INFILE reads the server's disk and is refused; send the rows as the request body.");
};

/**
 * The head of `INSERT INTO t [(columns)] [SETTINGS …] FORMAT f` or `… VALUES`, undefined for every other statement.
 * Reads no further than the head. Throws 497 for FROM INFILE and 62 for a second statement before the data.
 */
export const insertHeadOf = (text: string): InsertHead | undefined => {
  const reader = new SqlTokens(text);
  if (!isWord(reader.next(), "INSERT") || !isWord(reader.next(), "INTO")) return undefined;
  let token = reader.next();
  if (isWord(token, "TABLE")) token = reader.next();
  if (isWord(token, "FUNCTION")) return undefined;
  let previous = token;
  let settingsStart: number | undefined;
  for (token = reader.next(); token !== undefined; previous = token, token = reader.next()) {
    assertNoFileClause(previous, token);
    if (isSymbol(token, ";")) return undefined;
    if (token.depth > 0 || token.kind !== "word" || isSymbol(previous, ".")) continue;
    const word = token.text.toUpperCase();
    if (word === "SELECT" || word === "WITH" || word === "WATCH") return undefined;
    if (word === "SETTINGS") settingsStart = token.start;
    if (word !== "VALUES" && word !== "FORMAT") continue;
    const name = word === "VALUES" ? token : reader.next();
    if (name?.kind !== "word") return undefined;
    return {
      target: text.slice(0, settingsStart ?? token.start).trimEnd(),
      settings: settingsStart === undefined ? "" : text.slice(settingsStart, token.start).trim(),
      format: word === "VALUES" ? "Values" : name.text,
      dataStart: dataStartAfter(text, name.end),
    };
  }
  return undefined;
};

/** A statement without inline data, checked and ready to run; `formatStart` is where FORMAT begins or would begin. */
export type PlainStatement = { text: string; firstWord: string; format: string | undefined; formatStart: number; tokens: Token[] };

/** The engine checks no right for a dictionary's source, so that only tables may be one. */
const assertTableSource = (tokens: readonly Token[], index: number): void => {
  if (!isWord(tokens[index], "SOURCE") || !isSymbol(tokens[index + 1], "(") || !isSymbol(tokens[index + 3], "(")) return;
  const source = tokens[index + 2]?.text.toUpperCase() ?? "";
  if (["CLICKHOUSE", "NULL"].includes(source)) return;
  throw refused(errorNumber.accessDenied, `A dictionary with source ${source} is refused; use SOURCE(CLICKHOUSE(…)).`);
};

/** Throws 62 for more than one statement, 497 for file clauses and dictionaries that reach outside, 48 for an INSERT that reads inline data through input(). */
export const plainStatementOf = (sql: string): PlainStatement => {
  const tokens = tokensOf(sql);
  while (isSymbol(tokens.at(-1), ";")) tokens.pop();
  const end = tokens.at(-1)?.end ?? 0;
  let format: Token | undefined;
  let formatStart = end;
  tokens.forEach((token, index) => {
    assertNoFileClause(tokens[index - 1], token);
    assertTableSource(tokens, index);
    if (isSymbol(token, ";")) throw refused(errorNumber.syntaxError, "Syntax error: Multi-statements are not allowed");
    if (token.depth > 0 || !isWord(token, "FORMAT") || tokens[index + 1]?.kind !== "word") return;
    const following = tokens[index + 2];
    if (following !== undefined && !isWord(following, "SETTINGS")) return;
    format = tokens[index + 1];
    formatStart = token.start;
  });
  if (end === 0) throw refused(errorNumber.syntaxError, "Syntax error: Empty query");
  const firstWord = tokens.find((token) => token.kind === "word")?.text.toUpperCase() ?? "";
  if (firstWord === "INSERT" && format !== undefined)
    throw refused(
      errorNumber.notImplemented,
      "INSERT … SELECT … FORMAT (rows through input()) is not served here; insert into a table and select from it.",
    );
  return { text: sql.slice(0, end), firstWord, format: format?.text, formatStart, tokens };
};

/** The same query with its rows written to `path`; the clause must stand before FORMAT. */
export const withOutfile = (statement: PlainStatement, path: string, defaultFormat: string): string => {
  const outfile = `\nINTO OUTFILE ${quoteString(path)} TRUNCATE\n`;
  const tail = statement.format === undefined ? `FORMAT ${defaultFormat}` : statement.text.slice(statement.formatStart);
  return `${statement.text.slice(0, statement.formatStart)}${outfile}${tail}`;
};

/**
 * KILL QUERY finds queries by the id their client gave, which the engine keeps as log_comment.
 * SYNC would wait for ever in the embedded engine, so the kill is always asynchronous.
 */
export const rewriteKill = (statement: PlainStatement): string => {
  let text = "";
  let at = 0;
  for (const token of statement.tokens) {
    const replacement = isWord(token, "QUERY_ID") ? "Settings['log_comment']" : isWord(token, "SYNC") ? "ASYNC" : undefined;
    if (replacement === undefined) continue;
    text += statement.text.slice(at, token.start) + replacement;
    at = token.end;
  }
  return text + statement.text.slice(at);
};

/** Without the database `default` the embedded engine opens no further connection. */
export const removesDefaultDatabase = (statement: PlainStatement): boolean =>
  ["DROP", "DETACH", "RENAME"].includes(statement.firstWord) &&
  isWord(statement.tokens[1], "DATABASE") &&
  statement.tokens.some((token) => /^[`"]?default[`"]?$/.test(token.text));

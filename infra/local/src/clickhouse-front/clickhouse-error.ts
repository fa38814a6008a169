/** The numbers ClickHouse itself uses; only those the front raises on its own account. */
export const errorNumber = {
  badArguments: 36,
  notImplemented: 48,
  syntaxError: 62,
  timeoutExceeded: 159,
  readonly: 164,
  tooManySimultaneousQueries: 202,
  queryWithSameIdIsAlreadyRunning: 216,
  notEnoughSpace: 243,
  queryIsTooLarge: 307,
  zlibInflateFailed: 354,
  sessionNotFound: 372,
  sessionIsLocked: 373,
  queryWasCancelled: 394,
  accessDenied: 497,
  authenticationFailed: 516,
  cannotReadRequest: 86,
} as const;

const names: Record<number, string> = {
  36: "BAD_ARGUMENTS",
  48: "NOT_IMPLEMENTED",
  62: "SYNTAX_ERROR",
  86: "RECEIVED_ERROR_FROM_REMOTE_IO_SERVER",
  159: "TIMEOUT_EXCEEDED",
  164: "READONLY",
  202: "TOO_MANY_SIMULTANEOUS_QUERIES",
  216: "QUERY_WITH_SAME_ID_IS_ALREADY_RUNNING",
  243: "NOT_ENOUGH_SPACE",
  307: "TOO_MANY_BYTES",
  354: "ZLIB_INFLATE_FAILED",
  372: "SESSION_NOT_FOUND",
  373: "SESSION_IS_LOCKED",
  394: "QUERY_WAS_CANCELLED",
  497: "ACCESS_DENIED",
  516: "AUTHENTICATION_FAILED",
  1002: "UNKNOWN_EXCEPTION",
};

const unknownException = 1002;

/** One ClickHouse exception; `message` is without the `Code: N. DB::Exception:` prefix and ends with `(NAME)`. */
export class ClickHouseException extends Error {
  readonly code: number;

  constructor(code: number, message: string, options?: { cause?: unknown }) {
    super(message.endsWith(")") ? message : `${message} (${names[code] ?? "UNKNOWN_EXCEPTION"})`, options);
    this.name = "ClickHouseException";
    this.code = code;
  }
}

const prefix = /^Code: (\d+)\. DB::Exception: /;

/** Front-made paths in messages would tell clients about the server's disk and mislead readers of the query. */
const withoutInternals = (text: string): string =>
  text
    .replace(/: \(in file\/uri [^)]*\)/g, "")
    .replace(/: While reading from: \S+\/spool\/\S+:/g, ":")
    .replace(/: While executing File: data for INSERT was parsed from file\.?/g, ": While executing insert.")
    .replace(/INTO OUTFILE '[^']*' TRUNCATE\s*/g, "");

const numberOfSystemError = (error: unknown): number => {
  const code = String((error as NodeJS.ErrnoException | undefined)?.code ?? "");
  if (code === "ENOSPC") return errorNumber.notEnoughSpace;
  return code.startsWith("Z_") || code.startsWith("ERR__ERROR_FORMAT") || code.startsWith("ZSTD_")
    ? errorNumber.zlibInflateFailed
    : unknownException;
};

/** Reads the engine's error text, unwrapping an exception that was wrapped into another with the same code. */
export const exceptionFrom = (error: unknown): ClickHouseException => {
  if (error instanceof ClickHouseException) return error;
  const text = error instanceof Error ? error.message : String(error);
  const outer = prefix.exec(text);
  if (outer === null) return new ClickHouseException(numberOfSystemError(error), text, { cause: error });
  const rest = text.slice(outer[0].length);
  const inner = prefix.exec(rest);
  const message =
    inner === null ? rest : rest.slice(inner[0].length).replace(/ ?\(version [^()]*(?:\([^()]*\))?\)\.? ?\([A-Z0-9_]+\)\s*$/, "");
  return new ClickHouseException(Number((inner ?? outer)[1]), withoutInternals(message).trim(), { cause: error });
};

export const exceptionText = (exception: ClickHouseException, version: string): string =>
  `Code: ${exception.code}. DB::Exception: ${exception.message} (version ${version} (embedded))\n`;

const codesByStatus: ReadonlyArray<[status: number, codes: readonly number[]]> = [
  [400, [6, 20, 21, 25, 26, 27, 33, 36, 38, 41, 42, 43, 44, 53, 62, 69, 70, 72, 117, 130, 131, 321, 427, 441, 456, 457]],
  [401, [194]],
  [403, [192, 193, 291, 497, 516]],
  [404, [46, 47, 50, 56, 60, 63, 73, 81, 115, 372]],
  [408, [159]],
  [413, [223, 307]],
  [501, [48]],
  [503, [209, 210]],
];

export const httpStatusOf = (code: number): number => codesByStatus.find(([, codes]) => codes.includes(code))?.[0] ?? 500;

export type ImportErrorCode =
  | "FILE_MISSING"
  | "FILE_UNREADABLE"
  | "HEADER_INVALID"
  | "SIDE_FILE_INVALID"
  | "NAME_TAKEN"
  | "PROGRESS_INVALID"
  | "TOO_MANY_REJECTS"
  | "TOO_MANY_KEYS"
  | "LOG_UNAVAILABLE"
  | "COLLECTOR_REFUSED"
  | "KEYS_NEEDED"
  | "STORE_UNAVAILABLE";

/** Why an import could not begin or go on. Never holds values of a row. */
export class ImportError extends Error {
  override readonly name = "ImportError";
  readonly code: ImportErrorCode;
  readonly remedy: string;

  constructor(code: ImportErrorCode, problem: string, remedy: string, options?: ErrorOptions) {
    super(`${code}: ${problem}. ${remedy}`, options);
    this.code = code;
    this.remedy = remedy;
  }
}

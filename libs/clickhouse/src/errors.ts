export type ClickHouseStoreErrorCode =
  | "MIGRATION_CHANGED"
  | "MIGRATION_MISSING"
  | "MIGRATION_NAME"
  | "MIGRATION_FAILED"
  | "INSERT_REFUSED"
  | "INSERT_GAVE_UP"
  | "UNREACHABLE";

/** A fault of the ClickHouse side that the process can't mend by itself. Never holds values of a record. */
export class ClickHouseStoreError extends Error {
  override readonly name = "ClickHouseStoreError";
  readonly code: ClickHouseStoreErrorCode;
  constructor(code: ClickHouseStoreErrorCode, problem: string, remedy: string, options?: ErrorOptions) {
    super(`${code}: ${problem}. ${remedy}`, options);
    this.code = code;
  }
}

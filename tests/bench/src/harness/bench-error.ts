export type BenchErrorCode =
  | "CHILD_ENDED"
  | "CHILD_STUCK"
  | "NO_PROGRESS"
  | "OUTPUTS_DIFFER"
  | "UNKNOWN_BENCH"
  | "INVALID_OPTION"
  | "BUILD_FAILED";

export class BenchError extends Error {
  override readonly name = "BenchError";
  readonly code: BenchErrorCode;

  constructor(code: BenchErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

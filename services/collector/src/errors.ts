import type { Fault } from "@leadstream/edge";

export type CollectorErrorCode =
  | "UNAUTHORISED"
  | "BODY_INVALID"
  | "BODY_TOO_LARGE"
  | "BATCH_EMPTY"
  | "BATCH_TOO_LARGE"
  | "RATE_LIMITED"
  | "OVERLOADED"
  | "UNAVAILABLE"
  | "NOT_FOUND"
  | "COMMAND_UNKNOWN"
  | "WAIT_INVALID"
  | "INTERNAL";

/** The one error of this package; as an answer it is `{code, message, remedy, faults}`. */
export class CollectorError extends Error {
  override readonly name = "CollectorError";
  readonly code: CollectorErrorCode;
  readonly problem: string;
  readonly remedy: string;
  readonly retryAfterMs: number | null;
  readonly faults: readonly Fault[];
  constructor(
    code: CollectorErrorCode,
    problem: string,
    remedy: string,
    options: ErrorOptions & { readonly retryAfterMs?: number; readonly faults?: readonly Fault[] } = {},
  ) {
    super(`${code}: ${problem}. ${remedy}`, options);
    this.code = code;
    this.problem = problem;
    this.remedy = remedy;
    this.retryAfterMs = options.retryAfterMs ?? null;
    this.faults = options.faults ?? [];
  }
}

export const statusOf: Readonly<Record<CollectorErrorCode, number>> = {
  UNAUTHORISED: 401,
  BODY_INVALID: 400,
  BODY_TOO_LARGE: 413,
  BATCH_EMPTY: 400,
  BATCH_TOO_LARGE: 413,
  RATE_LIMITED: 429,
  OVERLOADED: 503,
  UNAVAILABLE: 503,
  NOT_FOUND: 404,
  COMMAND_UNKNOWN: 404,
  WAIT_INVALID: 400,
  INTERNAL: 500,
};

export type AnalyticsErrorCode =
  | "INVALID_REQUEST"
  | "UNAUTHORISED"
  | "HOST_REFUSED"
  | "NOT_FOUND"
  | "UNKNOWN_LEAD"
  | "STORE_UNAVAILABLE"
  | "INTERNAL";

export const statusOf: Readonly<Record<AnalyticsErrorCode, number>> = {
  INVALID_REQUEST: 400,
  UNAUTHORISED: 401,
  HOST_REFUSED: 403,
  NOT_FOUND: 404,
  UNKNOWN_LEAD: 404,
  STORE_UNAVAILABLE: 503,
  INTERNAL: 500,
};

export interface FieldFault {
  readonly field: string;
  readonly reason: string;
}

/** An answer that is no report. Never holds values of the request. */
export class AnalyticsError extends Error {
  override readonly name = "AnalyticsError";
  readonly code: AnalyticsErrorCode;
  readonly remedy: string;
  readonly faults: readonly FieldFault[];
  constructor(code: AnalyticsErrorCode, problem: string, remedy: string, faults: readonly FieldFault[] = [], options?: ErrorOptions) {
    super(problem, options);
    this.code = code;
    this.remedy = remedy;
    this.faults = faults;
  }
}

export type RoutingErrorCode = "POLICY_INVALID" | "ROSTER_INVALID" | "JOURNEY_INVALID" | "STATE_LAYOUT";

/** A published document that no fold can work with (the publisher checks documents, so the check was passed by), or a stored state of another layout. */
export class RoutingError extends Error {
  readonly code: RoutingErrorCode;
  override readonly name = "RoutingError";
  constructor(code: RoutingErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

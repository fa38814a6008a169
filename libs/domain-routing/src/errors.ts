export type RoutingErrorCode = "POLICY_INVALID" | "ROSTER_INVALID";

/** A published document that no fold can work with. The publisher checks documents, so this means that the check was passed by. */
export class RoutingError extends Error {
  readonly code: RoutingErrorCode;
  override readonly name = "RoutingError";
  constructor(code: RoutingErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

export type CommandErrorCode = "WISH_INVALID" | "UNKNOWN_LEAD" | "NOT_RUNNING" | "CHILD_FAILED" | "ANALYTICS_FAILED" | "COLLECTOR_FAILED";

/** Why a command cannot do what was asked; the message is all that the user is shown, and names the remedy. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly code: CommandErrorCode;

  constructor(code: CommandErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

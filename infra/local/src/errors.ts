export type LocalStackErrorCode =
  | "STACK_INVALID"
  | "JAVA_MISSING"
  | "TOOL_MISSING"
  | "DOWNLOAD_FAILED"
  | "DOWNLOAD_CORRUPT"
  | "PORT_TAKEN"
  | "PORT_INVALID"
  | "LOCK_HELD"
  | "DATA_DIRECTORY"
  | "SERVER_EXITED"
  | "SERVER_NOT_READY"
  | "SERVICE_GAVE_UP"
  | "INTERRUPTED"
  | "NOT_RUNNING";

/** What went wrong while the stack was installed, started or stopped; the message names the remedy. */
export class LocalStackError extends Error {
  readonly code: LocalStackErrorCode;

  constructor(code: LocalStackErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "LocalStackError";
    this.code = code;
  }
}

export const errorText = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export type RouterErrorCode = "HISTORY_TOO_LARGE";

/** The one error of this package. */
export class RouterError extends Error {
  readonly code: RouterErrorCode;
  override readonly name = "RouterError";
  constructor(code: RouterErrorCode, problem: string, remedy: string) {
    super(`${code}: ${problem}. ${remedy}`);
    this.code = code;
  }
}

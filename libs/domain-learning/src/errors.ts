/** What a caller can do about it stands in the message. */
export type LearningErrorCode =
  | "LEAK"
  | "NO_CAPTURE_IN_RANGE"
  | "TOO_FEW_OUTCOMES"
  | "NOTHING_TO_LEARN"
  | "NOT_SOLVABLE"
  | "MODEL_REFUSED"
  | "BAND_UNKNOWN";

export class LearningError extends Error {
  override readonly name = "LearningError";
  readonly code: LearningErrorCode;
  readonly remedy: string;

  constructor(code: LearningErrorCode, problem: string, remedy: string) {
    super(`${code}: ${problem}. ${remedy}`);
    this.code = code;
    this.remedy = remedy;
  }
}

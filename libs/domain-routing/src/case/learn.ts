import type { Signal } from "@leadstream/schemas";
import type { Case } from "./case.ts";
import type { CaseContext } from "./case-output.ts";
import { onGradeChange } from "./clocks.ts";

/** Takes over what the scorer says of the lead; nothing is decided by it yet, but another grade moves the open clocks. */
export function learn(context: CaseContext, state: Case, signal: Signal): void {
  if (signal.band !== null) {
    state.score = signal.score;
    state.band = signal.band;
  }
  if (signal.temperature !== null) state.temperature = signal.temperature;
  if (signal.attributes !== null) state.attributes = signal.attributes;
  if (signal.grade === null || signal.grade === state.grade) return;
  state.grade = signal.grade;
  onGradeChange(context, state);
}

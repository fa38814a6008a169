import type { Signal } from "@leadstream/schemas";
import type { Case } from "./case.ts";

/** Takes over what the scorer says of the lead; nothing is decided by it yet. */
export function learn(state: Case, signal: Signal): void {
  if (signal.band !== null) {
    state.score = signal.score;
    state.band = signal.band;
  }
  if (signal.grade !== null) state.grade = signal.grade;
  if (signal.temperature !== null) state.temperature = signal.temperature;
  if (signal.attributes !== null) state.attributes = signal.attributes;
}

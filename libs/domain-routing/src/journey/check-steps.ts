import type { DocumentReader } from "../document/document-reader.ts";
import { journeyEnd, type Step } from "./journey.ts";

/** Steps go forward only and each can be reached, so that every run ends and nothing is written in vain. */
export function checkSteps(reader: DocumentReader, steps: readonly Step[]): void {
  const places = new Map<string, number>();
  for (const [index, step] of steps.entries()) {
    const path = `steps[${index}]`;
    const same = places.get(step.id);
    if (same !== undefined) reader.fault(`${path}.id`, `is also the id of steps[${same}]`, "Give each step its own id");
    else places.set(step.id, index);
    if (step.id === journeyEnd) reader.fault(`${path}.id`, `is reserved: next: ${journeyEnd} ends the journey`, "Give the step another id");
    const above = steps[index - 1];
    if (above !== undefined && step.afterMs < above.afterMs)
      reader.fault(`${path}.after`, `is earlier than that of ${above.id} above it`, "Put the steps in the order of their time");
  }
  for (const [index, step] of steps.entries()) checkBranches(reader, step, index, places);
  checkReached(reader, steps, places);
}

function checkBranches(reader: DocumentReader, step: Step, index: number, places: ReadonlyMap<string, number>): void {
  const alone = step.branches.length === 1;
  const always = step.branches.findIndex(({ when }) => when === null);
  for (const [number, { when, next }] of step.branches.entries()) {
    const path = alone ? `steps[${index}]` : `steps[${index}].branches[${number}]`;
    if (always >= 0 && number > always)
      reader.fault(path, `is unreachable: branches[${always}] has no condition`, "Move it above, or give that one a condition");
    if (next !== null && next !== journeyEnd) {
      const place = places.get(next);
      if (place === undefined) reader.fault(`${path}.next`, "names no step of this journey", `Name a step below, or ${journeyEnd}`);
      else if (place <= index) reader.fault(`${path}.next`, "goes back", `Name a step below ${step.id}: a journey only goes forward`);
    }
    if (when === null || when.since === null) continue;
    const place = places.get(when.since);
    if (place === undefined) reader.fault(`${path}.when.since`, "names no step of this journey", "Name a step above, or remove it");
    else if (place >= index) reader.fault(`${path}.when.since`, "is not passed yet then", `Name a step above ${step.id}`);
  }
}

function checkReached(reader: DocumentReader, steps: readonly Step[], places: ReadonlyMap<string, number>): void {
  const reached = new Set<number>(steps.length > 0 ? [0] : []);
  for (const [index, { branches }] of steps.entries()) {
    if (!reached.has(index)) {
      reader.fault(`steps[${index}]`, "is unreachable: every way leads past it", "Remove it, or let a branch above go there");
      reached.add(index);
    }
    // Without a branch that always holds, the step below comes next.
    if (branches.every(({ when }) => when !== null)) reached.add(index + 1);
    for (const { next } of branches) {
      if (next === null) reached.add(index + 1);
      else if (places.has(next)) reached.add(places.get(next)!);
    }
  }
}

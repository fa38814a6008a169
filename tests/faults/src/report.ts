import type { Violation } from "./evidence.ts";

const SHOWN = 5;

/** One violation that counts all findings and shows the first of them, so that a broken run stays readable. */
export function findings(invariant: string, what: string, found: readonly string[]): Violation[] {
  if (found.length === 0) return [];
  const shown = found.slice(0, SHOWN).join("; ");
  return [{ invariant, problem: `${what}: ${found.length}: ${shown}${found.length > SHOWN ? "; …" : ""}` }];
}

export const place = (topic: string, partition: number, offset: number): string => `${topic}-${partition}@${offset}`;

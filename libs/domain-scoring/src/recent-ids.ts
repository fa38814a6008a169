import { hash32, secondHash32 } from "./hash.ts";
import { type LeadState, NEVER } from "./state.ts";

/** The event's id was seen inside the declared window (F15). Ids of imported events leave by number only, never by time. */
export function isKnown(state: LeadState, high: number, low: number, now: number, windowMs: number): boolean {
  const { idHigh, idLow, idTimes } = state;
  for (let index = idHigh.length - 1; index >= 0; index--) {
    if (idHigh[index] !== high || idLow[index] !== low) continue;
    const time = idTimes[index]!;
    if (time === NEVER || now - time <= windowMs) return true;
  }
  return false;
}

/** Appends an id and lets go of those that are too old or too many, the oldest first. */
export function remember(state: LeadState, high: number, low: number, time: number, limits: IdLimits): void {
  const { idHigh, idLow, idTimes } = state;
  idHigh.push(high);
  idLow.push(low);
  idTimes.push(time);
  let gone = Math.max(0, idHigh.length - limits.events);
  while (gone < idHigh.length - 1 && idTimes[gone]! !== NEVER && time !== NEVER && time - idTimes[gone]! > limits.windowMs) gone++;
  for (; gone > 0; gone--) {
    idHigh.shift();
    idLow.shift();
    idTimes.shift();
  }
}

export interface IdLimits {
  readonly windowMs: number;
  readonly events: number;
}

export const idHighOf: (eventId: string) => number = hash32;
export const idLowOf: (eventId: string) => number = secondHash32;

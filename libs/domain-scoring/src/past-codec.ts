import type { AvroReader, AvroWriter } from "@leadstream/schemas";
import { cut } from "./cut.ts";
import { type LeadState, NEVER } from "./state.ts";
import { readTime, writeTime } from "./time-codec.ts";

/** What late events need of the past. Most leads have nothing of it: one byte. */
export function writePast(w: AvroWriter, { at, pending, pastFrom, crossTimes, crossBands, restTimes, restPoints }: LeadState): void {
  const some = pending.length + crossTimes.length + restTimes.length > 0 || pastFrom !== NEVER;
  w.boolean(some);
  if (!some) return;
  writeTimes(w, pending, at);
  writeTime(w, at, pastFrom);
  writeSteps(w, crossTimes, crossBands, at);
  writeSteps(w, restTimes, restPoints, at);
}

export function readPast(r: AvroReader, state: LeadState): void {
  const { at, pending, crossTimes, crossBands, restTimes, restPoints } = state;
  if (!r.boolean()) {
    cut(pending, 0);
    cut(crossTimes, 0);
    cut(crossBands, 0);
    cut(restTimes, 0);
    cut(restPoints, 0);
    state.pastFrom = NEVER;
    return;
  }
  readTimes(r, pending, at);
  state.pastFrom = readTime(r, at);
  readSteps(r, crossTimes, crossBands, at);
  readSteps(r, restTimes, restPoints, at);
}

/** Not more than a few: each as its distance from the lead's instant. */
function writeTimes(w: AvroWriter, times: readonly number[], base: number): void {
  w.long(times.length);
  for (let index = 0; index < times.length; index++) writeTime(w, base, times[index]!);
}

function readTimes(r: AvroReader, times: number[], base: number): void {
  const count = r.long();
  for (let index = 0; index < count; index++) times[index] = readTime(r, base);
  cut(times, count);
}

function writeSteps(w: AvroWriter, times: readonly number[], values: readonly number[], base: number): void {
  writeTimes(w, times, base);
  for (let index = 0; index < values.length; index++) w.long(values[index]!);
}

function readSteps(r: AvroReader, times: number[], values: number[], base: number): void {
  readTimes(r, times, base);
  for (let index = 0; index < times.length; index++) values[index] = r.long();
  cut(values, times.length);
}

import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { type ReplayJob, type ReplayResult, runReplayJob } from "./replay-job.ts";
import type { WorkerWord } from "./replay-worker.ts";
import { partsOf } from "./source.ts";

export type ReplayWish = Omit<ReplayJob, "parts">;

/** Replays every part of the source, in threads where there are several. `progress` gets the events read so far. */
export async function replayAll(wish: ReplayWish, workers: number | undefined, progress: (events: number) => void): Promise<ReplayResult> {
  const count = await partsOf(wish.source);
  const counts = new Map<number, number>();
  const note = (part: number, events: number): void => {
    counts.set(part, events);
    progress([...counts.values()].reduce((sum, value) => sum + value, 0));
  };
  const threads = Math.min(count, workers ?? availableParallelism());
  const parts = Array.from({ length: count }, (_, part) => part);
  if (threads === 1) return runReplayJob({ ...wish, parts }, note);
  const results = await Promise.all(
    Array.from({ length: threads }, (_, thread) => runThread({ ...wish, parts: parts.filter((part) => part % threads === thread) }, note)),
  );
  return merged(results, wish.models.length);
}

function runThread(job: ReplayJob, note: (part: number, events: number) => void): Promise<ReplayResult> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./replay-worker.ts", import.meta.url), { workerData: job });
    worker.on("message", (word: WorkerWord) => {
      if (word.kind === "progress") note(word.part, word.events);
      else resolve(word.result);
    });
    worker.on("error", reject);
    worker.on("exit", (code) => reject(new Error(`a replaying thread ended with ${code} before its result`)));
  });
}

function merged(results: readonly ReplayResult[], models: number): ReplayResult {
  return {
    replays: Array.from({ length: models }, (_, index) => results.flatMap(({ replays }) => replays[index]!)),
    events: results.reduce((sum, { events }) => sum + events, 0),
    passed: results.reduce((sum, { passed }) => sum + passed, 0),
    leads: results.reduce((sum, { leads }) => sum + leads, 0),
    replayMs: results.reduce((sum, { replayMs }) => sum + replayMs, 0),
  };
}

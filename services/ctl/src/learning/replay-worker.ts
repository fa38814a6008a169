import { parentPort, workerData } from "node:worker_threads";
import { type ReplayJob, runReplayJob } from "./replay-job.ts";

/** What a thread tells while it works; its result comes last. An error ends the thread and is told by it. */
export type WorkerWord =
  | { readonly kind: "progress"; readonly part: number; readonly events: number }
  | { readonly kind: "result"; readonly result: Awaited<ReturnType<typeof runReplayJob>> };

const say = (word: WorkerWord): void => parentPort?.postMessage(word);

say({ kind: "result", result: await runReplayJob(workerData as ReplayJob, (part, events) => say({ kind: "progress", part, events })) });

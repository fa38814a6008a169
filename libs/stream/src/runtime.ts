import { RetriableStreamError } from "./errors.ts";
import { FoldTask, type TaskObserver, type TaskSettings } from "./fold-task.ts";
import type { Clock } from "./ports.ts";
import type { Topology } from "./topology.ts";

/** What a service gives its topologies to live by. */
export interface Lifecycle {
  readonly clock: Clock;
  readonly settings: TaskSettings;
  readonly observer: TaskObserver;
  /** Aborted by SIGTERM: every task drains, then the group is left. */
  readonly stop: AbortSignal;
  /** Passing faults in a row before the process gives up and lets its supervisor decide. */
  readonly maxRestarts: number;
  readonly restartDelayMs: number;
  /** A task that ran this long before it failed begins a new row. */
  readonly restartResetMs: number;
}

/** Runs topologies until the lifecycle ends. Rejects with the first fault that no retry mends. */
export async function run(topologies: Topology | readonly Topology[], lifecycle: Lifecycle): Promise<void> {
  const all: readonly Topology[] = Array.isArray(topologies) ? topologies : [topologies as Topology];
  const failed = new AbortController();
  const stop = AbortSignal.any([lifecycle.stop, failed.signal]);
  const runs = all.map((one) =>
    runTopology(one, { ...lifecycle, stop }).catch((error: unknown) => {
      failed.abort();
      throw error;
    }),
  );
  const results = await Promise.allSettled(runs);
  const fault = results.find((result) => result.status === "rejected");
  if (fault !== undefined) throw fault.reason;
}

async function runTopology(one: Topology, lifecycle: Lifecycle): Promise<void> {
  const tasks = new Map<number, { stop: AbortController; done: Promise<void> }>();
  const group = one.inbox.group();
  let fail: (error: unknown) => void = () => undefined;
  const failure = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failure.catch(() => undefined);
  const start = (partition: number): void => {
    const stop = new AbortController();
    const done = keepRunning(one, partition, { ...lifecycle, stop: AbortSignal.any([lifecycle.stop, stop.signal]) });
    done.catch((error: unknown) => fail(error));
    tasks.set(partition, { stop, done });
  };
  const stopTasks = async (partitions: readonly number[]): Promise<void> => {
    const stopping = partitions.flatMap((partition) => tasks.get(partition) ?? []);
    for (const partition of partitions) tasks.delete(partition);
    for (const task of stopping) task.stop.abort();
    await Promise.allSettled(stopping.map((task) => task.done));
  };
  const stopped = new Promise<void>((resolve) => {
    if (lifecycle.stop.aborted) resolve();
    lifecycle.stop.addEventListener("abort", () => resolve(), { once: true });
  });
  try {
    await Promise.race([
      group.join({ assigned: (partitions) => partitions.forEach(start), revoked: stopTasks, failed: fail }),
      failure,
      stopped,
    ]);
    await Promise.race([stopped, failure]);
  } finally {
    await stopTasks([...tasks.keys()]);
    await group.leave();
  }
}

/** One partition: a task is one life; a passing fault ends it, and the next one begins at step 1. */
async function keepRunning(one: Topology, partition: number, lifecycle: Lifecycle): Promise<void> {
  const { clock, stop, observer } = lifecycle;
  let failures = 0;
  while (!stop.aborted) {
    const startedMs = clock.now();
    try {
      await new FoldTask(one, partition, clock, lifecycle.settings, observer, stop).run();
    } catch (error) {
      if (!(error instanceof RetriableStreamError)) throw error;
      if (clock.now() - startedMs > lifecycle.restartResetMs) failures = 0;
      if (++failures > lifecycle.maxRestarts) throw error;
      observer.restarted?.(partition, error);
      await clock.sleep(Math.min(lifecycle.restartDelayMs * 2 ** (failures - 1), 10_000), stop);
    }
  }
}

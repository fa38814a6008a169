import { RetriableStreamError } from "@leadstream/stream";
import type { SinkObserver, SinkPorts, SinkSettings } from "./sink-io.ts";
import { SinkTask } from "./sink-task.ts";

export interface SinkLifecycle {
  readonly settings: SinkSettings;
  readonly observer: SinkObserver & { restarted?(topic: string, error: Error): void };
  /** Aborted by SIGTERM: blocks under way are confirmed, then the groups are left. */
  readonly stop: AbortSignal;
  /** Passing faults in a row before the process gives up and lets its supervisor decide. */
  readonly maxRestarts: number;
  readonly restartDelayMs: number;
  /** A task that ran this long before it failed begins a new row. */
  readonly restartResetMs: number;
}

/** Runs one task per topic over the partitions that the group gives this process. Rejects with the first fault that no retry mends. */
export async function runSink(topics: readonly SinkPorts[], lifecycle: SinkLifecycle): Promise<void> {
  const failed = new AbortController();
  const stop = AbortSignal.any([lifecycle.stop, failed.signal]);
  const results = await Promise.allSettled(
    topics.map((ports) =>
      runTopic(ports, { ...lifecycle, stop }).catch((error: unknown) => {
        failed.abort();
        throw error;
      }),
    ),
  );
  const fault = results.find((result) => result.status === "rejected");
  if (fault !== undefined) throw fault.reason;
}

/** A block may span all partitions of the topic that this process owns, so every change of the assignment begins a new task. */
async function runTopic(ports: SinkPorts, lifecycle: SinkLifecycle): Promise<void> {
  const owned = new Set<number>();
  const group = ports.inbox.group();
  let running: { stop: AbortController; done: Promise<void> } | null = null;
  let fail: (error: unknown) => void = () => undefined;
  const failure = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failure.catch(() => undefined);
  const end = async (): Promise<void> => {
    const current = running;
    running = null;
    current?.stop.abort();
    await current?.done;
  };
  const begin = (): void => {
    if (owned.size === 0) return;
    const stop = new AbortController();
    const signal = AbortSignal.any([lifecycle.stop, stop.signal]);
    const done = keepRunning(ports, [...owned], { ...lifecycle, stop: signal }).catch((error: unknown) => {
      // A task that was told to stop may end with an open intent; whoever comes next finishes the block.
      if (!signal.aborted) fail(error);
    });
    running = { stop, done };
  };
  // Changes of the assignment follow one another, whatever order the group reports them in.
  let changes: Promise<void> = Promise.resolve();
  const change = (update: () => void): Promise<void> => {
    changes = changes.then(async () => {
      await end();
      update();
      if (!lifecycle.stop.aborted) begin();
    });
    return changes;
  };
  const stopped = new Promise<void>((resolve) => {
    if (lifecycle.stop.aborted) resolve();
    lifecycle.stop.addEventListener("abort", () => resolve(), { once: true });
  });
  try {
    const joined = group.join({
      assigned: (partitions) => void change(() => void partitions.map((partition) => owned.add(partition))),
      revoked: (partitions) => change(() => void partitions.map((partition) => owned.delete(partition))),
      failed: fail,
    });
    await Promise.race([joined, failure, stopped]);
    await Promise.race([stopped, failure]);
  } finally {
    await changes;
    await end();
    await group.leave();
  }
}

async function keepRunning(ports: SinkPorts, partitions: readonly number[], lifecycle: SinkLifecycle): Promise<void> {
  const { clock } = ports;
  let failures = 0;
  while (!lifecycle.stop.aborted) {
    const startedMs = clock.now();
    try {
      await new SinkTask(ports, partitions, lifecycle.settings, lifecycle.observer, lifecycle.stop).run();
    } catch (error) {
      if (!(error instanceof RetriableStreamError)) throw error;
      if (clock.now() - startedMs > lifecycle.restartResetMs) failures = 0;
      if (++failures > lifecycle.maxRestarts) throw error;
      lifecycle.observer.restarted?.(ports.inbox.topic, error);
      await clock.sleep(Math.min(lifecycle.restartDelayMs * 2 ** (failures - 1), 10_000), lifecycle.stop);
    }
  }
}

import { liveOn, type RestartPolicy, runTogether, stayMember } from "@leadstream/stream";
import type { SinkObserver, SinkPorts, SinkSettings } from "./sink-io.ts";
import { SinkTask } from "./sink-task.ts";

/** `stop` is aborted by SIGTERM: blocks under way are confirmed, then the groups are left. The clock is that of each topic's ports. */
export interface SinkLifecycle extends Omit<RestartPolicy, "clock"> {
  readonly settings: SinkSettings;
  readonly observer: SinkObserver & { restarted?(topic: string, error: Error): void };
}

/** Runs one task per topic over the partitions that the group gives this process. Rejects with the first fault that no retry mends. */
export function runSink(topics: readonly SinkPorts[], lifecycle: SinkLifecycle): Promise<void> {
  return runTogether(
    lifecycle.stop,
    topics.map((ports) => (stop) => runTopic(ports, { ...lifecycle, stop })),
  );
}

/** A block may span all partitions of the topic that this process owns, so every change of the assignment begins a new task. */
function runTopic(ports: SinkPorts, lifecycle: SinkLifecycle): Promise<void> {
  const owned = new Set<number>();
  let running: { stop: AbortController; done: Promise<void> } | null = null;
  // Changes of the assignment follow one another, whatever order the group reports them in.
  let changes: Promise<void> = Promise.resolve();
  const end = async (): Promise<void> => {
    const current = running;
    running = null;
    current?.stop.abort();
    await current?.done;
  };
  return stayMember(ports.inbox.group(), lifecycle.stop, (fail) => {
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
    const change = (update: () => void): Promise<void> => {
      changes = changes.then(async () => {
        await end();
        update();
        if (!lifecycle.stop.aborted) begin();
      });
      return changes;
    };
    return {
      assigned: (partitions) => void change(() => void partitions.map((partition) => owned.add(partition))),
      revoked: (partitions) => change(() => void partitions.map((partition) => owned.delete(partition))),
      ended: async () => {
        await changes;
        await end();
      },
    };
  });
}

function keepRunning(ports: SinkPorts, partitions: readonly number[], lifecycle: SinkLifecycle): Promise<void> {
  const { settings, observer, stop } = lifecycle;
  return liveOn(
    () => new SinkTask(ports, partitions, settings, observer, stop).run(),
    { ...lifecycle, clock: ports.clock },
    (error) => observer.restarted?.(ports.inbox.topic, error),
  );
}

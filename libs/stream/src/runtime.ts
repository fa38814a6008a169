import { FoldTask, type TaskObserver, type TaskSettings } from "./fold-task.ts";
import { liveOn, type RestartPolicy, runTogether, stayMember } from "./lives.ts";
import type { Topology } from "./topology.ts";

/** What a service gives its topologies to live by. `stop` is aborted by SIGTERM: every task drains, then the group is left. */
export interface Lifecycle extends RestartPolicy {
  readonly settings: TaskSettings;
  readonly observer: TaskObserver;
}

/** Runs topologies until the lifecycle ends. Rejects with the first fault that no retry mends. */
export function run(topologies: Topology | readonly Topology[], lifecycle: Lifecycle): Promise<void> {
  const all: readonly Topology[] = Array.isArray(topologies) ? topologies : [topologies as Topology];
  return runTogether(
    lifecycle.stop,
    all.map((one) => (stop) => runTopology(one, { ...lifecycle, stop })),
  );
}

function runTopology(one: Topology, lifecycle: Lifecycle): Promise<void> {
  const tasks = new Map<number, { stop: AbortController; done: Promise<void> }>();
  const stopTasks = async (partitions: readonly number[]): Promise<void> => {
    const stopping = partitions.flatMap((partition) => tasks.get(partition) ?? []);
    for (const partition of partitions) tasks.delete(partition);
    for (const task of stopping) task.stop.abort();
    await Promise.allSettled(stopping.map((task) => task.done));
  };
  return stayMember(one.inbox.group(), lifecycle.stop, (fail) => {
    const start = (partition: number): void => {
      const stop = new AbortController();
      const done = keepRunning(one, partition, { ...lifecycle, stop: AbortSignal.any([lifecycle.stop, stop.signal]) });
      done.catch((error: unknown) => fail(error));
      tasks.set(partition, { stop, done });
    };
    return { assigned: (partitions) => partitions.forEach(start), revoked: stopTasks, ended: () => stopTasks([...tasks.keys()]) };
  });
}

/** One partition: a task is one life; a passing fault ends it, and the next one begins at step 1. */
function keepRunning(one: Topology, partition: number, lifecycle: Lifecycle): Promise<void> {
  const { clock, settings, observer, stop } = lifecycle;
  return liveOn(
    () => new FoldTask(one, partition, clock, settings, observer, stop).run(),
    lifecycle,
    (error) => observer.restarted?.(partition, error),
  );
}

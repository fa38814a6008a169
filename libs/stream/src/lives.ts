/** How long-running parts live side by side: the first fault ends all, passing faults begin a part anew, a group is left last. */
import { RetriableStreamError } from "./errors.ts";
import type { Clock, GroupMembership } from "./ports.ts";

export interface RestartPolicy {
  readonly clock: Clock;
  readonly stop: AbortSignal;
  /** Passing faults in a row before the process gives up and lets its supervisor decide. */
  readonly maxRestarts: number;
  readonly restartDelayMs: number;
  /** What ran this long before it failed begins a new row. */
  readonly restartResetMs: number;
}

const MAXIMUM_RESTART_DELAY_MS = 10_000;

/** Runs parts until each has ended. The first fault stops the others and is thrown when they have ended. */
export async function runTogether(stop: AbortSignal, parts: readonly ((stop: AbortSignal) => Promise<void>)[]): Promise<void> {
  const failed = new AbortController();
  const together = AbortSignal.any([stop, failed.signal]);
  const results = await Promise.allSettled(
    parts.map((part) =>
      part(together).catch((error: unknown) => {
        failed.abort();
        throw error;
      }),
    ),
  );
  const fault = results.find((result) => result.status === "rejected");
  if (fault !== undefined) throw fault.reason;
}

/** One life after another until `stop`: a passing fault ends a life, and the next one begins after a pause. Throws what no retry mends. */
export async function liveOn(live: () => Promise<void>, policy: RestartPolicy, restarted: (error: Error) => void): Promise<void> {
  const { clock, stop } = policy;
  let failures = 0;
  while (!stop.aborted) {
    const startedMs = clock.now();
    try {
      await live();
    } catch (error) {
      if (!(error instanceof RetriableStreamError)) throw error;
      if (clock.now() - startedMs > policy.restartResetMs) failures = 0;
      if (++failures > policy.maxRestarts) throw error;
      restarted(error);
      await clock.sleep(Math.min(policy.restartDelayMs * 2 ** (failures - 1), MAXIMUM_RESTART_DELAY_MS), stop);
    }
  }
}

/** What a member does with its partitions. */
export interface MemberWork {
  assigned(partitions: readonly number[]): void;
  /** Resolves when nothing works on them any more. */
  revoked(partitions: readonly number[]): Promise<void>;
  /** The same for all that is left. */
  ended(): Promise<void>;
}

/** A member of the group until `stop` or the first fault, which is thrown. The group is left when the work has ended. */
export async function stayMember(
  group: GroupMembership,
  stop: AbortSignal,
  workOf: (fail: (error: unknown) => void) => MemberWork,
): Promise<void> {
  let fail: (error: unknown) => void = () => undefined;
  const failure = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failure.catch(() => undefined);
  const stopped = new Promise<void>((resolve) => {
    if (stop.aborted) resolve();
    stop.addEventListener("abort", () => resolve(), { once: true });
  });
  const work = workOf(fail);
  try {
    const joined = group.join({
      assigned: (partitions) => work.assigned(partitions),
      revoked: (partitions) => work.revoked(partitions),
      failed: fail,
    });
    await Promise.race([joined, failure, stopped]);
    await Promise.race([stopped, failure]);
  } finally {
    await work.ended();
    await group.leave();
  }
}

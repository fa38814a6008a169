import { setTimeout as sleep } from "node:timers/promises";

/** Waits between attempts grow from `initialDelayMs`, doubling up to `maximumDelayMs`; the whole ends at `limitMs`. */
export interface RetryLimits {
  readonly limitMs: number;
  readonly initialDelayMs: number;
  readonly maximumDelayMs: number;
}

/** An attempt says "again" by returning this with what stood in the way. */
export class Again {
  readonly reason: Error;
  constructor(reason: Error) {
    this.reason = reason;
  }
}

/** Repeats while the attempt returns Again; past the limit throws its reason. Errors that the attempt throws are not repeated. */
export async function retry<T>(limits: RetryLimits, attempt: () => Promise<T | Again>, signal?: AbortSignal): Promise<T> {
  const endsAt = performance.now() + limits.limitMs;
  let delayMs = limits.initialDelayMs;
  for (;;) {
    const result = await attempt();
    if (!(result instanceof Again)) return result;
    if (signal?.aborted || performance.now() + delayMs > endsAt) throw result.reason;
    await sleep(delayMs, undefined, signal ? { signal } : {}).catch(() => {
      throw result.reason;
    });
    delayMs = Math.min(delayMs * 2, limits.maximumDelayMs);
  }
}

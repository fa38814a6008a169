import type { Clock } from "@leadstream/stream";

/** The wall clock, for shells. */
export const systemClock: Clock = {
  now: () => Date.now(),
  breathe: () => new Promise((resolve) => setImmediate(resolve)),
  sleep(durationMs, signal) {
    return new Promise((resolve) => {
      if (signal?.aborted) {
        resolve();
        return;
      }
      const end = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", end);
        resolve();
      };
      const timer = setTimeout(end, durationMs);
      signal?.addEventListener("abort", end, { once: true });
    });
  },
};

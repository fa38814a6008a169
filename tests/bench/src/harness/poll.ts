import { BenchError } from "./bench-error.ts";

/** Calls `look` until it gives something; throws NO_PROGRESS after `limitMs`. */
export async function until<T>(what: string, limitMs: number, everyMs: number, look: () => Promise<T | null>): Promise<T> {
  const end = performance.now() + limitMs;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (performance.now() > end) throw new BenchError("NO_PROGRESS", `${what}: nothing after ${Math.round(limitMs / 1000)} s`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

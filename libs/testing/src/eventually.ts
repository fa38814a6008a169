export interface EventuallyOptions {
  /** Default 10 s. */
  readonly timeoutMs?: number;
  /** Default 20 ms. */
  readonly everyMs?: number;
  /** What is waited for, for the error. */
  readonly what: string;
}

/**
 * Waits until `condition` gives something other than false, null or undefined, and returns it. A condition that throws counts as not yet true;
 * after the limit the error tells what was waited for and the last fault, which is its cause too.
 */
export async function eventually<T>(
  condition: () => T | Promise<T>,
  options: EventuallyOptions,
): Promise<Exclude<T, false | null | undefined>> {
  const timeoutMs = options.timeoutMs ?? 10_000;
  const everyMs = options.everyMs ?? 20;
  const end = performance.now() + timeoutMs;
  let fault: unknown;
  for (;;) {
    try {
      const value = await condition();
      if (value !== false && value !== null && value !== undefined) return value as Exclude<T, false | null | undefined>;
      fault = undefined;
    } catch (error) {
      fault = error;
    }
    if (performance.now() >= end)
      throw new Error(`waited ${timeoutMs} ms in vain for ${options.what}${fault === undefined ? "" : `: ${String(fault)}`}`, {
        cause: fault,
      });
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

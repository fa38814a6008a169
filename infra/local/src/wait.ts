export type WaitLimits = { limitMs: number; everyMs: number };

export const pauseMs = (durationMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, durationMs));

/** Asks until `probe` answers something other than undefined; undefined when limitMs passed first. */
export const waitFor = async <Value>(
  probe: () => Promise<Value | undefined> | Value | undefined,
  limits: WaitLimits,
): Promise<Value | undefined> => {
  const deadlineMs = performance.now() + limits.limitMs;
  for (;;) {
    const value = await probe();
    if (value !== undefined) return value;
    if (performance.now() >= deadlineMs) return undefined;
    await pauseMs(limits.everyMs);
  }
};

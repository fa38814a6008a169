import type { ProcessUsage } from "./process-usage.ts";

/** One measured process or several that do one work. Whoever starts it stops or kills it. */
export interface Measured {
  /** Throws CHILD_ENDED with the last lines of its log when it, or one of them, is over. */
  assertRunning(): void;
  /** Of all of them together. */
  usage(): ProcessUsage;
  kill(): Promise<void>;
  /** SIGTERM; SIGKILL and CHILD_STUCK when it has not ended in time. */
  stop(limitMs: number): Promise<void>;
}

/** Processes that share a work, such as members of one group. */
export function together(members: readonly Measured[]): Measured {
  return {
    assertRunning: () => {
      for (const member of members) member.assertRunning();
    },
    usage: () => {
      const usages = members.map((member) => member.usage());
      return {
        cpuMicros: usages.reduce((sum, { cpuMicros }) => sum + cpuMicros, 0),
        anonymousBytes: usages.reduce((sum, { anonymousBytes }) => sum + anonymousBytes, 0),
      };
    },
    kill: async () => {
      await Promise.all(members.map((member) => member.kill()));
    },
    stop: async (limitMs) => {
      await Promise.all(members.map((member) => member.stop(limitMs)));
    },
  };
}

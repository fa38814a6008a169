/** Bounds of the front; every one ends in a typed error, never in a growing process. */
export const limits = {
  /** Calls inside the engine at once; the thread pool below must stay larger, or compression waits for queries. */
  concurrentQueries: 16,
  queuedQueries: 1000,
  queueWaitMs: 60_000,
  threadPoolSize: 24,
  /** A statement, its multipart form and inline parameters. */
  queryBytes: 16 * 1024 * 1024,
  /** Where the head of an INSERT must end when it comes in the body. */
  insertHeadBytes: 1024 * 1024,
  insertBodyBytes: 4 * 1024 * 1024 * 1024,
  /** Held back before the status line, so that an early failure still gets its own status. */
  responseHeadBytes: 64 * 1024,
  requestMs: 600_000,
  keepAliveMs: 30_000,
  sessionMs: 60_000,
  longestSessionMs: 3_600_000,
  openSessions: 100,
  drainMs: 10_000,
  killEveryMs: 200,
  killAttempts: 100,
  queryLogBytes: 16 * 1024 * 1024,
  queryLogTextCharacters: 4096,
} as const;

import type { Log } from "./telemetry.ts";

/** The part of `process` that shutdown needs. */
export interface SignalSource {
  on(signal: "SIGTERM" | "SIGINT", listener: () => void): unknown;
  off(signal: "SIGTERM" | "SIGINT", listener: () => void): unknown;
  exit(code: number): void;
}

export interface ShutdownOptions {
  /** After this time the process ends whatever the drain does; default 30 s. */
  readonly timeoutMs?: number;
  readonly log?: Pick<Log, "info" | "error" | "warn">;
  readonly process?: SignalSource;
}

export interface Shutdown {
  /** Starts the same drain from inside: `exitCode` 1 after a fatal error. Resolves when the drain ended. */
  begin(reason: string, exitCode?: number): Promise<void>;
  /** Aborted as soon as the shutdown begins: loops and sleeps listen to it. */
  readonly signal: AbortSignal;
  /** Takes the signal handlers away (tests). */
  dispose(): void;
}

export const DRAINED_EXIT_CODE = 0;
export const FAILED_EXIT_CODE = 1;
const DEFAULT_TIMEOUT_MS = 30_000;

/**
 * Runs `drain` once at SIGTERM or SIGINT, then exits: 0 when it drained, 1 when it failed or took longer than the limit.
 * A second signal exits at once with 1: the protocols survive it, and an operator who presses twice means it.
 */
export function onShutdown(drain: (reason: string) => Promise<void>, options: ShutdownOptions = {}): Shutdown {
  const host = options.process ?? process;
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const controller = new AbortController();
  let running: Promise<void> | null = null;

  const run = async (reason: string, exitCode: number): Promise<void> => {
    controller.abort();
    options.log?.info({ reason, timeoutMs }, "draining");
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`the drain took longer than ${timeoutMs} ms`)), timeoutMs);
    });
    try {
      await Promise.race([drain(reason), limit]);
      options.log?.info({ reason }, "drained");
      host.exit(exitCode);
    } catch (error) {
      options.log?.error({ err: error, reason }, "drain failed");
      host.exit(FAILED_EXIT_CODE);
    } finally {
      clearTimeout(timer);
    }
  };
  const begin = (reason: string, exitCode = DRAINED_EXIT_CODE): Promise<void> => {
    running ??= run(reason, exitCode);
    return running;
  };
  const listener = (signal: string) => () => {
    if (running !== null) {
      options.log?.warn({ signal }, "second signal: leaving at once");
      host.exit(FAILED_EXIT_CODE);
      return;
    }
    void begin(signal);
  };
  const onTerm = listener("SIGTERM");
  const onInt = listener("SIGINT");
  host.on("SIGTERM", onTerm);
  host.on("SIGINT", onInt);
  return {
    begin,
    signal: controller.signal,
    dispose() {
      host.off("SIGTERM", onTerm);
      host.off("SIGINT", onInt);
    },
  };
}

import { type DestinationStream, type Logger, pino } from "pino";
import { createHealth, type Health } from "./health.ts";
import { createMetrics, type Metrics } from "./metrics.ts";

export type Log = Logger;

/** Logs, metrics and health of one service. */
export interface Telemetry {
  readonly service: string;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly health: Health;
}

export interface TelemetryOptions {
  readonly service: string;
  /** pino level; default info. */
  readonly level?: string;
  /** A unit with work in flight is unhealthy after this time without progress; default one minute. */
  readonly progressLimitMs?: number;
  /** Where log lines go; default standard output, one JSON object per line. */
  readonly destination?: DestinationStream;
  readonly processMetrics?: boolean;
}

const DEFAULT_PROGRESS_LIMIT_MS = 60_000;

export function createTelemetry(options: TelemetryOptions): Telemetry {
  const settings = {
    level: options.level ?? "info",
    base: { service: options.service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return {
    service: options.service,
    log: options.destination === undefined ? pino(settings) : pino(settings, options.destination),
    metrics: createMetrics(options.service, { processMetrics: options.processMetrics ?? true }),
    health: createHealth({
      progressLimitMs: options.progressLimitMs ?? DEFAULT_PROGRESS_LIMIT_MS,
      monotonicMs: () => performance.now(),
    }),
  };
}

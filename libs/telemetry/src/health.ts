export interface HealthReport {
  readonly healthy: boolean;
  /** One sentence per unit that is stuck or failed. */
  readonly reasons: readonly string[];
}

/**
 * Health is progress: a process whose loops turn may still be stuck. A unit (a partition's task, an insert loop) says when work is in flight and
 * when it got on; in flight for longer than the limit without progress is unhealthy.
 */
export interface Health {
  /** Work is in flight from now on; the limit counts from the first call since the last progress. */
  workStarted(unit: string): void;
  /** The work in flight is done (committed, inserted, answered). */
  progress(unit: string): void;
  /** Unhealthy until the process ends or `remove`. `reason` must hold no values of records. */
  fail(unit: string, reason: string): void;
  /** The unit is gone (partition given away). */
  remove(unit: string): void;
  report(): HealthReport;
}

export interface HealthOptions {
  readonly progressLimitMs: number;
  /** Monotonic milliseconds. */
  readonly monotonicMs: () => number;
}

interface Unit {
  inFlightSince: number | null;
  failure: string | null;
}

export function createHealth(options: HealthOptions): Health {
  const units = new Map<string, Unit>();
  const unitOf = (name: string): Unit => {
    let unit = units.get(name);
    if (unit === undefined) {
      unit = { inFlightSince: null, failure: null };
      units.set(name, unit);
    }
    return unit;
  };
  return {
    workStarted(name) {
      const unit = unitOf(name);
      unit.inFlightSince ??= options.monotonicMs();
    },
    progress(name) {
      unitOf(name).inFlightSince = null;
    },
    fail(name, reason) {
      unitOf(name).failure = reason;
    },
    remove(name) {
      units.delete(name);
    },
    report() {
      const now = options.monotonicMs();
      const reasons: string[] = [];
      for (const [name, unit] of units) {
        if (unit.failure !== null) reasons.push(`${name} failed: ${unit.failure}`);
        else if (unit.inFlightSince !== null && now - unit.inFlightSince > options.progressLimitMs) {
          const stuckMs = Math.round(now - unit.inFlightSince);
          reasons.push(`${name} has had work in flight for ${stuckMs} ms without progress (limit ${options.progressLimitMs} ms)`);
        }
      }
      return { healthy: reasons.length === 0, reasons };
    },
  };
}

/** What `./leadstream status --json` prints. */
export interface Status {
  readonly ready: boolean;
  /** From the start command until every service was healthy. */
  readonly readyMs: number | null;
  readonly urls: Readonly<Record<string, string>>;
  readonly processes: readonly ProcessStatus[];
  readonly rssMb: Readonly<Record<string, number | null>>;
  readonly rssTotalMb: number;
  /** Records per topic: end offsets less start offsets, markers included. */
  readonly topics: Readonly<Record<string, number>>;
  /** Records that a stage has not committed yet, by stage. */
  readonly lag: Readonly<Record<string, number>>;
  /** What ClickHouse counts. */
  readonly counts: Readonly<Record<string, number>>;
  /** Broker time of the cause to broker time of the effect, of the last minutes, in milliseconds. */
  readonly latency: {
    readonly captureToScore: Quantiles;
    /** From the event that made the lead cross. */
    readonly captureToOwner: Quantiles;
    /** From the crossing that the router was told of, without leads that had to wait for a free seller. */
    readonly crossingToOwner: Quantiles;
  };
}

export interface ProcessStatus {
  readonly name: string;
  readonly state: string;
  readonly restarts: number;
}

export interface Quantiles {
  readonly count: number;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
}

/** One line of the list of recent decisions. */
export interface Decision {
  readonly at: number;
  readonly leadId: string;
  readonly change: string;
  readonly rep: string | null;
  readonly score: number;
  readonly reason: string | null;
}

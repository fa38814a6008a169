/** One metric: what it counts, and what to do when it looks wrong. Names follow Prometheus: unit last, `_total` for counters. */
export interface MetricDefinition {
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly help: string;
  /** What a value that stands out means and what to do. */
  readonly advice: string;
  readonly labels: readonly string[];
  /** Upper bounds of a histogram's buckets, in the metric's unit. */
  readonly buckets?: readonly number[];
}

const LATENCY_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;
const BATCH_ROWS = [1, 10, 100, 1_000, 5_000, 10_000, 50_000, 100_000] as const;

/**
 * Every metric of every service. `docs/metrics.md` is made from this list.
 * Conservation per hop (I3): each record consumed has outputs, is dropped for a reason, or is dead-lettered.
 */
export const metricDefinitions = {
  recordsConsumed: {
    name: "leadstream_records_consumed_total",
    type: "counter",
    help: "Data records whose effects were committed, by stage and input partition.",
    advice: "Flat while lag grows: the task is stuck; read its health and log.",
    labels: ["stage", "partition"],
  },
  recordsDropped: {
    name: "leadstream_records_dropped_total",
    type: "counter",
    help: "Records set aside on purpose and without output, by reason (repeated: sequence seen before; not-concerned).",
    advice: "Repeated ones come after a crash; a steady flow means that a writer sends twice.",
    labels: ["stage", "reason"],
  },
  recordsDeadLettered: {
    name: "leadstream_records_dead_lettered_total",
    type: "counter",
    help: "Records written to the dead-letter topic, by reason code.",
    advice:
      "Look at dead_letters in ClickHouse, at the bytes in lead.dead-letters; mend the producer and let it send again. Past the limit the stage stops.",
    labels: ["stage", "code"],
  },
  outcomes: {
    name: "leadstream_outcomes_total",
    type: "counter",
    help: "Events by what the scorer made of them: counted, unknown (no rule names its kind), duplicate, late, clamped.",
    advice:
      "Many unknown: a producer sends kinds that the model has no rule for; table scores names them. Many late or clamped: a producer's clock or backlog.",
    labels: ["stage", "outcome"],
  },
  timersFired: {
    name: "leadstream_timers_fired_total",
    type: "counter",
    help: "Timers that came due in a fold.",
    advice: "Zero for long while leads are held: no record or tick arrives in the partition.",
    labels: ["stage"],
  },
  statesRevisited: {
    name: "leadstream_states_revisited_total",
    type: "counter",
    help: "Leads whose state a walk over all of them changed: rescored after a publication that asked for it, or put under a new policy.",
    advice: "Flat before a rescoring has reached every lead: no record or tick arrives in the partition.",
    labels: ["stage", "partition"],
  },
  inputLag: {
    name: "leadstream_input_lag_records",
    type: "gauge",
    help: "Last stable offset minus position, by stage and partition.",
    advice: "Growing: the stage is slower than its input, or a transaction hangs upstream.",
    labels: ["stage", "partition"],
  },
  commitLatency: {
    name: "leadstream_commit_latency_seconds",
    type: "histogram",
    help: "From begin to end of a Kafka transaction.",
    advice: "p99 above the commit interval: the broker is slow or its coordinator moves.",
    labels: ["stage"],
    buckets: LATENCY_SECONDS,
  },
  taskRestarts: {
    name: "leadstream_task_restarts_total",
    type: "counter",
    help: "Starts of a task's loop after its first, by cause.",
    advice: "More than a few a minute is a loop: read the log for the cause.",
    labels: ["stage", "cause"],
  },
  httpRequests: {
    name: "leadstream_http_requests_total",
    type: "counter",
    help: "HTTP requests by route and status code.",
    advice: "503 means that nothing was accepted and the client has to retry.",
    labels: ["route", "status"],
  },
  httpRequestDuration: {
    name: "leadstream_http_request_duration_seconds",
    type: "histogram",
    help: "Time from request to answer.",
    advice: "The collector answers after acks=all: its p99 follows the broker's.",
    labels: ["route"],
    buckets: LATENCY_SECONDS,
  },
  httpInFlight: {
    name: "leadstream_http_requests_in_flight",
    type: "gauge",
    help: "Requests being worked on.",
    advice: "At its limit new ones are refused with 503.",
    labels: [],
  },
  eventsAccepted: {
    name: "leadstream_events_accepted_total",
    type: "counter",
    help: "Events acknowledged by the broker, by kind.",
    advice: "The number that nothing downstream may fall short of.",
    labels: ["kind"],
  },
  eventsRejected: {
    name: "leadstream_events_rejected_total",
    type: "counter",
    help: "Events refused at the edge, by reason code.",
    advice: "A rise after a change at a producer points at that producer.",
    labels: ["code"],
  },
  insertedRows: {
    name: "leadstream_inserted_rows_total",
    type: "counter",
    help: "Rows whose block ClickHouse acknowledged, by table.",
    advice: "Compare with consumed records of the sink.",
    labels: ["table"],
  },
  insertLatency: {
    name: "leadstream_insert_latency_seconds",
    type: "histogram",
    help: "One INSERT from first byte to answer, by table.",
    advice: "Seconds: merges lag behind or blocks are too small.",
    labels: ["table"],
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
  },
  insertBlockRows: {
    name: "leadstream_insert_block_rows",
    type: "histogram",
    help: "Rows per block.",
    advice: "Small blocks under load: the linger is too short.",
    labels: ["table"],
    buckets: BATCH_ROWS,
  },
  insertRetries: {
    name: "leadstream_insert_retries_total",
    type: "counter",
    help: "Inserts tried again with the same bytes and token, by error code.",
    advice: "TOO_MANY_PARTS: raise the linger. Network: the block is deduplicated, nothing doubles.",
    labels: ["table", "code"],
  },
  openIntents: {
    name: "leadstream_open_intents",
    type: "gauge",
    help: "Blocks announced in the offset commit and not yet confirmed.",
    advice: "Above zero for long: ClickHouse is away; the sink waits and resumes exactly.",
    labels: ["table"],
  },
  healthUnits: {
    name: "leadstream_unhealthy_units",
    type: "gauge",
    help: "Named units with work in flight and no progress within the limit, or failed.",
    advice: "Above zero: /health says which and for how long.",
    labels: [],
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>;

export type MetricKey = keyof typeof metricDefinitions;

import type { ClickHouseClient } from "@leadstream/clickhouse";
import type { StackState } from "@leadstream/infra-local";
import { createOffsetCommits, type KafkaConnection, topicOffsets } from "@leadstream/kafka";
import { topicDefinitions, topicNames } from "@leadstream/schemas";
import type { Decision, Quantiles, Status } from "./status.ts";

/** Consumer groups by stage, and the inbox that each reads. */
const stages = [
  { stage: "scoring", topic: topicNames.leadEvents },
  { stage: "cases", topic: topicNames.leadSignals },
  { stage: "teams", topic: topicNames.teamRequests },
] as const;
const shadowStage = { stage: "shadow", topic: topicNames.leadEvents };

const LATENCY_WINDOW_MINUTES = 5;

// Counts per identity, so that a block which is inserted a second time counts once.
const countsQuery = `
  SELECT
    (SELECT uniqExact(event_id) FROM (SELECT event_id FROM captures UNION ALL SELECT event_id FROM touches UNION ALL SELECT event_id FROM statuses UNION ALL SELECT event_id FROM commands)) AS events,
    (SELECT uniqExact(lead_id) FROM captures) AS leads,
    (SELECT uniqExact(source_partition, source_offset, n) FROM scores) AS scores,
    (SELECT uniqExact(source_partition, source_offset, n) FROM signals WHERE kind = 'crossed') AS crossings,
    (SELECT uniqExact(lead_id, epoch) FROM assignments WHERE epoch > 0) AS assignments,
    (SELECT uniqExact(lead_id, epoch) FROM assignments WHERE change = 'recycled') AS recycled,
    (SELECT uniqExact(lead_id) FROM statuses WHERE status = 'won') AS won,
    (SELECT uniqExact(source_partition, source_offset, n) FROM alerts WHERE kind = 'reminder') AS reminders,
    (SELECT uniqExact(topic, partition, offset) FROM dead_letters) AS deadLetters`;

// Broker time of the score less broker time of the event that caused it.
const scoreLatencyQuery = `
  SELECT count() AS count, quantile(0.5)(ms) AS p50Ms, quantile(0.99)(ms) AS p99Ms FROM (
    SELECT dateDiff('millisecond', time, log_time) AS ms FROM scores
    WHERE cause != 'timer' AND NOT imported AND log_time > now64(3) - INTERVAL ${LATENCY_WINDOW_MINUTES} MINUTE)`;

// Broker time of the assignment less log time of the event that made the lead cross.
const ownerLatencyQuery = `
  SELECT count() AS count, quantile(0.5)(ms) AS p50Ms, quantile(0.99)(ms) AS p99Ms FROM (
    SELECT dateDiff('millisecond', requested.time, owned.log_time) AS ms
    FROM (SELECT lead_id, source_partition, min(time) AS time FROM assignments WHERE change = 'requested' AND log_time > now64(3) - INTERVAL ${LATENCY_WINDOW_MINUTES} MINUTE GROUP BY lead_id, source_partition) AS requested
    INNER JOIN (SELECT lead_id, min(log_time) AS log_time FROM assignments WHERE change = 'assigned' AND epoch = 1 GROUP BY lead_id) AS owned USING (lead_id)
    WHERE owned.log_time >= requested.time)`;

// Broker time of the assignment less broker time of the signal that asked for it, which is the crossing; leads that had to wait for a free seller are left out.
const crossingLatencyQuery = `
  SELECT count() AS count, quantile(0.5)(ms) AS p50Ms, quantile(0.99)(ms) AS p99Ms FROM (
    SELECT dateDiff('millisecond', crossed.at, owned.at) AS ms
    FROM (SELECT DISTINCT lead_id, source_partition, source_offset FROM assignments WHERE change = 'requested' AND command_id = '' AND log_time > now64(3) - INTERVAL ${LATENCY_WINDOW_MINUTES} MINUTE) AS requested
    INNER JOIN (SELECT lead_id, log_partition, log_offset, min(log_time) AS at FROM signals WHERE kind = 'crossed' AND direction = 'up' GROUP BY lead_id, log_partition, log_offset) AS crossed
      ON crossed.lead_id = requested.lead_id AND crossed.log_partition = requested.source_partition AND crossed.log_offset = requested.source_offset
    INNER JOIN (SELECT lead_id, min(log_time) AS at FROM assignments WHERE change = 'assigned' AND epoch = 1 GROUP BY lead_id) AS owned ON owned.lead_id = requested.lead_id
    WHERE owned.at >= crossed.at AND requested.lead_id NOT IN (SELECT lead_id FROM team_replies WHERE kind IN ('queued', 'denied')))`;

const decisionsQuery = `
  SELECT toUnixTimestamp64Milli(log_time) AS at, lead_id AS leadId, change, rep, score, if(reason = '', rule, reason) AS reason
  FROM assignments WHERE change NOT IN ('captured', 'requested', 'released') ORDER BY log_time DESC LIMIT {limit:UInt32}`;

async function rows<T>(client: ClickHouseClient, query: string, parameters: Record<string, unknown> = {}): Promise<T[]> {
  const result = await client.query({
    query,
    query_params: parameters,
    format: "JSONEachRow",
    clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
  });
  return result.json<T>();
}

interface QuantileRow {
  readonly count: number;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
}

const quantilesOf = (row: QuantileRow | undefined): Quantiles =>
  row === undefined || row.count === 0 ? { count: 0, p50Ms: null, p99Ms: null } : { count: row.count, p50Ms: row.p50Ms, p99Ms: row.p99Ms };

export async function recentDecisions(client: ClickHouseClient, limit: number): Promise<Decision[]> {
  return rows<Decision>(client, decisionsQuery, { limit });
}

export interface StatusSources {
  readonly state: StackState;
  readonly kafka: KafkaConnection;
  readonly clickhouse: ClickHouseClient;
  readonly groupPrefix: string;
}

export async function collectStatus({ state, kafka, clickhouse, groupPrefix }: StatusSources): Promise<Status> {
  const bounds = new Map(await Promise.all(topicDefinitions.map(async ({ name }) => [name, await topicOffsets(kafka, name)] as const)));
  const [counts, scoreLatency, ownerLatency, crossingLatency, lags] = await Promise.all([
    rows<Record<string, number>>(clickhouse, countsQuery),
    rows<QuantileRow>(clickhouse, scoreLatencyQuery),
    rows<QuantileRow>(clickhouse, ownerLatencyQuery),
    rows<QuantileRow>(clickhouse, crossingLatencyQuery),
    lagByStage(kafka, groupPrefix, shadowRuns(state), (topic) => bounds.get(topic)?.map(({ lastStableOffset }) => lastStableOffset) ?? []),
  ]);
  return {
    ready: state.phase === "running" && state.processes.every((process) => process.state === "running" || process.state === "off"),
    readyMs: state.readyMs,
    urls: state.urls,
    processes: state.processes.map(({ name, state: processState, restarts }) => ({ name, state: processState, restarts })),
    rssMb: Object.fromEntries(state.processes.map(({ name, rssMb }) => [name, rssMb])),
    rssTotalMb: state.processes.reduce((sum, { rssMb }) => sum + (rssMb ?? 0), 0),
    topics: Object.fromEntries(
      [...bounds].map(([name, partitions]) => [
        name,
        partitions.reduce((sum, { logStart, lastStableOffset }) => sum + lastStableOffset - logStart, 0),
      ]),
    ),
    lag: lags,
    counts: counts[0] ?? {},
    latency: {
      captureToScore: quantilesOf(scoreLatency[0]),
      captureToOwner: quantilesOf(ownerLatency[0]),
      crossingToOwner: quantilesOf(crossingLatency[0]),
    },
  };
}

/** While it is off nobody waits for what it has not read. */
const shadowRuns = ({ processes }: StackState): boolean => processes.some(({ name, state }) => name === "shadow" && state !== "off");

async function lagByStage(
  kafka: KafkaConnection,
  groupPrefix: string,
  withShadow: boolean,
  ends: (topic: string) => readonly number[],
): Promise<Record<string, number>> {
  const behind = async (group: string, topic: string): Promise<number> => {
    const offsets = createOffsetCommits(kafka, group, null);
    const committed = await offsets.fetch(topic, [...ends(topic).keys()], "before");
    offsets.close();
    return ends(topic).reduce((sum, end, partition) => sum + Math.max(0, end - (committed.get(partition)?.offset ?? 0)), 0);
  };
  const lags = await Promise.all(
    [...stages, ...(withShadow ? [shadowStage] : [])].map(
      async ({ stage, topic }) => [stage, await behind(`${groupPrefix}.${stage}`, topic)] as const,
    ),
  );
  const sinkLags = await Promise.all(topicDefinitions.map(({ name }) => behind(`${groupPrefix}.sink.${name}`, name)));
  return { ...Object.fromEntries(lags), sink: sinkLags.reduce((sum, lag) => sum + lag, 0) };
}

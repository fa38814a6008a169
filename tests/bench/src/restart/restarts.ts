/** Kills a scorer and watches its successor until it has written for touches that came after the kill. */
import { defaultPartitions, topicNames } from "@leadstream/schemas";
import { BenchError } from "../harness/bench-error.ts";
import type { Cluster } from "../harness/cluster.ts";
import { DISTURBED_SHARE, ForeignLoad } from "../harness/foreign-load.ts";
import type { Measured } from "../harness/measured.ts";
import { until } from "../harness/poll.ts";
import type { Sample } from "../harness/report.ts";
import { rounded } from "../harness/statistics.ts";
import { appendTouches } from "../scoring/prefill.ts";
import type { Side } from "../scoring/side.ts";

/** `atOnce`: while the broker takes the dead process for alive. `afterSession`: when its session has timed out. */
export type RestartKind = "atOnce" | "afterSession";

export interface RestartSample extends Sample {
  readonly kind: RestartKind;
  /** From the start of the process to the commit of the first touches that came after the kill, in every partition. */
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly anonymousMb: number;
}

export interface RestartPlan {
  readonly leads: number;
  /** Touches right before the kill: their states may not be in the store yet. */
  readonly tail: number;
  readonly limitMs: number;
}

const POLL_MS = 5;
const TAIL_SEED = 1_000;
/** Enough for every partition to get some. */
const TOUCHES_AFTER_KILL = 64;

export class Restarts {
  private readonly cluster: Cluster;
  private readonly plan: RestartPlan;
  /** First offset behind the last touch, by partition. */
  private ends: readonly number[];
  private appended = 0;

  constructor(cluster: Cluster, plan: RestartPlan, ends: readonly number[]) {
    this.cluster = cluster;
    this.plan = plan;
    this.ends = ends;
  }

  /** Brings a side up to the end of the inbox, then kills it there and measures its successor, which is killed as well. */
  async measure(side: Side, run: string, kind: RestartKind): Promise<RestartSample> {
    const group = side.groupOf(run);
    let child = side.start(run);
    try {
      await this.untilCommitted(child, group);
      await this.append(this.plan.tail);
      await this.untilCommitted(child, group);
      await child.kill();
      await this.append(TOUCHES_AFTER_KILL);
      if (kind === "afterSession") await this.untilEmpty(group);
      const foreign = new ForeignLoad();
      const startedMs = performance.now();
      child = side.start(run);
      await this.untilCommitted(child, group);
      const seconds = (performance.now() - startedMs) / 1000;
      const { cpuMicros, anonymousBytes } = child.usage();
      const foreignLoad = foreign.share();
      return {
        side: side.name,
        kind,
        seconds: rounded(seconds, 3),
        cpuSeconds: rounded(cpuMicros / 1e6, 3),
        anonymousMb: rounded(anonymousBytes / 2 ** 20, 3),
        foreignLoad: rounded(foreignLoad, 2),
        disturbed: foreignLoad > DISTURBED_SHARE,
      };
    } finally {
      await child.kill();
    }
  }

  /** Lets a side write for everything that came meanwhile. */
  async catchUp(side: Side, run: string): Promise<void> {
    const child = side.start(run);
    try {
      await this.untilCommitted(child, side.groupOf(run));
    } finally {
      await child.kill();
    }
  }

  /** Offsets are materialised by the broker only when the transaction's outputs are. */
  private async untilCommitted(child: Measured, groupId: string): Promise<void> {
    await until(`the end of the inbox in ${groupId}`, this.plan.limitMs, POLL_MS, async () => {
      child.assertRunning();
      const [found] = await this.cluster.admin.fetchOffsets({ groupId, topics: [topicNames.leadEvents] });
      const committed = new Map(found?.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
      return this.ends.every((end, partition) => (committed.get(partition) ?? 0) >= end) ? true : null;
    });
  }

  private async append(count: number): Promise<void> {
    const seed = TAIL_SEED + ++this.appended;
    const { ends } = await appendTouches(this.cluster, { leads: this.plan.leads, keys: "uniform", seed, duplicates: 0 }, count);
    if (ends.some((end) => end === 0))
      throw new BenchError("NO_PROGRESS", `${count} touches left out one of ${defaultPartitions.lead} partitions`);
    this.ends = ends;
  }

  private async untilEmpty(group: string): Promise<void> {
    await until(`the end of the session in ${group}`, this.plan.limitMs, POLL_MS, async () => {
      const { groups } = await this.cluster.admin.describeGroups([group]);
      return groups[0]?.members.length === 0 ? true : null;
    });
  }
}

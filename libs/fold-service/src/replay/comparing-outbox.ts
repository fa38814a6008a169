import { createHash, type Hash } from "node:crypto";
import type { Outbox, OutboxLane } from "@leadstream/stream";
import type { CommittedOutput } from "./committed-outputs.ts";

/** The first place where a replay and the log part. Never holds values of a record. */
export interface Difference {
  /** Output partition, such as lead.scores-2. */
  readonly target: string;
  /** missing: the replay wrote it, the log does not hold it; extra: the other way round; differs: other bytes or another key. */
  readonly kind: "missing" | "extra" | "differs";
  /** Number among the records of this origin in the output partition, from 0. */
  readonly index: number;
  /** Offset in the output partition; null when missing. */
  readonly offset: number | null;
  /** Offset of the input record that caused the record in the log; null when missing. */
  readonly cause: number | null;
}

interface Produced {
  readonly key: string | null;
  readonly value: Buffer;
}

/** What `target` holds, in order; null at its end. */
export type NextCommitted = (topic: string, partition: number) => Promise<CommittedOutput | null>;

interface Target {
  readonly topic: string;
  readonly partition: number;
  produced: Produced[];
  index: number;
  differs: boolean;
  readonly hash: Hash;
}

/** Takes what a replayed fold emits and compares it, byte by byte and in order, with what the log holds. */
export class ComparingOutbox implements Outbox {
  records = 0;
  bytes = 0;
  /** Outputs compared so far. */
  compared = 0;
  readonly differences: Difference[] = [];
  private readonly targets = new Map<string, Target>();
  private readonly nextCommitted: NextCommitted;

  /** `targets`: every output partition that the stage may write to, so that records in one it never writes to are seen as well. */
  constructor(targets: readonly { readonly topic: string; readonly partition: number }[], nextCommitted: NextCommitted) {
    this.nextCommitted = nextCommitted;
    for (const { topic, partition } of targets) this.target(topic, partition);
  }

  lane(topic: string, partition: number): OutboxLane {
    const target = this.target(topic, partition);
    return {
      append: (_timestamp, key, value, start, end) => {
        target.produced.push({ key, value: Buffer.from(value.subarray(start, end)) });
        this.records++;
        this.bytes += end - start;
      },
    };
  }

  /** Compares and forgets what was appended since the last call. */
  async compare(): Promise<void> {
    for (const target of this.targets.values()) {
      const { produced } = target;
      target.produced = [];
      for (const record of produced) {
        target.hash.update(`${record.key ?? ""} ${record.value.length}\n`).update(record.value);
        this.compared++;
        if (!target.differs) await this.compareOne(target, record);
        target.index++;
      }
    }
    this.records = 0;
    this.bytes = 0;
  }

  /** After the last record: nothing else that was caused below input offset `end` may be in the log. */
  async finish(end: number): Promise<void> {
    await this.compare();
    for (const target of this.targets.values()) {
      if (target.differs) continue;
      const rest = await this.nextCommitted(target.topic, target.partition);
      if (rest !== null && rest.cause < end) this.note(target, "extra", rest);
    }
  }

  /** One hash over all outputs by target: equal for two replays of one log. */
  digest(): string {
    const all = createHash("sha256");
    for (const name of [...this.targets.keys()].sort()) all.update(`${name} ${this.targets.get(name)!.hash.copy().digest("hex")}\n`);
    return all.digest("hex").slice(0, 32);
  }

  private async compareOne(target: Target, record: Produced): Promise<void> {
    const committed = await this.nextCommitted(target.topic, target.partition);
    if (committed === null) this.note(target, "missing", null);
    else if (committed.key !== record.key || !committed.value.equals(record.value)) this.note(target, "differs", committed);
  }

  /** After the first difference of a target the others are only its echo. */
  private note(target: Target, kind: Difference["kind"], committed: CommittedOutput | null): void {
    target.differs = true;
    const { topic, partition, index } = target;
    this.differences.push({
      target: `${topic}-${partition}`,
      kind,
      index,
      offset: committed?.offset ?? null,
      cause: committed?.cause ?? null,
    });
  }

  private target(topic: string, partition: number): Target {
    const name = `${topic}-${partition}`;
    const known = this.targets.get(name);
    if (known !== undefined) return known;
    const target = { topic, partition, produced: [], index: 0, differs: false, hash: createHash("sha256") };
    this.targets.set(name, target);
    return target;
  }
}

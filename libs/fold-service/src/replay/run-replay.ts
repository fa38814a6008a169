import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectKafka, createOffsetCommits, type KafkaConnection, openInbox } from "@leadstream/kafka";
import type { Topology } from "@leadstream/stream";
import { type FoldIo, openFoldIo } from "../open-io.ts";
import type { FoldServiceSettings } from "../settings.ts";
import { type LiveStore, readLiveStore } from "./compare-stores.ts";
import { type PartitionVerdict, replayPartition } from "./replay-partition.ts";

export interface ReplayWish {
  readonly service: string;
  readonly settings: FoldServiceSettings;
  readonly logicFolders: readonly string[];
  /** Name of the topology to repeat. */
  readonly fold: string;
}

export interface ReplayVerdict {
  readonly fold: string;
  readonly fingerprint: string;
  readonly partitions: readonly PartitionVerdict[];
  /** No payload and no compared state differs. */
  readonly same: boolean;
}

/**
 * Repeats one fold from the first record of its inbox, with the same topology function as the service, an empty store in a temporary folder and no group:
 * nothing of the running service is touched, its stores are copied. Every payload is compared with the log, in order per output partition, up to the group's committed offset.
 */
export async function runReplay(wish: ReplayWish, topologies: (io: FoldIo) => readonly Topology[]): Promise<ReplayVerdict> {
  const { service, settings, fold } = wish;
  const temporary = mkdtempSync(join(tmpdir(), "leadstream-replay-"));
  let io: FoldIo | null = null;
  let kafka: KafkaConnection | null = null;
  try {
    io = await openFoldIo(service, { ...settings, dataDir: temporary }, wish.logicFolders);
    kafka = await connectKafka({
      brokers: settings.kafkaBrokers,
      clientId: `${settings.groupPrefix}-replay`,
      connectionTimeoutMs: 5_000,
      requestTimeoutMs: settings.requestTimeoutMs,
      retries: 12,
      initialRetryTimeMs: 20,
    });
    const one = topologies(io).find(({ name }) => name === fold);
    if (one === undefined) throw new RangeError(`${service} has no fold named ${fold}`);
    const live: (LiveStore | null)[] = [];
    for (let partition = 0; partition < one.inbox.partitions; partition++)
      live.push(await readLiveStore(one.fold, join(settings.dataDir, service), fold, partition, join(temporary, "live")));
    // Asked after the stores were copied: a store never runs ahead of the committed offset.
    const committed = await committedOffsets(kafka, `${settings.groupPrefix}.${fold}`, one);
    const partitions: PartitionVerdict[] = [];
    for (let partition = 0; partition < one.inbox.partitions; partition++) {
      const connection = kafka;
      const openOutput = (topic: string, target: number) => openInbox(connection, topic, target);
      partitions.push(
        await replayPartition(
          one,
          { partition, committed: committed.get(partition) ?? 0, live: live[partition] ?? null, openOutput },
          settings,
        ),
      );
    }
    const same = partitions.every(({ differences, state }) => differences.length === 0 && state !== "differs");
    return { fold, fingerprint: one.stores.fingerprint, partitions, same };
  } finally {
    await io?.close();
    kafka?.close();
    rmSync(temporary, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function committedOffsets(kafka: KafkaConnection, groupId: string, one: Topology): Promise<ReadonlyMap<number, number>> {
  const commits = createOffsetCommits(kafka, groupId, null);
  try {
    const all = Array.from({ length: one.inbox.partitions }, (_, partition) => partition);
    const found = await commits.fetch(one.inbox.topic, all);
    return new Map([...found].map(([partition, { offset }]) => [partition, offset]));
  } finally {
    commits.close();
  }
}

/**
 * Produce v9 (lowest flexible version) and v12, the version that tells the broker to add the partition to the transaction by itself
 * (transaction protocol 2). Record sets are sent from where they lie.
 */
import type { Api } from "./api.ts";

export interface ProduceRequest {
  readonly transactionalId: string | null;
  readonly timeoutMs: number;
  readonly topics: readonly {
    readonly topic: string;
    readonly partitions: readonly { readonly partition: number; readonly batch: Buffer }[];
  }[];
}

export interface ProducedPartition {
  readonly topic: string;
  readonly partition: number;
  readonly errorCode: number;
  readonly baseOffset: number;
  readonly message: string | null;
}

const ALL_REPLICAS = -1;

function produceApi(version: number): Api<ProduceRequest, readonly ProducedPartition[]> {
  return {
    name: "Produce",
    key: 0,
    version,
    flexible: true,
    write(writer, { transactionalId, timeoutMs, topics }) {
      writer.compactString(transactionalId).int16(ALL_REPLICAS).int32(timeoutMs);
      writer.compactArray(topics, ({ topic, partitions }) => {
        writer.compactString(topic);
        writer.compactArray(partitions, ({ partition, batch }) => writer.int32(partition).attachCompact(batch).tags());
        writer.tags();
      });
      writer.tags();
    },
    read(reader) {
      return reader
        .compactArray(() => {
          const topic = reader.compactString();
          const partitions = reader.compactArray(() => {
            const partition = reader.int32();
            const errorCode = reader.int16();
            const baseOffset = reader.long();
            reader.long();
            reader.long();
            reader.compactArray(() => {
              reader.int32();
              reader.nullableCompactString();
              reader.tags();
            });
            const message = reader.nullableCompactString();
            reader.tags();
            return { topic, partition, errorCode, baseOffset, message };
          });
          reader.tags();
          return partitions;
        })
        .flat();
    },
  };
}

export const produceV9Api = produceApi(9);
export const produceV12Api = produceApi(12);

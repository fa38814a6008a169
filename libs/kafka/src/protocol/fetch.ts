/** Fetch v11 and ListOffsets v5, always READ_COMMITTED, one partition at a time. v11 is the last that names topics and needs no session. */
import type { AbortedTransaction } from "../aborted-filter.ts";
import type { Api } from "./api.ts";

const READ_COMMITTED = 1;
const CONSUMER = -1;

export interface FetchRequest {
  readonly topic: string;
  readonly partition: number;
  readonly position: number;
  readonly maxBytes: number;
  readonly maxWaitMs: number;
}

export interface FetchAnswer {
  readonly errorCode: number;
  readonly lastStableOffset: number;
  readonly logStart: number;
  readonly aborted: readonly AbortedTransaction[];
  /** A window of the answer: record batches, the last one maybe cut short. */
  readonly records: Buffer;
}

const NO_RECORDS = Buffer.alloc(0);

export const fetchApi: Api<FetchRequest, FetchAnswer> = {
  name: "Fetch",
  key: 1,
  version: 11,
  flexible: false,
  write(writer, { topic, partition, position, maxBytes, maxWaitMs }) {
    writer.int32(CONSUMER).int32(maxWaitMs).int32(1).int32(maxBytes).int8(READ_COMMITTED).int32(0).int32(-1);
    writer.int32(1).string(topic);
    writer.int32(1).int32(partition).int32(-1).long(position).long(-1).int32(maxBytes);
    writer.int32(0).string("");
  },
  read(reader) {
    reader.int32();
    const errorCode = reader.int16();
    reader.int32();
    let answer: FetchAnswer = { errorCode, lastStableOffset: -1, logStart: -1, aborted: [], records: NO_RECORDS };
    reader.array(() => {
      reader.string();
      reader.array(() => {
        reader.int32();
        const partitionError = reader.int16();
        reader.long();
        const lastStableOffset = reader.long();
        const logStart = reader.long();
        const aborted = reader.array(() => ({ producerId: reader.long(), firstOffset: reader.long() }));
        reader.int32();
        answer = { errorCode: errorCode || partitionError, lastStableOffset, logStart, aborted, records: reader.bytes() };
      });
    });
    return answer;
  },
};

export const listedOffset = { earliest: -2, lastStable: -1 } as const;

export interface ListOffsetsRequest {
  readonly topic: string;
  readonly partitions: readonly number[];
  readonly which: keyof typeof listedOffset;
}

export const listOffsetsApi: Api<
  ListOffsetsRequest,
  readonly { readonly partition: number; readonly errorCode: number; readonly offset: number }[]
> = {
  name: "ListOffsets",
  key: 2,
  version: 5,
  flexible: false,
  write(writer, { topic, partitions, which }) {
    writer.int32(CONSUMER).int8(READ_COMMITTED).int32(1).string(topic);
    writer.array(partitions, (partition) => writer.int32(partition).int32(-1).long(listedOffset[which]));
  },
  read(reader) {
    reader.int32();
    return reader
      .array(() => {
        reader.string();
        return reader.array(() => {
          const partition = reader.int32();
          const errorCode = reader.int16();
          reader.long();
          const offset = reader.long();
          reader.int32();
          return { partition, errorCode, offset };
        });
      })
      .flat();
  },
};

/**
 * JoinGroup v5, SyncGroup v3, Heartbeat v3, LeaveGroup v1, OffsetCommit v7 (the last plain versions) and OffsetFetch v7, the first that can ask for
 * `stable` offsets: while a transaction's offset is undecided the broker says so instead of giving the one before.
 */
import type { Api } from "./api.ts";

export interface MemberOfGroup {
  readonly groupId: string;
  readonly generation: number;
  readonly memberId: string;
}

export interface JoinGroupRequest {
  readonly groupId: string;
  readonly memberId: string;
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  readonly protocols: readonly { readonly name: string; readonly metadata: Buffer }[];
}

export interface JoinGroupAnswer {
  readonly errorCode: number;
  readonly generation: number;
  readonly protocol: string;
  readonly leader: string;
  readonly memberId: string;
  readonly members: readonly { readonly memberId: string; readonly metadata: Buffer }[];
}

export const joinGroupApi: Api<JoinGroupRequest, JoinGroupAnswer> = {
  name: "JoinGroup",
  key: 11,
  version: 5,
  flexible: false,
  write(writer, { groupId, memberId, sessionTimeoutMs, rebalanceTimeoutMs, protocols }) {
    writer.string(groupId).int32(sessionTimeoutMs).int32(rebalanceTimeoutMs).string(memberId).string(null).string("consumer");
    writer.array(protocols, ({ name, metadata }) => writer.string(name).bytes(metadata));
  },
  read(reader) {
    reader.int32();
    return {
      errorCode: reader.int16(),
      generation: reader.int32(),
      protocol: reader.string(),
      leader: reader.string(),
      memberId: reader.string(),
      members: reader.array(() => {
        const memberId = reader.string();
        reader.nullableString();
        return { memberId, metadata: reader.bytes() };
      }),
    };
  },
};

export const syncGroupApi: Api<
  MemberOfGroup & { readonly assignments: readonly { readonly memberId: string; readonly assignment: Buffer }[] },
  { readonly errorCode: number; readonly assignment: Buffer }
> = {
  name: "SyncGroup",
  key: 14,
  version: 3,
  flexible: false,
  write(writer, { groupId, generation, memberId, assignments }) {
    writer.string(groupId).int32(generation).string(memberId).string(null);
    writer.array(assignments, (each) => writer.string(each.memberId).bytes(each.assignment));
  },
  read(reader) {
    reader.int32();
    return { errorCode: reader.int16(), assignment: reader.bytes() };
  },
};

export const heartbeatApi: Api<MemberOfGroup, number> = {
  name: "Heartbeat",
  key: 12,
  version: 3,
  flexible: false,
  write(writer, { groupId, generation, memberId }) {
    writer.string(groupId).int32(generation).string(memberId).string(null);
  },
  read(reader) {
    reader.int32();
    return reader.int16();
  },
};

export const leaveGroupApi: Api<{ readonly groupId: string; readonly memberId: string }, number> = {
  name: "LeaveGroup",
  key: 13,
  version: 1,
  flexible: false,
  write(writer, { groupId, memberId }) {
    writer.string(groupId).string(memberId);
  },
  read(reader) {
    reader.int32();
    return reader.int16();
  },
};

export interface PartitionOffset {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly metadata: string;
}

export const offsetCommitApi: Api<MemberOfGroup & { readonly offsets: readonly PartitionOffset[] }, readonly number[]> = {
  name: "OffsetCommit",
  key: 8,
  version: 7,
  flexible: false,
  write(writer, { groupId, generation, memberId, offsets }) {
    writer.string(groupId).int32(generation).string(memberId).string(null);
    writer.array([...Map.groupBy(offsets, (each) => each.topic)], ([topic, partitions]) => {
      writer.string(topic);
      writer.array(partitions, ({ partition, offset, metadata }) => writer.int32(partition).long(offset).int32(-1).string(metadata));
    });
  },
  /** Error codes of all partitions. */
  read(reader) {
    reader.int32();
    return reader
      .array(() => {
        reader.string();
        return reader.array(() => [reader.int32(), reader.int16()][1]!);
      })
      .flat();
  },
};

export interface FetchedOffset extends PartitionOffset {
  readonly errorCode: number;
}

export const offsetFetchApi: Api<
  { readonly groupId: string; readonly topic: string; readonly partitions: readonly number[]; readonly stable: boolean },
  { readonly errorCode: number; readonly offsets: readonly FetchedOffset[] }
> = {
  name: "OffsetFetch",
  key: 9,
  version: 7,
  flexible: true,
  write(writer, { groupId, topic, partitions, stable }) {
    writer.compactString(groupId);
    writer.compactArray([topic], (name) => {
      writer.compactString(name);
      writer.compactArray(partitions, (partition) => writer.int32(partition));
      writer.tags();
    });
    writer.boolean(stable).tags();
  },
  read(reader) {
    reader.int32();
    const offsets = reader
      .compactArray(() => {
        const topic = reader.compactString();
        const partitions = reader.compactArray(() => {
          const partition = reader.int32();
          const offset = reader.long();
          reader.int32();
          const metadata = reader.compactString();
          const errorCode = reader.int16();
          reader.tags();
          return { topic, partition, offset, metadata, errorCode };
        });
        reader.tags();
        return partitions;
      })
      .flat();
    return { offsets, errorCode: reader.int16() };
  },
};

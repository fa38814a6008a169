/**
 * InitProducerId v4 (tells a fenced producer so), AddPartitionsToTxn v3 and AddOffsetsToTxn v3 (transaction protocol 1 only), and in two versions
 * TxnOffsetCommit (v3, v5) and EndTxn (v3, v5): the higher ones belong to transaction protocol 2, where the broker adds partitions and offsets
 * by itself and EndTxn answers with a new epoch, so that nothing of an ended transaction can still be written.
 */
import type { Api } from "./api.ts";

export interface ProducerIdentity {
  readonly producerId: number;
  readonly producerEpoch: number;
}

export const initProducerIdApi: Api<
  { readonly transactionalId: string | null; readonly transactionTimeoutMs: number },
  ProducerIdentity & { readonly errorCode: number }
> = {
  name: "InitProducerId",
  key: 22,
  version: 4,
  flexible: true,
  write(writer, { transactionalId, transactionTimeoutMs }) {
    writer.compactString(transactionalId).int32(transactionTimeoutMs).long(-1).int16(-1).tags();
  },
  read(reader) {
    reader.int32();
    return { errorCode: reader.int16(), producerId: reader.long(), producerEpoch: reader.int16() };
  },
};

interface InTransaction extends ProducerIdentity {
  readonly transactionalId: string;
}

export const addPartitionsApi: Api<
  InTransaction & { readonly topics: readonly { readonly topic: string; readonly partitions: readonly number[] }[] },
  readonly number[]
> = {
  name: "AddPartitionsToTxn",
  key: 24,
  version: 3,
  flexible: true,
  write(writer, { transactionalId, producerId, producerEpoch, topics }) {
    writer.compactString(transactionalId).long(producerId).int16(producerEpoch);
    writer.compactArray(topics, ({ topic, partitions }) => {
      writer.compactString(topic);
      writer.compactArray(partitions, (partition) => writer.int32(partition));
      writer.tags();
    });
    writer.tags();
  },
  /** Error codes of all partitions. */
  read(reader) {
    reader.int32();
    return reader
      .compactArray(() => {
        reader.compactString();
        const codes = reader.compactArray(() => {
          reader.int32();
          const code = reader.int16();
          reader.tags();
          return code;
        });
        reader.tags();
        return codes;
      })
      .flat();
  },
};

export const addOffsetsApi: Api<InTransaction & { readonly groupId: string }, number> = {
  name: "AddOffsetsToTxn",
  key: 25,
  version: 3,
  flexible: true,
  write(writer, { transactionalId, producerId, producerEpoch, groupId }) {
    writer.compactString(transactionalId).long(producerId).int16(producerEpoch).compactString(groupId).tags();
  },
  read(reader) {
    reader.int32();
    return reader.int16();
  },
};

export interface TransactionOffset extends InTransaction {
  readonly groupId: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly metadata: string;
}

/** Generation -1 and no member: the transactional id fences, not the group. */
function offsetCommitApi(version: number): Api<TransactionOffset, number> {
  return {
    name: "TxnOffsetCommit",
    key: 28,
    version,
    flexible: true,
    write(writer, { transactionalId, groupId, producerId, producerEpoch, topic, partition, offset, metadata }) {
      writer.compactString(transactionalId).compactString(groupId).long(producerId).int16(producerEpoch);
      writer.int32(-1).compactString("").compactString(null);
      writer.compactArray([topic], (name) => {
        writer.compactString(name);
        writer.compactArray([partition], (index) => writer.int32(index).long(offset).int32(-1).compactString(metadata).tags());
        writer.tags();
      });
      writer.tags();
    },
    read(reader) {
      reader.int32();
      let errorCode = 0;
      reader.compactArray(() => {
        reader.compactString();
        reader.compactArray(() => {
          reader.int32();
          errorCode = reader.int16();
          reader.tags();
        });
        reader.tags();
      });
      return errorCode;
    },
  };
}

function endApi(
  version: number,
): Api<InTransaction & { readonly commit: boolean }, Partial<ProducerIdentity> & { readonly errorCode: number }> {
  return {
    name: "EndTxn",
    key: 26,
    version,
    flexible: true,
    write(writer, { transactionalId, producerId, producerEpoch, commit }) {
      writer.compactString(transactionalId).long(producerId).int16(producerEpoch).boolean(commit).tags();
    },
    read(reader) {
      reader.int32();
      const errorCode = reader.int16();
      return version < 5 ? { errorCode } : { errorCode, producerId: reader.long(), producerEpoch: reader.int16() };
    },
  };
}

export const txnOffsetCommitV3Api = offsetCommitApi(3);
export const txnOffsetCommitV5Api = offsetCommitApi(5);
export const endTxnV3Api = endApi(3);
export const endTxnV5Api = endApi(5);

/** Committed offsets of a group with their metadata, for tasks that commit outside transactions: fenced by member id and generation. */
import { type CommittedOffset, StreamError } from "@leadstream/stream";
import { againWhenUnavailable, type KafkaConnection } from "./connect.ts";
import { Coordinator } from "./coordinator.ts";
import type { KafkaGroup } from "./group.ts";
import { retriable } from "./inbox.ts";
import { offsetCommitApi, offsetFetchApi, type PartitionOffset } from "./protocol/group.ts";
import { isCoordinatorMoved, type ProtocolErrorName, protocolError, refused, unavailable } from "./protocol/protocol-errors.ts";
import { Again, retry } from "./retry.ts";

export interface OffsetCommits {
  /**
   * Offset and metadata by partition; partitions without a commit are missing. An offset that a transaction has not decided yet is waited for, or, with
   * `undecided`, the one before it is given: for whoever only looks.
   */
  fetch(topic: string, partitions: readonly number[], undecided?: "wait" | "before"): Promise<ReadonlyMap<number, CommittedOffset>>;
  /** All or none, as the current member. Throws StreamError FENCED when the partitions may have another owner; then discard everything. */
  commit(offsets: readonly PartitionOffset[]): Promise<void>;
  close(): void;
}

const fencing: readonly ProtocolErrorName[] = ["ILLEGAL_GENERATION", "UNKNOWN_MEMBER_ID", "FENCED_INSTANCE_ID", "REBALANCE_IN_PROGRESS"];

/** `group`: the membership that fences. Null commits outside any membership, which the broker takes only while the group has no members. */
export function createOffsetCommits(connection: KafkaConnection, groupId: string, group: KafkaGroup | null): OffsetCommits {
  const lane = connection.lane();
  const coordinator = new Coordinator(connection, "group", groupId);

  async function ask<T>(doing: string, send: (node: number) => Promise<T>, codes: (answer: T) => readonly number[]): Promise<T> {
    try {
      return await retry(connection.retryLimits, async () => {
        try {
          const answer = await send(await coordinator.node());
          const error = codes(answer)
            .map(protocolError)
            .find((each) => each !== null);
          if (error === undefined) return answer;
          if (fencing.includes(error)) throw fenced(groupId, error);
          if (!isCoordinatorMoved(error) && error !== "UNSTABLE_OFFSET_COMMIT" && error !== "REQUEST_TIMED_OUT")
            throw refused(doing, error);
          coordinator.forget();
          return new Again(unavailable(doing, error));
        } catch (error) {
          coordinator.forget();
          return againWhenUnavailable(error);
        }
      });
    } catch (error) {
      throw retriable(error);
    }
  }

  return {
    async fetch(topic, partitions, undecided = "wait") {
      const answer = await ask(
        `to give the offsets of ${groupId}`,
        (node) => lane.call(node, offsetFetchApi, { groupId, topic, partitions, stable: undecided === "wait" }),
        (each) => [each.errorCode, ...each.offsets.map(({ errorCode }) => errorCode)],
      );
      const found = answer.offsets.filter(({ offset }) => offset >= 0);
      return new Map(found.map(({ partition, offset, metadata }) => [partition, { offset, metadata }]));
    },
    async commit(offsets) {
      const member = group === null ? { groupId, generation: -1, memberId: "" } : group.member();
      if (member === null) throw fenced(groupId, "REBALANCE_IN_PROGRESS");
      await ask(
        `to commit offsets of ${groupId}`,
        (node) => lane.call(node, offsetCommitApi, { ...member, offsets }),
        (codes) => codes,
      );
    },
    close() {
      connection.release(lane);
    },
  };
}

function fenced(groupId: string, error: ProtocolErrorName): StreamError {
  return new StreamError(
    "FENCED",
    `an offset commit of group ${groupId} was refused (${error}): the partitions may have another owner`,
    "Discard what was not committed and wait for the next assignment.",
  );
}

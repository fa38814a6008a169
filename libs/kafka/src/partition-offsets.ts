/** Asks a partition's leader, wherever it is now: log start and last stable offset. */
import type { LogBounds } from "@leadstream/stream";
import { againWhenUnavailable, type KafkaConnection } from "./connect.ts";
import type { Lane } from "./lane.ts";
import { type ListOffsetsRequest, listOffsetsApi } from "./protocol/fetch.ts";
import { isLeaderMoved, protocolError, refused, unavailable } from "./protocol/protocol-errors.ts";
import { Again, retry } from "./retry.ts";

export async function partitionBounds(connection: KafkaConnection, lane: Lane, topic: string, partition: number): Promise<LogBounds> {
  const [logStart, lastStableOffset] = await Promise.all([
    listOffset(connection, lane, topic, partition, "earliest"),
    listOffset(connection, lane, topic, partition, "lastStable"),
  ]);
  return { logStart, lastStableOffset };
}

function listOffset(
  connection: KafkaConnection,
  lane: Lane,
  topic: string,
  partition: number,
  which: ListOffsetsRequest["which"],
): Promise<number> {
  let fresh = false;
  return retry(connection.retryLimits, async () => {
    try {
      const leader = await connection.leaderOf(topic, partition, fresh);
      fresh = true;
      const [answer] = await lane.call(leader, listOffsetsApi, { topic, partitions: [partition], which });
      const error = protocolError(answer?.errorCode ?? 0);
      const doing = `to give the offsets of ${topic}[${partition}]`;
      if (answer === undefined) throw refused(doing, "UNKNOWN_SERVER_ERROR");
      if (error === null) return answer.offset;
      if (isLeaderMoved(error)) return new Again(unavailable(doing, error));
      throw refused(doing, error);
    } catch (error) {
      fresh = true;
      return againWhenUnavailable(error);
    }
  });
}

/** The consumer protocol (version 0) inside group requests, so that Kafka's own tools can describe our groups; ranges over one topic. */
import { WireReader } from "./protocol/wire-reader.ts";
import { WireWriter } from "./protocol/wire-writer.ts";

export const ASSIGNOR = "range";
const VERSION = 0;
const NOTHING = Buffer.alloc(0);

export function encodeSubscription(topic: string): Buffer {
  return body(new WireWriter().int16(VERSION).int32(1).string(topic).bytes(NOTHING));
}

export function encodeAssignment(topic: string, partitions: readonly number[]): Buffer {
  const writer = new WireWriter().int16(VERSION).int32(1).string(topic);
  writer.array(partitions, (partition) => writer.int32(partition)).bytes(NOTHING);
  return body(writer);
}

/** Partitions of the topic; none for an empty assignment. */
export function decodeAssignment(assignment: Buffer, topic: string): number[] {
  if (assignment.length === 0) return [];
  const reader = new WireReader(assignment);
  reader.int16();
  const topics = reader.array(() => ({ name: reader.string(), partitions: reader.array(() => reader.int32()) }));
  return topics.filter(({ name }) => name === topic).flatMap(({ partitions }) => partitions);
}

/** Neighbouring partitions per member, members in the order of their ids; sizes differ by one at most. */
export function assignRanges(memberIds: readonly string[], partitions: number): Map<string, number[]> {
  const members = [...memberIds].sort();
  const share = Math.floor(partitions / members.length);
  const rest = partitions % members.length;
  let next = 0;
  return new Map(
    members.map((member, index) => {
      const count = share + (index < rest ? 1 : 0);
      const range = Array.from({ length: count }, (_, n) => next + n);
      next += count;
      return [member, range];
    }),
  );
}

function body(writer: WireWriter): Buffer {
  return Buffer.concat(writer.frame().slice(1));
}

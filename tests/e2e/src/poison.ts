import type { Producer } from "@leadstream/kafka";
import { AvroWriter, topicNames, type WireFormat } from "@leadstream/schemas";
import { aCapture, aScore, aTouch } from "@leadstream/testing";

/** A record that must end as a dead letter (F13), and the code that says why. */
export interface Poison {
  readonly name: string;
  readonly code: string;
  /** null: by the key. */
  readonly partition: number | null;
  readonly key: string | Uint8Array | null;
  readonly value: Buffer | null;
}

const UNKNOWN_SCHEMA_ID = 2_000_000_000;
const NEARLY_ONE_MEGABYTE = 990_000;

/** One of each kind. `id` keeps the keys of several rounds apart. */
export function poisons(wire: WireFormat, id: string): Poison[] {
  const key = `poison-${id}`;
  const good = encode(wire, "Capture", aCapture({ leadId: key, eventId: `poison-${id}` }));
  const broken = (name: string, value: Buffer | null): Poison => ({ name, code: "UNDECODABLE", partition: null, key, value });
  const judged = (name: string, code: string, value: Buffer, keyed: Poison["key"] = key): Poison => ({
    name,
    code,
    partition: null,
    key: keyed,
    value,
  });
  const touch = (change: Parameters<typeof aTouch>[0]): Buffer => encode(wire, "Touch", aTouch({ leadId: key, ...change }));
  return [
    broken("bad magic byte", Buffer.concat([Buffer.from([7]), good.subarray(1)])),
    broken("truncated Avro", good.subarray(0, good.length - 3)),
    broken("bytes behind the record", Buffer.concat([good, Buffer.from([0])])),
    broken("shorter than a header", Buffer.from([0, 0])),
    broken("text", Buffer.from("not a record at all")),
    broken("invalid UTF-8", withInvalidUtf8(good, `poison-${id}`)),
    broken("nearly 1 MB of nonsense", Buffer.alloc(NEARLY_ONE_MEGABYTE, 0xff)),
    broken("an unknown schema id", withSchemaId(good, UNKNOWN_SCHEMA_ID)),
    { ...broken("no value", null), code: "EMPTY_VALUE" },
    { ...judged("no key", "NULL_KEY", good, null), partition: 0 },
    judged(
      "a key that is not the lead",
      "KEY_MISMATCH",
      encode(wire, "Capture", aCapture({ leadId: "somebody-else", eventId: `poison-${id}` })),
    ),
    judged("no event id", "INVALID_EVENT_ID", touch({ eventId: "" })),
    judged("before 1970", "INVALID_TIME", touch({ eventId: `poison-${id}`, occurredAt: -1 })),
    judged("a record of another topic", "UNEXPECTED_RECORD", encode(wire, "Score", aScore({ leadId: key }))),
  ];
}

/** Appends it straight to lead.events, past the collector; resolves with its place. */
export async function sendPoison(producer: Producer, { partition, key, value }: Poison): Promise<{ partition: number; offset: number }> {
  return producer.send(topicNames.leadEvents, partition, key, value);
}

function encode(
  wire: WireFormat,
  ...[type, value]: Parameters<WireFormat["write"]> extends [unknown, infer N, infer V] ? [N, V] : never
): Buffer {
  const writer = new AvroWriter();
  wire.write(writer, type, value);
  return Buffer.from(writer.slice());
}

function withSchemaId(record: Buffer, schemaId: number): Buffer {
  const changed = Buffer.from(record);
  changed.writeInt32BE(schemaId, 1);
  return changed;
}

/** Replaces the first byte of a text in the record by one that no UTF-8 text holds. */
function withInvalidUtf8(record: Buffer, text: string): Buffer {
  const changed = Buffer.from(record);
  changed[changed.indexOf(text)] = 0xff;
  return changed;
}

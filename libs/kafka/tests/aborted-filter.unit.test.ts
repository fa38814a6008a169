import { describe, expect, it } from "@jest/globals";
import { crc32c } from "@node-rs/crc32";
import fc from "fast-check";
import type { AbortedTransaction } from "../src/aborted-filter.ts";
import { batchAttribute, batchField, writeLong } from "../src/record-batch-layout.ts";
import { readBatches } from "../src/record-batch-reader.ts";
import { RecordBatchWriter } from "../src/record-batch-writer.ts";
import { BatchCursor } from "../src/record-cursor.ts";

type Step = { readonly kind: "write" | "abort" | "commit"; readonly producer: number; readonly records: number };
interface Entry {
  readonly kind: Step["kind"];
  readonly producer: number;
  readonly offset: number;
  readonly last: number;
}

const PLAIN_PRODUCER = 9;
const steps = fc.array(
  fc.record({
    kind: fc.constantFrom("write" as const, "write" as const, "write" as const, "abort" as const, "commit" as const),
    producer: fc.constantFrom(1, 2, 3, 4, PLAIN_PRODUCER),
    records: fc.integer({ min: 1, max: 3 }),
  }),
  { minLength: 1, maxLength: 60 },
);

/** What a broker would hold: markers only for open transactions; producer 9 writes without transactions; all are ended at last. */
function logOf(random: readonly Step[]): Entry[] {
  const log: Entry[] = [];
  const open = new Set<number>();
  let offset = 0;
  const end = [1, 2, 3, 4].map((producer): Step => ({ kind: producer % 2 ? "abort" : "commit", producer, records: 1 }));
  for (const { kind, producer, records } of [...random, ...end]) {
    if (kind !== "write" && !open.delete(producer)) continue;
    if (kind === "write" && producer !== PLAIN_PRODUCER) open.add(producer);
    const count = kind === "write" ? records : 1;
    log.push({ kind, producer, offset, last: offset + count - 1 });
    offset += count;
  }
  return log;
}

/** As the broker lists them: in the order of completion, all whose marker lies at or above the position. */
function abortedOf(log: readonly Entry[], position: number): AbortedTransaction[] {
  const first = new Map<number, number>();
  const aborted: AbortedTransaction[] = [];
  for (const { kind, producer, offset } of log) {
    if (producer === PLAIN_PRODUCER) continue;
    if (kind === "write") {
      if (!first.has(producer)) first.set(producer, offset);
    } else {
      if (kind === "abort" && offset >= position) aborted.push({ producerId: producer, firstOffset: first.get(producer)! });
      first.delete(producer);
    }
  }
  return aborted;
}

/** Slow reference: a record counts when the next marker of its producer is a commit. */
function visibleOffsets(log: readonly Entry[], position: number): number[] {
  return log.flatMap((entry, index) => {
    if (entry.kind !== "write") return [];
    const marker = log.slice(index).find((later) => later.kind !== "write" && later.producer === entry.producer);
    if (entry.producer !== PLAIN_PRODUCER && marker?.kind !== "commit") return [];
    return Array.from({ length: entry.last - entry.offset + 1 }, (_, n) => entry.offset + n).filter((offset) => offset >= position);
  });
}

function bytesOf({ kind, producer, offset, last }: Entry): Buffer {
  const writer = new RecordBatchWriter();
  const value = Buffer.from([0, 0, 0, 0, 0, 0]);
  if (kind === "write") for (let n = offset; n <= last; n++) writer.append(1_000 + n, "key", value, 0, value.length);
  else writer.append(1_000, Buffer.from([0, 0, 0, kind === "abort" ? 0 : 1]), value, 0, value.length);
  const transactional = producer !== PLAIN_PRODUCER;
  const batch = Buffer.from(writer.seal({ producerId: producer, producerEpoch: 0, baseSequence: 0, transactional }));
  writeLong(batch, batchField.baseOffset, offset);
  if (kind !== "write") {
    batch.writeInt16BE(batchAttribute.transactional | batchAttribute.control, batchField.attributes);
    batch.writeUInt32BE(crc32c(batch.subarray(batchField.attributes)), batchField.crc);
  }
  return batch;
}

describe("aborted filter", () => {
  it("shows exactly the committed records of interleaved and nested writers, from any position", async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.nat(80), async (random, from) => {
        const log = logOf(random);
        if (log.length === 0) return;
        const end = log.at(-1)!.last + 1;
        const position = from % end;
        const fetched = log.filter((entry) => entry.last >= position).map(bytesOf);
        const batches = await readBatches(Buffer.concat(fetched), position, abortedOf(log, position));
        const cursor = new BatchCursor(batches.segments, position);
        const shown: number[] = [];
        while (cursor.next()) shown.push(cursor.offset);
        const expected = visibleOffsets(log, position);
        expect(shown).toEqual(expected);
        expect(batches.records).toBe(expected.length);
        expect(batches.next).toBe(end);
      }),
      { numRuns: 1_000 },
    );
  });
});

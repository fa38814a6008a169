import { BatchCursor, NO_PRODUCER, RecordBatchWriter, readBatches } from "@leadstream/kafka";
import { stockDecode, stockEncode } from "@leadstream/kafka/stock-codec";
import { AvroReader, AvroWriter, codecs, type RecordName, type Records, type Score } from "@leadstream/schemas";
import avsc from "avsc";
import type { Bench } from "../harness/bench.ts";
import { BenchError } from "../harness/bench-error.ts";
import { DISTURBED_SHARE, ForeignLoad } from "../harness/foreign-load.ts";
import { withOverrides } from "../harness/parameters.ts";
import type { Sample } from "../harness/report.ts";
import { median, rounded, spread } from "../harness/statistics.ts";
import { TouchSource } from "../scoring/touches.ts";

const small = { records: 1_000, rounds: 4 };
const full = { records: 1_000, rounds: 200 };

interface Subject {
  readonly work: string;
  readonly side: string;
  /** Handles all records once and returns a number that depends on them. */
  run(): number | Promise<number>;
}

interface CodecSample extends Sample {
  readonly work: string;
  readonly nanosPerRecord: number;
}

/** Processor time of our codecs against those of avsc and kafkajs on the same records. */
export const codecsBench: Bench = {
  name: "codecs",
  title: "Avro and record-batch codecs against avsc and kafkajs (processor time per record)",
  async run(context) {
    const parameters = withOverrides(context.size === "full" ? full : small, context.parameters);
    const subjects = await makeSubjects(parameters.records);
    const samples: CodecSample[] = [];
    for (let repeat = -1; repeat < context.repeats; repeat++) {
      for (const subject of subjects) {
        const sample = await time(subject, parameters.records, parameters.rounds);
        // The first pass warms up.
        if (repeat >= 0) samples.push(sample);
      }
    }
    const works = [...new Set(subjects.map(({ work }) => work))];
    const sidesOf = (work: string): readonly string[] => subjects.filter((each) => each.work === work).map(({ side }) => side);
    const nanos = (work: string, side: string): number[] =>
      samples.filter((each) => each.work === work && each.side === side).map(({ nanosPerRecord }) => nanosPerRecord);
    const ratio = (work: string): number => median(nanos(work, sidesOf(work)[1]!)) / median(nanos(work, "leadstream"));
    const rows = works.flatMap((work) => sidesOf(work).map((side) => ({ work, side, values: nanos(work, side) })));
    return {
      bench: "codecs",
      size: context.size,
      method: [
        "User CPU time of this process over all rounds, divided by the records; the ratio says how many times quicker ours is.",
        "Both sides read and write the same bytes: checked before anything is timed.",
      ],
      versions: { avsc: "5.7.9", kafkajs: "2.2.4" },
      parameters,
      ratios: Object.fromEntries(works.map((work) => [`ratio ${work}`, rounded(ratio(work), 3)])),
      samples,
      table: [
        { title: "work", cells: rows.map(({ work }) => work) },
        { title: "side", cells: rows.map(({ side }) => side) },
        { title: "ns/record", cells: rows.map(({ values }) => median(values).toFixed(0)) },
        { title: "spread", cells: rows.map(({ values }) => `${(spread(values) * 100).toFixed(0)} %`) },
        { title: "ratio", cells: rows.map(({ work, side }) => (side === "leadstream" ? ratio(work).toFixed(2) : "1.00")) },
      ],
    };
  },
};

async function time(subject: Subject, records: number, rounds: number): Promise<CodecSample> {
  const foreign = new ForeignLoad();
  let checked = 0;
  const before = process.cpuUsage();
  for (let round = 0; round < rounds; round++) checked += await subject.run();
  const spent = process.cpuUsage(before);
  if (checked === 0) throw new BenchError("OUTPUTS_DIFFER", `${subject.side} did no work in ${subject.work}`);
  const foreignLoad = foreign.share();
  return {
    work: subject.work,
    side: subject.side,
    nanosPerRecord: rounded((spent.user * 1_000) / (records * rounds)),
    foreignLoad: rounded(foreignLoad, 2),
    disturbed: foreignLoad > DISTURBED_SHARE,
  };
}

async function makeSubjects(count: number): Promise<readonly Subject[]> {
  const source = new TouchSource({ leads: 10_000, keys: "uniform", seed: 3, duplicates: 0 }, 4);
  const touches = Array.from({ length: count }, (_, index) => source.next(1_790_000_000_000 + index).touch);
  const scores = touches.map((touch, index) => scoreOf(touch.leadId, touch.eventId, index));
  return [...(await avroSubjects("Touch", touches)), ...(await avroSubjects("Score", scores)), ...(await batchSubjects(touches))];
}

async function avroSubjects<N extends RecordName>(name: N, values: readonly Records[N][]): Promise<readonly Subject[]> {
  const codec = codecs[name] as unknown as {
    read(reader: AvroReader): Records[N];
    write(writer: AvroWriter, value: Records[N]): void;
    schema: string;
  };
  const stock = avsc.Type.forSchema(JSON.parse(codec.schema) as avsc.Schema, { wrapUnions: "never" as never, registry: {} });
  const writer = new AvroWriter(1 << 16);
  const encoded = values.map((value) => {
    writer.reset();
    codec.write(writer, value);
    return writer.slice();
  });
  for (const [index, bytes] of encoded.entries()) {
    if (!bytes.equals(stock.toBuffer(values[index])))
      throw new BenchError("OUTPUTS_DIFFER", `${name} ${index} is encoded differently by avsc`);
  }
  const reader = new AvroReader();
  const room = Buffer.alloc(1 << 16);
  return [
    {
      work: `${name} decode`,
      side: "leadstream",
      run: () => encoded.reduce((sum, bytes) => sum + leadIdLength(codec.read(reader.window(bytes, 0, bytes.length))), 0),
    },
    { work: `${name} decode`, side: "avsc", run: () => encoded.reduce((sum, bytes) => sum + leadIdLength(stock.fromBuffer(bytes)), 0) },
    {
      work: `${name} encode`,
      side: "leadstream",
      run: () => {
        let bytes = 0;
        for (const value of values) {
          writer.reset();
          codec.write(writer, value);
          bytes += writer.position;
        }
        return bytes;
      },
    },
    { work: `${name} encode`, side: "avsc", run: () => values.reduce((sum: number, value) => sum + stock.encode(value, room, 0), 0) },
  ];
}

const leadIdLength = (value: unknown): number => (value as { leadId: string }).leadId.length;

async function batchSubjects(touches: readonly Records["Touch"][]): Promise<readonly Subject[]> {
  const avro = new AvroWriter();
  const records = touches.map((touch) => {
    avro.reset();
    codecs.Touch.write(avro, touch);
    return { timestamp: touch.occurredAt, key: touch.leadId, value: avro.slice(), headers: [] };
  });
  const batch = { records, firstOffset: 0, compression: 0, transactional: false, producerId: -1, producerEpoch: -1, baseSequence: -1 };
  const writer = new RecordBatchWriter(1 << 20);
  const encode = (): Buffer => {
    writer.reset();
    for (const { timestamp, key, value } of records) writer.append(timestamp, key, value, 0, value.length);
    return writer.seal(NO_PRODUCER);
  };
  const bytes = await stockEncode(batch);
  if (!withoutLeaderEpoch(encode()).equals(withoutLeaderEpoch(bytes)))
    throw new BenchError("OUTPUTS_DIFFER", "the record batch is encoded differently by kafkajs");
  return [
    { work: "record batch encode", side: "leadstream", run: () => encode().length },
    { work: "record batch encode", side: "kafkajs", run: async () => (await stockEncode(batch)).length },
    {
      work: "record batch decode",
      side: "leadstream",
      run: async () => {
        const { segments } = await readBatches(bytes, 0, []);
        const cursor = new BatchCursor(segments, 0);
        let sum = 0;
        while (cursor.next()) sum += cursor.valueEnd - cursor.valueStart + cursor.timestamp;
        return sum;
      },
    },
    {
      work: "record batch decode",
      side: "kafkajs",
      run: async () =>
        (await stockDecode(bytes)).records.reduce((sum, { value, timestamp }) => sum + (value?.length ?? 0) + Number(timestamp), 0),
    },
  ];
}

/** The leader fills it in: clients may write what they like. */
function withoutLeaderEpoch(batch: Buffer): Buffer {
  const copy = Buffer.from(batch);
  copy.writeInt32BE(0, 12);
  return copy;
}

function scoreOf(leadId: string, eventId: string, index: number): Score {
  const at = 1_790_000_000_000 + index;
  return {
    source: { topic: "lead.events", incarnation: "m5Xv1kqjSfW0m3bqk9mBvw", partition: index % 4, offset: index * 3, n: 0, seq: index },
    time: at,
    leadId,
    eventId,
    cause: "touch",
    kind: "page-view",
    occurredAt: at - 40,
    effectiveAt: at - 40,
    imported: false,
    verdict: "counted",
    model: "bench",
    modelVersion: 1,
    score: 12_345 + index,
    fit: 0,
    engagement: 12_345 + index,
    band: "pool",
    grade: "C",
    temperature: "warm",
    rows: [
      { rule: "decay", kind: "decay", dimension: "engagement", points: -3, at },
      { rule: "page-view", kind: "award", dimension: "engagement", points: 1_000, at: at - 40 },
    ],
  };
}

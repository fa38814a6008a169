import { BatchCursor, type RecordSegment } from "@leadstream/kafka";
import { AvroReader, codecs, type RecordName, WireFormat } from "@leadstream/schemas";
import { decodeLeadEvent, leadScoring } from "@leadstream/scoring";
import { ChangesCursor, FoldEngine, MemoryStateStore, type RecordCursor, STATE, type StoreWrite, topology } from "@leadstream/stream";
import type { Bench, BenchContext } from "../harness/bench.ts";
import { DISTURBED_SHARE, ForeignLoad } from "../harness/foreign-load.ts";
import { withOverrides } from "../harness/parameters.ts";
import type { BenchResult, Sample } from "../harness/report.ts";
import { median, rounded, spread } from "../harness/statistics.ts";
import { DiscardingOutbox } from "../in-process/discarding-outbox.ts";
import { MadeLog } from "../in-process/made-log.ts";
import { benchModelFile, readModel } from "../scoring/model-file.ts";
import { TouchSource } from "../scoring/touches.ts";

const small = { events: 20_000, leads: 2_000, keys: "uniform", storeEvery: 5_000, cacheBytes: 32 << 20 };
const full = { ...small, events: 1_000_000, leads: 100_000, storeEvery: 50_000 };
const START_MS = 1_790_000_000_000;

interface Layer {
  readonly name: string;
  run(segments: readonly RecordSegment[]): Promise<void> | void;
}

interface LayerSample extends Sample {
  readonly microsPerEvent: number;
}

/** Processor time of one event in our scorer, layer by layer, in one process without broker and disk: each layer holds the ones above it. */
export const foldBench: Bench = {
  name: "fold",
  title: "processor time of one event in the scorer, each layer with those before it",
  async run(context) {
    const parameters = withOverrides(context.size === "full" ? full : small, context.parameters);
    const wire = new WireFormat((Object.keys(codecs) as RecordName[]).map((name, index) => [name, index + 1] as const));
    const segments = await makeLog(wire, parameters);
    const layers = makeLayers(wire, parameters);
    const samples: LayerSample[] = [];
    for (let repeat = -1; repeat < context.repeats; repeat++) {
      for (const layer of layers) {
        const foreign = new ForeignLoad();
        const before = process.cpuUsage();
        await layer.run(segments);
        const { user } = process.cpuUsage(before);
        const foreignLoad = foreign.share();
        // The first pass warms up.
        if (repeat < 0) continue;
        samples.push({
          side: layer.name,
          microsPerEvent: rounded(user / parameters.events, 3),
          foreignLoad: rounded(foreignLoad, 2),
          disturbed: foreignLoad > DISTURBED_SHARE,
        });
      }
    }
    return result(context, parameters, samples, layers);
  },
};

async function makeLog(wire: WireFormat, { events, leads, keys }: typeof small): Promise<readonly RecordSegment[]> {
  const log = new MadeLog(wire);
  log.append(START_MS, null, "ModelPublished", readModel(benchModelFile));
  const source = new TouchSource({ leads, keys: keys === "zipf" ? "zipf" : "uniform", seed: 1, duplicates: 0.01 }, 1);
  for (let index = 0; index < events; index++) {
    const at = START_MS + Math.floor(index / 100);
    const { touch } = source.next(at - (index % 2_000));
    log.append(at, touch.leadId, "Touch", touch);
  }
  return log.take();
}

function makeLayers(wire: WireFormat, { storeEvery, cacheBytes }: typeof small): readonly Layer[] {
  const reader = new AvroReader();
  return [
    {
      name: "read the batch",
      run(segments) {
        const cursor = new BatchCursor(segments, 0);
        while (cursor.next());
      },
    },
    {
      name: "decode Avro",
      run(segments) {
        const cursor = new BatchCursor(segments, 0);
        while (cursor.next()) wire.show(reader.window(cursor.buffer, cursor.valueStart, cursor.valueEnd));
      },
    },
    { name: "fold, outputs suppressed", run: (segments) => fold(wire, segments, true, Number.POSITIVE_INFINITY, cacheBytes) },
    { name: "encode outputs into batches", run: (segments) => fold(wire, segments, false, Number.POSITIVE_INFINITY, cacheBytes) },
    { name: "encode states for the store", run: (segments) => fold(wire, segments, false, storeEvery, cacheBytes) },
  ];
}

/** Holds bytes as a store does, without a disk. */
class HoldingStore extends MemoryStateStore {
  private readonly held = new Map<string, Buffer>();

  override read(key: string): Buffer | undefined {
    return this.held.get(key);
  }

  hold({ changes }: StoreWrite): void {
    const change = new ChangesCursor(changes.bytes);
    while (change.next()) if (change.kind === STATE) this.held.set(change.key(), change.buffer.subarray(change.start, change.end));
  }
}

function fold(wire: WireFormat, segments: readonly RecordSegment[], suppressed: boolean, storeEvery: number, cacheBytes: number): void {
  const store = new HoldingStore();
  const outbox = new DiscardingOutbox();
  const top = topology("scoring")
    .from({ topic: "lead.events", partitions: 1, wire } as never)
    .stage(decodeLeadEvent)
    .fold(leadScoring, { fingerprint: "bench", store: () => store })
    .to({ topic: "lead.scores", partitions: 1 }, { topic: "lead.signals", partitions: 1 })
    .commit({} as never);
  const engine = new FoldEngine(top, { partition: 0, incarnation: "bench" }, store, null, outbox, cacheBytes);
  engine.suppressed = suppressed;
  const cursor: RecordCursor = new BatchCursor(segments, 0);
  for (let count = 1; cursor.next(); count++) {
    engine.accept(cursor);
    if (count % storeEvery !== 0) continue;
    store.hold(engine.takeWrite());
    engine.written();
    outbox.reset();
  }
}

function result(
  { size }: BenchContext,
  parameters: BenchResult["parameters"],
  samples: readonly LayerSample[],
  layers: readonly Layer[],
): BenchResult {
  const names = layers.map(({ name }) => name);
  const micros = (name: string): number[] => samples.filter(({ side }) => side === name).map(({ microsPerEvent }) => microsPerEvent);
  const middle = names.map((name) => median(micros(name)));
  return {
    bench: "fold",
    size,
    method: [
      "User CPU time of this process, garbage collection included, divided by the events.",
      "There is neither broker nor disk: what is left of the service's time is theirs.",
    ],
    versions: {},
    parameters,
    ratios: { ratioFoldToDecode: rounded((middle[2]! - middle[1]!) / (middle[1]! - middle[0]!), 3) },
    samples,
    table: [
      { title: "layer", cells: names },
      { title: "µs/event", cells: middle.map((value) => value.toFixed(2)) },
      { title: "of it this layer", cells: middle.map((value, index) => (value - (middle[index - 1] ?? 0)).toFixed(2)) },
      { title: "spread", cells: names.map((name) => `${(spread(micros(name)) * 100).toFixed(0)} %`) },
    ],
  };
}

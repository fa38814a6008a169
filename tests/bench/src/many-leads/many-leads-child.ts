/**
 * One side of the bench: fills its store with a touch of each lead, then measures one pass of touches per message, which says how their leads are
 * chosen. Argument: ManyLeadsWish as JSON. Ends when its parent goes.
 */
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { RecordSegment } from "@leadstream/kafka";
import { scoringTopology } from "@leadstream/scoring";
import { MemoryIo, type Topology } from "@leadstream/stream";
import { MadeLog } from "../in-process/made-log.ts";
import { StoredFold } from "../in-process/stored-fold.ts";
import { timedFeed } from "../in-process/timed-feed.ts";
import { benchModelFile, readModel } from "../scoring/model-file.ts";
import { TouchSource } from "../scoring/touches.ts";
import type { Keys, ManyLeadsWish } from "./many-leads-bench.ts";

const START_MS = 1_790_000_000_000;
const EVENTS_PER_MS = 100;
const AT_ONCE = 20_000;
const LIMITS = { deadLetterLimit: { maxRun: 1, maxRatio: 0, window: 100 }, tickEveryMs: 1_000 };

const wish = JSON.parse(process.argv[2] ?? "{}") as ManyLeadsWish;
const { leads, events, directory } = wish;
const io = new MemoryIo(1);
const log = new MadeLog(io.broker.wire);
const fold = await StoredFold.open(scoringTopology(io, LIMITS) as Topology, wish);
const sources = new Map<Keys | "inTurn", TouchSource>();
let touches = 0;

function made(keys: Keys | "inTurn", count: number): Promise<readonly RecordSegment[]> {
  const source = sources.get(keys) ?? new TouchSource({ leads, keys, seed: 1 + sources.size, duplicates: 0 }, 1);
  sources.set(keys, source);
  for (let index = 0; index < count; index++) {
    const at = START_MS + Math.floor(touches++ / EVENTS_PER_MS);
    const { touch } = source.next(at);
    log.append(at, touch.leadId, "Touch", touch);
  }
  return log.take();
}

log.append(START_MS, null, "ModelPublished", readModel(benchModelFile));
for (let filled = 0; filled < leads; filled += AT_ONCE) await fold.feed(await made("inTurn", Math.min(AT_ONCE, leads - filled)));
await fold.settle();
sources.clear();

process.on("message", async (keys: Keys) => {
  const before = await made(keys, AT_ONCE);
  const segments = await made(keys, events);
  for (const name of readdirSync(directory, { recursive: true, encoding: "utf8" })) {
    if (basename(name).startsWith("states")) readFileSync(join(directory, name));
  }
  process.send?.(await timedFeed(fold, before, segments));
});
process.once("disconnect", () => process.exit());
process.send?.("filled");

/** The thread that writes the stores of all partitions: checksums, B-trees and the library's bookkeeping stay off the thread that folds. */
import { parentPort, workerData } from "node:worker_threads";
import { release } from "@leadstream/stream/release";
import { ChangesCursor, STATE, STATE_REMOVED, TIMER_ADDED } from "@leadstream/stream/store-changes";
import { TransactionFlags } from "lmdb";
import { type Bytes, type Environment, openDatabase, openEnvironment } from "./environment.ts";
import { encodeTimer, seal, sealInPlace } from "./store-format.ts";
import { AT_WORK, HEADER, type NumberedOrder, type NumberedOutcome, STOPPING, type WriteOrder, type WriteOutcome } from "./write-orders.ts";

interface Target {
  readonly environment: Environment;
  readonly meta: Bytes;
  readonly states: Bytes;
  readonly timers: Bytes;
}

/** Committed, then flushed: environment.ts says why. */
const COMMIT = TransactionFlags.SYNCHRONOUS_COMMIT | TransactionFlags.NO_SYNC_FLUSH;
const NOTHING = Buffer.alloc(0);
const shared = workerData as Int32Array;
const targets = new Map<string, Target>();

parentPort!.on("message", async ({ number, order }: NumberedOrder) => {
  Atomics.add(shared, AT_WORK, 1);
  const outcome = await carryOut(order).catch(failed);
  if (order.kind === "write") release(order.changes);
  Atomics.sub(shared, AT_WORK, 1);
  Atomics.notify(shared, AT_WORK);
  parentPort!.postMessage({ number, outcome } satisfies NumberedOutcome);
});

async function carryOut(order: WriteOrder): Promise<WriteOutcome> {
  goOn();
  return order.kind === "write" ? write(order) : close(order.folder);
}

/** The process waits for this thread before it ends: a transaction that is under way is given up. */
function goOn(): void {
  if (Atomics.load(shared, STOPPING) !== 0) throw new Error("the process ends");
}

/** One transaction: whatever throws in it, nothing of it is written. */
function write(order: WriteOrder & { kind: "write" }): WriteOutcome {
  const { environment, meta, states, timers } = targetOf(order.folder, order.mapSizeBytes);
  const { buffer, byteOffset, byteLength } = order.changes;
  const change = new ChangesCursor(Buffer.from(buffer, byteOffset, byteLength));
  return environment.transactionSync((): WriteOutcome => {
    if (meta.getEntry(HEADER)?.version !== order.version) return { kind: "conflict" };
    while (change.next()) {
      goOn();
      const key = change.buffer.subarray(change.keyStart, change.keyEnd);
      if (change.kind === STATE) states.putSync(key, sealInPlace(key, change.buffer, change.start, change.end));
      else if (change.kind === STATE_REMOVED) states.removeSync(key);
      else {
        const timer = encodeTimer(change.due, change.timerKind, key);
        if (change.kind === TIMER_ADDED) timers.putSync(timer, seal(timer, NOTHING));
        else timers.removeSync(timer);
      }
    }
    meta.putSync(HEADER, Buffer.from(order.header.buffer), order.version + 1);
    return { kind: "done" };
  }, COMMIT);
}

/** The library gives both threads the same environment: it knows it by its file. */
function targetOf(folder: string, mapSizeBytes: number): Target {
  const known = targets.get(folder);
  if (known !== undefined) return known;
  const environment = openEnvironment(folder, mapSizeBytes);
  const target = {
    environment,
    meta: openDatabase(environment, "meta", true),
    states: openDatabase(environment, "states"),
    timers: openDatabase(environment, "timers"),
  };
  targets.set(folder, target);
  return target;
}

async function close(folder: string): Promise<WriteOutcome> {
  const target = targets.get(folder);
  targets.delete(folder);
  await target?.environment.close();
  return { kind: "done" };
}

function failed(error: unknown): WriteOutcome {
  return { kind: "failed", problem: error instanceof Error ? error.message : String(error) };
}

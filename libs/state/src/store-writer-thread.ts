/** The thread that writes the stores of all partitions: checksums, the index, B-trees and the library's bookkeeping stay off the thread that folds. */
import { parentPort, workerData } from "node:worker_threads";
import { release } from "@leadstream/stream/release";
import { ChangesCursor, TIMER_ADDED, TIMER_REMOVED } from "@leadstream/stream/store-changes";
import { TransactionFlags } from "lmdb";
import { type Databases, type Environment, openDatabases, openEnvironment } from "./environment.ts";
import { putExtent } from "./log-extent.ts";
import { type KeyChange, StateLog } from "./state-log.ts";
import { DamagedError, encodeTimer, NOTHING, seal } from "./store-format.ts";
import { AT_WORK, HEADER, type NumberedOrder, type NumberedOutcome, STOPPING, type WriteOrder, type WriteOutcome } from "./write-orders.ts";

interface Target extends Databases {
  readonly environment: Environment;
  log: StateLog;
}

/** Committed, then flushed: environment.ts says why. */
const COMMIT = TransactionFlags.SYNCHRONOUS_COMMIT | TransactionFlags.NO_SYNC_FLUSH;
/** Flushed as well: files that the commit before still names are taken away next. */
const COMMIT_AND_FLUSH = TransactionFlags.SYNCHRONOUS_COMMIT;
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

/** The process waits for this thread before it ends: a write that is under way is given up. */
function goOn(): void {
  if (Atomics.load(shared, STOPPING) !== 0) throw new Error("the process ends");
}

/** Files first, then one transaction that makes them count: whatever throws, nothing of it is written. */
async function write(order: WriteOrder & { kind: "write" }): Promise<WriteOutcome> {
  const target = targetOf(order);
  const { environment, meta, log } = target;
  environment.resetReadTxn();
  if (meta.getEntry(HEADER)?.version !== order.version) return { kind: "conflict" };
  const { buffer, byteOffset, byteLength } = order.changes;
  const changes = Buffer.from(buffer, byteOffset, byteLength);
  const keys = log.write(changes, goOn);
  await log.flush();
  goOn();
  return environment.transactionSync(
    (): WriteOutcome => {
      if (meta.getEntry(HEADER)?.version !== order.version) return { kind: "conflict" };
      putKeys(target, changes, keys);
      putTimers(target, changes);
      putExtent(meta, log.extent, order.version + 1);
      meta.putSync(HEADER, Buffer.from(order.header.buffer), order.version + 1);
      return { kind: "done", memory: log.memory, retired: log.retired };
    },
    log.retires ? COMMIT_AND_FLUSH : COMMIT,
  );
}

function putKeys({ keys }: Target, changes: Buffer, changed: readonly KeyChange[]): void {
  for (const { added, start, end } of changed) {
    goOn();
    const key = changes.subarray(start, end);
    if (added) keys.putSync(key, seal(key, NOTHING));
    else keys.removeSync(key);
  }
}

function putTimers({ timers }: Target, changes: Buffer): void {
  const change = new ChangesCursor(changes);
  while (change.next()) {
    if (change.kind !== TIMER_ADDED && change.kind !== TIMER_REMOVED) continue;
    goOn();
    const timer = encodeTimer(change.due, change.timerKind, changes.subarray(change.keyStart, change.keyEnd));
    if (change.kind === TIMER_ADDED) timers.putSync(timer, seal(timer, NOTHING));
    else timers.removeSync(timer);
  }
}

/** The library gives both threads the same environment: it knows it by its file. */
function targetOf({ folder, mapSizeBytes, log }: WriteOrder & { kind: "write" }): Target {
  const known = targets.get(folder);
  if (known !== undefined && log === null) return known;
  known?.log.close();
  const environment = known?.environment ?? openEnvironment(folder, mapSizeBytes);
  const target = { environment, ...openDatabases(environment), log: new StateLog(folder, log!) };
  targets.set(folder, target);
  return target;
}

async function close(folder: string): Promise<WriteOutcome> {
  const target = targets.get(folder);
  targets.delete(folder);
  target?.log.close();
  await target?.environment.close();
  return { kind: "closed" };
}

function failed(error: unknown): WriteOutcome {
  return { kind: "failed", problem: error instanceof Error ? error.message : String(error), damaged: error instanceof DamagedError };
}

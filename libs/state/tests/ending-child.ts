/**
 * Child of the tests of an end in the middle of a write: writes one round, begins the next, and calls `process.exit` or loses the thread that writes
 * so many milliseconds later. Tells how the write ended, where it does.
 */
import { setTimeout as wait } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import type { StreamError } from "@leadstream/stream";
import { storeChanges } from "@leadstream/testing";
import { openStateStore } from "../src/index.ts";

const [directory, how, afterMs] = process.argv.slice(2);
const KEYS = 50_000;
const EXIT_CODE = 3;
const threads: Worker[] = [];
const { postMessage } = Worker.prototype;
Worker.prototype.postMessage = function (this: Worker, ...words) {
  threads.push(this);
  postMessage.apply(this, words);
};

const store = openStateStore({ directory: directory!, name: "kill", partition: 0, writeLimitMs: how === "exit" ? 60_000 : 2_000 });
await store.open();
const write = (previousOffset: number, offset: number, keys: number): Promise<void> => {
  const state = Buffer.alloc(300);
  state.writeUInt32LE(offset, 0);
  const changes = storeChanges({ states: Array.from({ length: keys }, (_, index) => [`lead-${index}`, state] as const) });
  return store.write({
    previousOffset,
    header: { offset, fingerprint: "f", incarnation: "i", partition: Buffer.from(String(offset)) },
    changes,
  });
};
await write(-1, 0, KEYS);
const writing = write(0, 1, KEYS);
await wait(Number(afterMs));
if (how === "exit") process.exit(EXIT_CODE);
else void threads[0]!.terminate();
const ended = await writing.then(
  () => "written",
  (error: StreamError) => error.code,
);
process.stdout.write(ended, () => process.exit(EXIT_CODE));

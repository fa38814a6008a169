/** Child of the full-disk test: writes ever more until the system refuses, then tells how the store behaves. */
import { RetriableStreamError } from "@leadstream/stream";
import { storeChanges } from "@leadstream/testing";
import { openStateStore } from "../src/index.ts";

const store = openStateStore({ directory: process.argv[2]!, name: "kill", partition: 0 });
await store.open();
const MAX_ROUNDS = 1_000;
let previousOffset = -1;
const write = async (offset: number, keys: number): Promise<void> => {
  const state = Buffer.alloc(500);
  state.writeUInt32LE(offset, 0);
  await store.write({
    previousOffset,
    header: { offset, fingerprint: "f", incarnation: "i", partition: Buffer.from(String(offset)) },
    changes: storeChanges({ states: Array.from({ length: keys }, (_, index) => [`lead-${index}`, state] as const) }),
  });
  previousOffset = offset;
};
const refusal = async (): Promise<Error> => {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    try {
      await write(round, (round + 1) * 500);
    } catch (error) {
      return error as Error;
    }
  }
  throw new Error("the disk was never full");
};
const error = await refusal();
const report = {
  retriable: error instanceof RetriableStreamError,
  message: error.message,
  written: previousOffset,
  served: store.read("lead-0")?.readUInt32LE(0),
};
process.stdout.write(JSON.stringify(report), () => process.exit(0));

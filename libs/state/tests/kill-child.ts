/**
 * Child of the kill test: writes round after round until it is killed. Each round changes the same states, timers and the header to its number,
 * and is told on standard output once it is written.
 */
import { storeChanges } from "@leadstream/testing";
import { openStateStore } from "../src/index.ts";

const [directory, keysText, segmentBytes] = process.argv.slice(2);
const keys = Array.from({ length: Number(keysText) }, (_, index) => `lead-${index}`);
const store = openStateStore({ directory: directory!, name: "kill", partition: 0, segmentBytes: Number(segmentBytes) });
const header = await store.open();
let previousOffset = header?.offset ?? -1;
process.stdout.write(`opened ${previousOffset}\n`);
for (;;) {
  const offset = previousOffset + 1;
  // Values of changing length, so that pages split and move.
  const state = Buffer.alloc(20 + (offset % 7) * 90, offset % 251);
  state.writeUInt32LE(offset, 0);
  await store.write({
    previousOffset,
    header: { offset, fingerprint: "f", incarnation: "i", partition: Buffer.from(String(offset)) },
    changes: storeChanges({
      states: keys.map((key) => [key, state] as const),
      timersRemoved: previousOffset < 0 ? [] : keys.map((key) => ({ due: 1_000 + previousOffset, key, kind: 0 })),
      timersAdded: keys.map((key) => ({ due: 1_000 + offset, key, kind: 0 })),
    }),
  });
  process.stdout.write(`written ${offset}\n`);
  previousOffset = offset;
}

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { StateStore } from "@leadstream/stream";
import { SlabKey } from "@leadstream/stream/slab-key";
import { eventually, seededRandom, storeChanges, type TemporaryFolder, temporaryFolder } from "@leadstream/testing";
import { DEFAULT_MAP_SIZE_BYTES, openDatabase, openEnvironment } from "../src/environment.ts";
import { openStateStore } from "../src/index.ts";
import { disown } from "../src/ownership.ts";
import { MAX_SEGMENT_BYTES } from "../src/segments.ts";

const KEYS = 200;
const ROUNDS = 12;
const SEED = 20_261_123;

let folder: TemporaryFolder;
let children: ChildProcess[];
beforeEach(() => {
  folder = temporaryFolder("state-fault");
  children = [];
});
afterEach(async () => {
  for (const child of children) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill("SIGKILL");
      await once(child, "exit");
    }
  }
  folder.remove();
});

interface Writer {
  readonly child: ChildProcess;
  /** Last round that the child said it had written; -1 before the first. */
  written(): number;
  opened(): boolean;
  errors(): string;
}

function startWriter(segmentBytes = MAX_SEGMENT_BYTES): Writer {
  const child = spawn(process.execPath, [join(import.meta.dirname, "kill-child.ts"), folder.path, String(KEYS), String(segmentBytes)], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  children.push(child);
  let output = "";
  let errors = "";
  child.stdout!.on("data", (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-200);
  });
  child.stderr!.on("data", (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const written = (): number => {
    const rounds = [...output.matchAll(/written (\d+)\n/g)];
    return rounds.length === 0 ? -1 : Number(rounds.at(-1)![1]);
  };
  return { child, written, opened: () => output.includes("opened") || output.includes("written"), errors: () => errors };
}

async function kill(child: ChildProcess): Promise<void> {
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}

const killStore = (): StateStore => openStateStore({ directory: folder.path, name: "kill", partition: 0 });

/** The offset of the store, after checking that all of it belongs to that offset. */
async function offsetOfWholeStore(): Promise<number> {
  const store = killStore();
  const header = await store.open();
  try {
    if (header === null) {
      expect([...store.keys()]).toEqual([]);
      return -1;
    }
    expect(header.partition.toString()).toBe(String(header.offset));
    const rounds = new Set([...store.keys()].map((key) => store.read(key)!.readUInt32LE(0)));
    expect([...rounds]).toEqual([header.offset]);
    const timers = store.timers(null, KEYS * 2);
    expect(timers).toHaveLength(KEYS);
    expect(new Set(timers.map((timer) => timer.due))).toEqual(new Set([1_000 + header.offset]));
    return header.offset;
  } finally {
    await store.close();
  }
}

describe("a killed process", () => {
  it.each([
    ["long", MAX_SEGMENT_BYTES],
    // Each write begins one and merges others.
    ["short", 8_192],
  ])(
    `leaves header, states and timers of one write, and loses nothing that was written (%s segments, ${ROUNDS} kills, seed ${SEED})`,
    async (_, segmentBytes) => {
      const random = seededRandom(SEED);
      let expectedAtLeast = -1;
      for (let round = 0; round < ROUNDS; round++) {
        const writer = startWriter(segmentBytes);
        const target = Math.max(expectedAtLeast, 0) + random.integer(1, 40);
        await eventually(() => writer.written() >= target, { what: `round ${target} ${writer.errors()}`, everyMs: 1, timeoutMs: 20_000 });
        await kill(writer.child);
        const offset = await offsetOfWholeStore();
        expect(offset).toBeGreaterThanOrEqual(writer.written());
        expect(offset).toBeGreaterThan(expectedAtLeast);
        expectedAtLeast = offset;
      }
    },
    60_000,
  );
});

describe("F20: two processes with one store", () => {
  it("refuses the second while the first lives, and lets it in once the first was killed", async () => {
    const writer = startWriter();
    // Then both of its threads have the file open: the lock that keeps others from believing it unused must still be there.
    await eventually(() => writer.written() >= 0, { what: `the first process to write ${writer.errors()}`, timeoutMs: 20_000 });
    await expect(killStore().open()).rejects.toMatchObject({
      code: "STORE_LOCKED",
      message: expect.stringContaining(`held by process ${writer.child.pid}`),
    });
    await kill(writer.child);
    expect(await offsetOfWholeStore()).toBeGreaterThanOrEqual(writer.written());
  });
});

describe("F19: a process wrongly taken for dead", () => {
  it("cannot write once another has taken the store over", async () => {
    const writer = startWriter();
    await eventually(() => writer.opened(), { what: "the first process to open the store" });
    forgetOwner();
    const exited = once(writer.child, "exit");
    const store = killStore();
    await store.open();
    expect(await exited).toEqual([1, null]);
    expect(writer.errors()).toContain("STORE_CONFLICT: another process has opened the store since");
    await store.close();
    await offsetOfWholeStore();
  });

  /** What a takeover in another container sees: an owner whose pid says nothing here. */
  const forgetOwner = (): void => {
    const environment = openEnvironment(join(folder.path, "kill-0"), DEFAULT_MAP_SIZE_BYTES);
    environment.transactionSync(() => disown(openDatabase(environment, "meta", true)));
  };
});

describe("an end in the middle of a write", () => {
  const run = async (how: string, afterMs: number): Promise<{ ended: unknown[]; said: string }> => {
    rmSync(join(folder.path, "kill-0"), { recursive: true, force: true });
    const child = spawn(process.execPath, [join(import.meta.dirname, "ending-child.ts"), folder.path, how, String(afterMs)], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, NODE_OPTIONS: "" },
    });
    children.push(child);
    let said = "";
    child.stdout!.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
    return { ended: await once(child, "close"), said };
  };
  const expectWholeStore = async (): Promise<void> => {
    const store = killStore();
    const header = await store.open();
    expect(new Set([...store.keys()].map((key) => store.read(key)!.readUInt32LE(0)))).toEqual(new Set([header!.offset]));
    await store.close();
  };

  it.each([0, 20, 60, 150])("process.exit ends the process as soon as the transaction is left, %d ms after its begin", async (afterMs) => {
    expect(await run("exit", afterMs)).toEqual({ ended: [3, null], said: "" });
    await expectWholeStore();
  });

  it.each([0, 60])("a writing thread that is lost is told, and the process can end, after %d ms", async (afterMs) => {
    const { ended, said } = await run("lose", afterMs);
    // Lost inside a transaction, the thread never ends: then the process goes as a killed one.
    expect([
      [3, null],
      [null, "SIGKILL"],
    ]).toContainEqual(ended);
    expect(["STORE_WRITER_LOST", "written"]).toContain(said);
    await expectWholeStore();
  });
});

describe("keys of one hash", () => {
  it("keep their own states, whether the fold knows that they have one or not", async () => {
    const known = new Map<number, string>();
    const pairs: [string, string][] = [];
    for (let number = 0; pairs.length < 3; number++) {
      const key = `lead-${number}`;
      const { hash } = new SlabKey().set(key);
      const other = known.get(hash);
      if (other === undefined) known.set(hash, key);
      else pairs.push([other, key]);
    }
    const store = killStore();
    await store.open();
    let offset = -1;
    const write = async (states: [string, Buffer | null][], knownKeys: string[] = []): Promise<void> => {
      const header = { offset: offset + 1, fingerprint: "f", incarnation: "i", partition: Buffer.from("p") };
      await store.write({ previousOffset: offset, header, changes: storeChanges({ states, known: new Set(knownKeys) }) });
      offset++;
    };
    const bytes = (text: string): Buffer => Buffer.from(text);
    for (const [one, two] of pairs) {
      await write([[one, bytes("1")]]);
      expect(store.read(two)).toBeUndefined();
      await write([[one, bytes("2")]], [one]);
      await write([[two, bytes("a")]]);
      await write(
        [
          [one, bytes("3")],
          [two, bytes("b")],
        ],
        [one, two],
      );
      expect([store.read(one)!.toString(), store.read(two)!.toString()]).toEqual(["3", "b"]);
      await write([[one, null]]);
      expect([store.read(one), store.read(two)!.toString()]).toEqual([undefined, "b"]);
      await write([[two, bytes("c")]], [two]);
      await write([[one, bytes("4")]]);
      expect([store.read(one)!.toString(), store.read(two)!.toString()]).toEqual(["4", "c"]);
    }
    await store.close();
  });
});

describe("states that are written again and again", () => {
  it("take at most twice the room of the last ones and a segment", async () => {
    const segmentBytes = 50_000;
    const options = { directory: folder.path, name: "kill", partition: 0, segmentBytes };
    const place = join(folder.path, "kill-0");
    const random = seededRandom(SEED);
    const states = new Map<string, Buffer>();
    let offset = -1;
    for (let opening = 0; opening < 5; opening++) {
      const store = openStateStore(options);
      await store.open();
      for (let round = 0; round < 40; round++) {
        const changed = Array.from({ length: 60 }, () => {
          const state = Buffer.alloc(random.integer(1, 400), random.integer(0, 255));
          return [`lead-${random.integer(0, 999)}`, random.chance(0.1) ? null : state] as const;
        });
        const known = new Set(states.keys());
        for (const [key, state] of changed) state === null ? states.delete(key) : states.set(key, state);
        const header = { offset: offset + 1, fingerprint: "f", incarnation: "i", partition: Buffer.from("p") };
        await store.write({ previousOffset: offset, header, changes: storeChanges({ states: changed, known }) });
        offset++;
      }
      expect([...store.keys()]).toEqual([...states.keys()].sort());
      for (const [key, state] of states) expect(store.read(key)).toEqual(state);
      await store.close();
    }
    // What is not needed any more goes with the next write or opening.
    const last = openStateStore(options);
    await last.open();
    await last.close();
    const names = readdirSync(place);
    const bytes = names.filter((name) => name.startsWith("states")).reduce((sum, name) => sum + statSync(join(place, name)).size, 0);
    // Head, key and padding of an entry.
    const live = [...states.values()].reduce((sum, state) => sum + state.length + 30, 0);
    expect(bytes).toBeLessThan(2 * live + 2 * segmentBytes);
    expect(names.filter((name) => name.startsWith("index"))).toHaveLength(1);
  });
});

describe("F11: a full disk", () => {
  it("refuses the write as a passing fault, serves what was written before, and goes on once there is space", async () => {
    const program = [process.execPath, join(import.meta.dirname, "full-disk-child.ts"), folder.path];
    // A limit on the size of one file stands for a full disk: the system refuses the same call in the same place.
    const child = spawn("sh", ["-c", "trap '' XFSZ; ulimit -f 4000; exec \"$@\"", "sh", ...program], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, NODE_OPTIONS: "" },
    });
    children.push(child);
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stderr.resume();
    expect(await once(child, "close")).toEqual([0, null]);
    const report = JSON.parse(Buffer.concat(chunks).toString()) as { written: number };
    expect(report).toMatchObject({ retriable: true, message: expect.stringContaining("cannot be written"), served: report.written });
    const store = killStore();
    const header = await store.open();
    expect(header?.offset).toBe(report.written);
    expect(new Set([...store.keys()].map((key) => store.read(key)!.readUInt32LE(0)))).toEqual(new Set([report.written]));
    await store.write({
      previousOffset: report.written,
      header: header!,
      changes: storeChanges({ states: [["more", Buffer.alloc(4)]] }),
    });
    await store.close();
  });
});

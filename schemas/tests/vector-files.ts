import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { RecordName } from "../src/index.ts";

const root = join(import.meta.dirname, "..");

/** A record as readable JSON and as the bytes of its body. Bytes stand as `{"hex": "…"}`. */
export interface Example {
  readonly record: RecordName;
  readonly value: unknown;
  readonly body: Buffer;
}

/** A payload in wire format that must not be accepted, and why. */
export interface Rejected {
  readonly name: string;
  readonly reason: string;
  /** The whole payload. */
  readonly payload: Buffer;
  readonly error: string;
  readonly message: string;
}

/** Schema ids of the vectors in wire format. */
export const vectorIds = { Tick: 1, Touch: 2, Score: 3, Capture: 4 } as const satisfies Partial<Record<RecordName, number>>;

export function exampleFiles(record: RecordName): { json: string; hex: string } {
  const name = record.replace(/(?<!^)([A-Z])/g, "-$1").toLowerCase();
  return { json: join(root, "examples", `${name}.json`), hex: join(root, "examples", `${name}.avro.hex`) };
}

export function readExample(record: RecordName): Example {
  const files = exampleFiles(record);
  const value: unknown = JSON.parse(readFileSync(files.json, "utf8"), (_, each: unknown) =>
    isHex(each) ? Buffer.from(each.hex, "hex") : each,
  );
  return { record, value, body: Buffer.from(readFileSync(files.hex, "utf8").replace(/\s/g, ""), "hex") };
}

function isHex(value: unknown): value is { hex: string } {
  if (typeof value !== "object" || value === null) return false;
  return Object.keys(value).join() === "hex" && typeof (value as { hex: unknown }).hex === "string";
}

export function readRejected(): Rejected[] {
  const folder = join(root, "rejected");
  return readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .sort()
    .map((file) => {
      const content = JSON.parse(readFileSync(join(folder, file), "utf8")) as {
        reason: string;
        payload: string;
        error: string;
        message: string;
      };
      return { ...content, name: file.slice(0, -".json".length), payload: Buffer.from(content.payload.replace(/\s/g, ""), "hex") };
    });
}

import { createWriteStream, type WriteStream } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { dirname } from "node:path";

/** One line per event that the collector answered 2xx: what a checker later demands to find. */
export interface Journal {
  accepted(eventId: string, type: string): void;
  close(): Promise<void>;
}

/** Appends `<event id> <type>` lines to a file. */
export async function openJournal(path: string): Promise<Journal> {
  await mkdir(dirname(path), { recursive: true });
  const stream: WriteStream = createWriteStream(path, { flags: "a" });
  return {
    accepted: (eventId, type) => {
      stream.write(`${eventId} ${type}\n`);
    },
    close: () => new Promise((resolve, reject) => stream.end((error?: Error | null) => (error ? reject(error) : resolve()))),
  };
}

/** The event ids of a journal, each once: a duplicate that was accepted again is the same event. */
export async function readJournal(path: string): Promise<ReadonlySet<string>> {
  const lines = (await readFile(path, "utf8")).split("\n").filter((line) => line !== "");
  return new Set(lines.map((line) => line.slice(0, line.lastIndexOf(" "))));
}

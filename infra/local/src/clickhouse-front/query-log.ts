import { createWriteStream, renameSync, statSync, type WriteStream } from "node:fs";
import type { Summary } from "./response.ts";

export type QueryLogEntry = { queryId: string; sql: string; startedAt: Date; durationMs: number; summary: Summary; exceptionCode: number };

const sizeOf = (path: string): number => {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
};

/** One JSON line per query, in place of system.query_log, which the embedded engine lacks; the file before the current one is kept. */
export class QueryLog {
  readonly #path: string;
  readonly #limits: { fileBytes: number; textCharacters: number };
  #stream: WriteStream;
  #bytes: number;

  constructor(path: string, limits: { fileBytes: number; textCharacters: number }) {
    this.#path = path;
    this.#limits = limits;
    this.#bytes = sizeOf(path);
    this.#stream = this.#open();
  }

  write(entry: QueryLogEntry): void {
    const { queryId, startedAt, durationMs, summary, exceptionCode } = entry;
    const query = entry.sql.slice(0, this.#limits.textCharacters);
    const line = `${JSON.stringify({ time: startedAt.toISOString(), queryId, durationMs: Math.round(durationMs), exceptionCode, ...summary, query })}\n`;
    if (this.#bytes > this.#limits.fileBytes) {
      this.#stream.end();
      renameSync(this.#path, `${this.#path}.1`);
      this.#stream = this.#open();
      this.#bytes = 0;
    }
    this.#bytes += Buffer.byteLength(line);
    this.#stream.write(line);
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#stream.end(() => resolve()));
  }

  #open(): WriteStream {
    const stream = createWriteStream(this.#path, { flags: "a", mode: 0o600 });
    // A full disk must not end the server: the log is a convenience.
    stream.on("error", () => undefined);
    return stream;
  }
}

import { execFileSync } from "node:child_process";
import { closeSync, constants, createWriteStream, mkdirSync, openSync, rmSync } from "node:fs";
import { Socket } from "node:net";
import { join } from "node:path";
import { type Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { ClickHouseException, errorNumber } from "./clickhouse-error.ts";

/** A named pipe between the engine, which writes it as a file, and the response. */
export type Pipe = { path: string; rows: Readable; closeWriter(): void };

/** Request bodies on their way in and named pipes on their way out, in a folder that is emptied at every start. */
export class Spool {
  readonly #directory: string;
  readonly #freePipes: string[];
  #files = 0;

  constructor(directory: string, pipes: number) {
    this.#directory = directory;
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory, { recursive: true });
    this.#freePipes = Array.from({ length: pipes }, (_, index) => join(directory, `pipe-${index}`));
    execFileSync("mkfifo", this.#freePipes);
  }

  newPath(): string {
    this.#files += 1;
    return join(this.#directory, `body-${this.#files}`);
  }

  /** Gives the work a path that is removed afterwards, whatever happened. */
  async withFile<Result>(work: (path: string) => Promise<Result>): Promise<Result> {
    const path = this.newPath();
    try {
      return await work(path);
    } finally {
      rmSync(path, { force: true });
    }
  }

  /** Opened without a thread that waits, and with a writer of our own, so that the end comes when the query says so. */
  async withPipe<Result>(work: (pipe: Pipe) => Promise<Result>): Promise<Result> {
    const path = this.#freePipes.pop();
    if (path === undefined)
      throw new ClickHouseException(errorNumber.tooManySimultaneousQueries, "Too many simultaneous queries: no pipe is free");
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    let writer: number | undefined = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    const rows = new Socket({ fd: reader, readable: true, writable: false });
    const closeWriter = () => {
      if (writer !== undefined) closeSync(writer);
      writer = undefined;
    };
    try {
      return await work({ path, rows, closeWriter });
    } finally {
      closeWriter();
      rows.destroy();
      this.#freePipes.push(path);
    }
  }
}

/** Writes everything to the file; throws 307 past the limit and leaves the removal to withFile. */
export const spoolTo = async (path: string, source: AsyncIterable<Buffer>, limitBytes: number): Promise<void> => {
  let bytes = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > limitBytes)
        done(new ClickHouseException(errorNumber.queryIsTooLarge, `Insert body is larger than ${limitBytes} bytes; send smaller batches.`));
      else done(null, chunk);
    },
  });
  await pipeline(source, counted, createWriteStream(path, { mode: 0o600 }));
};

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline, type Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { CsvError, parse } from "csv-parse";
import { ImportError } from "./errors.ts";
import type { FileSpec } from "./mapping.ts";

/** What a first reading finds: the identity of the content and about how many rows there are. */
export interface FileSurvey {
  /** SHA-256 of the bytes as they lie there, hex. */
  readonly sha256: string;
  /** Lines of the unpacked text without the header: more than rows where cells hold line ends. */
  readonly lines: number;
}

/** A row of the file: number from 1 without the header and empty lines, and the line at which it ends. */
export type CsvRow =
  | { readonly number: number; readonly line: number; readonly cells: readonly string[] }
  | { readonly number: number; readonly line: number; readonly reason: string; readonly remedy: string };

const LINE_END = 10;

export async function surveyFile(path: string): Promise<FileSurvey> {
  const hash = createHash("sha256");
  let lines = 0;
  let last = LINE_END;
  try {
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) hash.update(chunk);
    for await (const chunk of await openUnpacked(path)) {
      for (let at = chunk.indexOf(LINE_END); at >= 0; at = chunk.indexOf(LINE_END, at + 1)) lines++;
      last = chunk[chunk.length - 1] ?? last;
    }
  } catch (error) {
    throw unreadable(path, error);
  }
  if (last !== LINE_END) lines++;
  return { sha256: hash.digest("hex"), lines: Math.max(0, lines - 1) };
}

export interface CsvFile {
  readonly columns: readonly string[];
  /** Ends when the file does. Throws ImportError FILE_UNREADABLE. */
  readonly rows: AsyncGenerator<CsvRow, void, undefined>;
}

/** Opens a CSV file, packed or not, and reads its header. Call `rows.return()` when it is not read to its end. */
export async function openCsv(path: string, spec: FileSpec, recordBytes: number): Promise<CsvFile> {
  const rows = readRows(path, spec, recordBytes);
  const first = await rows.next();
  if (first.done || !("cells" in first.value)) {
    throw new ImportError("HEADER_INVALID", `${path} has no readable header line`, "Check the file, its delimiter, quote and encoding.");
  }
  const columns = first.value.cells.map((name) => name.trim());
  const repeated = columns.find((name, index) => columns.indexOf(name) !== index);
  if (repeated !== undefined || columns.includes("")) {
    await rows.return();
    const problem = repeated ? `names column \`${repeated}\` twice` : "has a column without a name";
    throw new ImportError("HEADER_INVALID", `the header of ${path} ${problem}`, "Give each column one name of its own.");
  }
  return { columns, rows: checkedRows(rows, columns.length, spec.encoding === "utf-8") };
}

async function* checkedRows(rows: AsyncIterable<CsvRow>, width: number, utf8: boolean): AsyncGenerator<CsvRow, void, undefined> {
  for await (const row of rows) {
    if (!("cells" in row)) yield row;
    else if (row.cells.length !== width) {
      const reason = `has ${row.cells.length} cells where the header has ${width}`;
      yield { number: row.number, line: row.line, reason, remedy: "check the row's delimiters and quotes" };
    } else if (utf8 && row.cells.some((cell) => cell.includes("\uFFFD"))) {
      yield { number: row.number, line: row.line, reason: "is not UTF-8", remedy: "name the file's encoding in the mapping, as latin1" };
    } else yield row;
  }
}

/** All records, the header as number 0. A quote inside of a cell is a letter of it; one that is never closed makes the rest unreadable. */
async function* readRows(path: string, spec: FileSpec, recordBytes: number): AsyncGenerator<CsvRow, void, undefined> {
  let number = -1;
  const parser = parse({
    delimiter: spec.delimiter,
    quote: spec.quote,
    encoding: spec.encoding === "utf-16le" ? "utf16le" : spec.encoding === "utf-8" ? "utf8" : "latin1",
    bom: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: recordBytes,
    // The reader takes what this makes; the library's types know cells only.
    on_record: (cells, { lines }) => ({ number: ++number, line: lines, cells }) as unknown as string[],
  });
  const source = await openUnpacked(path);
  // The error reaches the reader of the parser, which the pipeline destroys with it.
  pipeline(source, parser, () => {});
  try {
    for await (const row of parser as AsyncIterable<CsvRow>) yield row;
  } catch (error) {
    throw unreadable(path, error);
  } finally {
    source.destroy();
  }
}

/** The file's bytes, unpacked where they begin as gzip does, whatever the name says. Read them at once: a fault that comes before a reader has none to tell. */
async function openUnpacked(path: string): Promise<Readable & AsyncIterable<Buffer>> {
  const packed = await beginsAsGzip(path);
  const file = createReadStream(path);
  return packed ? pipeline(file, createGunzip(), () => {}) : file;
}

async function beginsAsGzip(path: string): Promise<boolean> {
  try {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
      return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
    } finally {
      await file.close();
    }
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): unknown {
  if (error instanceof ImportError) return error;
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ENOENT") return new ImportError("FILE_MISSING", `there is no file ${path}`, "Check the path.", { cause: error });
  if (code?.startsWith("Z_")) {
    return new ImportError("FILE_UNREADABLE", `${path} is a broken or cut gzip file`, "Fetch it again.", { cause: error });
  }
  if (error instanceof CsvError) {
    const line = typeof error.lines === "number" ? ` near line ${error.lines}` : "";
    return new ImportError(
      "FILE_UNREADABLE",
      `${path} cannot be read as CSV${line} (${error.code})`,
      "Look for a quote that is not closed.",
      {
        cause: error,
      },
    );
  }
  if (code !== undefined)
    return new ImportError("FILE_UNREADABLE", `${path} cannot be read (${code})`, "Check its kind and permissions.", { cause: error });
  return error;
}

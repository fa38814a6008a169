import { type FileHandle, mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import type { Fault } from "@leadstream/edge";

const HEADER = "row,line,field,reason,remedy\n";

/** Rows that were not imported, as CSV: row, line, field, reason, remedy. Made with the first of them. Holds no values of a row. */
export class RejectsReport {
  readonly path: string;
  private file: FileHandle | null = null;
  private text = "";
  private length: number;

  /** `bytes`: what an earlier run has settled; later lines belong to rows that come again and are cut off. */
  constructor(path: string, bytes: number) {
    this.path = path;
    this.length = bytes;
  }

  /** Bytes that are settled. */
  get bytes(): number {
    return this.length;
  }

  add(row: number, line: number, faults: readonly Fault[]): void {
    for (const { field, reason, remedy } of faults) {
      this.text += `${[String(row), String(line), field, reason, remedy].map(cell).join(",")}\n`;
    }
  }

  /** On the disk when it resolves. */
  async flush(): Promise<void> {
    if (this.text === "") return;
    const file = await this.open();
    const bytes = Buffer.from(this.length === 0 ? HEADER + this.text : this.text);
    this.text = "";
    await file.write(bytes, 0, bytes.length, this.length);
    this.length += bytes.length;
    await file.sync();
  }

  async close(): Promise<void> {
    await this.file?.close();
    this.file = null;
  }

  private async open(): Promise<FileHandle> {
    if (this.file !== null) return this.file;
    await mkdir(dirname(this.path), { recursive: true });
    // "a" makes it where it is missing without emptying it, but would ignore the position: hence a second opening.
    await (await open(this.path, "a")).close();
    this.file = await open(this.path, "r+");
    await this.file.truncate(this.length);
    return this.file;
  }
}

/** Reasons are made of this program's words; a field may hold a column's name. A leading sign would be a formula in a spreadsheet. */
function cell(text: string): string {
  const safe = /^[=+\-@]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

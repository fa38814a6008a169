import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { commitOf, type Machine, machine } from "./machine.ts";

/** One measured run of one side. Further numbers of a bench stand beside these. */
export interface Sample {
  readonly side: string;
  /** Share of the machine that other programs took meanwhile. */
  readonly foreignLoad: number;
  readonly disturbed: boolean;
  readonly [measure: string]: number | string | boolean;
}

export interface Column {
  readonly title: string;
  readonly cells: readonly string[];
}

/** What a bench found: ratios first (keys begin with `ratio`), then every raw sample. */
export interface BenchResult {
  readonly bench: string;
  readonly size: string;
  /** How it was done, in sentences. */
  readonly method: readonly string[];
  readonly versions: Readonly<Record<string, string>>;
  readonly parameters: Readonly<Record<string, number | string | boolean>>;
  readonly ratios: Readonly<Record<`ratio${string}`, number>>;
  readonly samples: readonly Sample[];
  readonly table: readonly Column[];
}

export interface WrittenReport extends Omit<BenchResult, "table"> {
  readonly takenAt: string;
  readonly commit: string;
  readonly machine: Machine;
  readonly disturbedRuns: number;
}

export function disturbedRuns(result: BenchResult): number {
  return result.samples.filter((sample) => sample.disturbed).length;
}

/** Writes `<folder>/<bench>.json`; a small run is kept apart, so that it never replaces a full one. Returns the path. */
export function writeReport(folder: string, root: string, result: BenchResult): string {
  mkdirSync(folder, { recursive: true });
  const { table: _, ...rest } = result;
  const report: WrittenReport = {
    takenAt: new Date().toISOString(),
    commit: commitOf(root),
    machine: machine(),
    disturbedRuns: disturbedRuns(result),
    ...rest,
  };
  const path = join(folder, result.size === "full" ? `${result.bench}.json` : `${result.bench}.${result.size}.json`);
  writeFileSync(path, `${JSON.stringify(report, null, 2)}\n`);
  return path;
}

/** Columns side by side, the first to the left and the others to the right. */
export function renderTable(columns: readonly Column[]): string {
  const widths = columns.map(({ title, cells }) => Math.max(title.length, ...cells.map((cell) => cell.length)));
  const line = (texts: readonly string[]): string =>
    texts.map((text, index) => (index === 0 ? text.padEnd(widths[index]!) : text.padStart(widths[index]!))).join("  ");
  const rows = columns[0]?.cells.map((_, row) => line(columns.map(({ cells }) => cells[row] ?? ""))) ?? [];
  return [line(columns.map(({ title }) => title)), line(widths.map((width) => "-".repeat(width))), ...rows].join("\n");
}

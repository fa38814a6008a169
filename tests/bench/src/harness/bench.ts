import type { BenchResult } from "./report.ts";

export type BenchSize = "small" | "full";

export interface BenchOptions {
  readonly size: BenchSize;
  /** Runs of each side; default 1 when small, 3 when full. */
  readonly repeats?: number;
  /** Overrides of a bench's parameters, such as `events=3000000`; an unknown name is refused. */
  readonly parameters?: Readonly<Record<string, string>>;
  readonly log?: (line: string) => void;
}

/** What a bench is given. */
export interface BenchContext {
  readonly root: string;
  readonly size: BenchSize;
  readonly repeats: number;
  readonly parameters: Readonly<Record<string, string>>;
  /** An empty folder, removed afterwards. */
  readonly workFolder: string;
  readonly log: (line: string) => void;
}

export interface Bench {
  readonly name: string;
  readonly title: string;
  /** Not part of `all`: it needs more than this checkout. */
  readonly onlyWhenAsked?: boolean;
  run(context: BenchContext): Promise<BenchResult>;
}

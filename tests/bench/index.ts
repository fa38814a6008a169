export type { BenchOptions, BenchSize } from "./src/harness/bench.ts";
export { BenchError, type BenchErrorCode } from "./src/harness/bench-error.ts";
export type { BenchResult } from "./src/harness/report.ts";
export { benchNames, runBench } from "./src/run-bench.ts";

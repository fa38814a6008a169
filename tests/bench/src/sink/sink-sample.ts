import type { Sample } from "../harness/report.ts";

export interface SinkSample extends Sample {
  readonly rowsPerSecond: number;
  readonly cpuMicrosPerRow: number;
  readonly anonymousMb: number;
}

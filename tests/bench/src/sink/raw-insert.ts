import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import { loadStack, nodeArguments } from "@leadstream/infra-local";
import { BenchError } from "../harness/bench-error.ts";
import { DISTURBED_SHARE, ForeignLoad } from "../harness/foreign-load.ts";
import { killAtExit } from "../harness/kill-at-exit.ts";
import { rounded } from "../harness/statistics.ts";
import type { RawJob, RawNews, RawSettings } from "./raw-main.ts";
import type { SinkSample } from "./sink-sample.ts";

/** The process that holds all records decoded in memory and inserts them as often as it is told. */
export class RawInsertProcess {
  readonly records: number;
  private readonly child: ChildProcess;

  private constructor(child: ChildProcess, records: number) {
    this.child = child;
    this.records = records;
  }

  static async start(settings: RawSettings, heapMb: number, root: string): Promise<RawInsertProcess> {
    const child = fork(join(import.meta.dirname, "raw-main.ts"), {
      execArgv: nodeArguments(loadStack(root), heapMb),
      env: { ...process.env, NODE_OPTIONS: "", RAW_SETTINGS: JSON.stringify(settings) },
    });
    killAtExit(child);
    const loaded = await next(child);
    if (loaded.at !== "loaded") throw new BenchError("NO_PROGRESS", "the raw insert did not load its records");
    return new RawInsertProcess(child, loaded.records);
  }

  async run(side: string, job: RawJob): Promise<SinkSample> {
    this.child.send(job);
    await next(this.child);
    const foreign = new ForeignLoad();
    const done = await next(this.child);
    const foreignLoad = foreign.share();
    if (done.at !== "done") throw new BenchError("NO_PROGRESS", "the raw insert ended out of turn");
    return {
      side,
      rowsPerSecond: rounded((done.rows / done.elapsedMs) * 1000),
      cpuMicrosPerRow: rounded(done.cpuMicros / done.rows, 3),
      anonymousMb: rounded(done.anonymousBytes / 2 ** 20, 3),
      foreignLoad: rounded(foreignLoad, 2),
      disturbed: foreignLoad > DISTURBED_SHARE,
    };
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.kill("SIGKILL");
    await ended;
  }
}

function next(child: ChildProcess): Promise<RawNews> {
  return new Promise((resolve, reject) => {
    const end = (): void => reject(new BenchError("CHILD_ENDED", "the raw insert ended"));
    child.once("exit", end);
    child.once("message", (news: RawNews) => {
      child.off("exit", end);
      if (news.at === "failed") reject(new BenchError("NO_PROGRESS", `the raw insert failed: ${news.message}`));
      else resolve(news);
    });
  });
}

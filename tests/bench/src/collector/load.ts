import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import { BenchError } from "../harness/bench-error.ts";
import { killAtExit } from "../harness/kill-at-exit.ts";
import type { LoadJob, LoadNews } from "./load-main.ts";

type News<At extends LoadNews["at"]> = Extract<LoadNews, { readonly at: At }>;

export interface LoadHooks {
  warm(): void;
  measured(news: News<"measured">): void;
}

/** The process that makes requests. It lives through all runs, so that its processor time is known to be ours. */
export class LoadProcess {
  private readonly process: ChildProcess;

  constructor() {
    this.process = fork(join(import.meta.dirname, "load-main.ts"), {
      execArgv: ["--disable-warning=ExperimentalWarning"],
      env: { ...process.env, NODE_OPTIONS: "" },
    });
    killAtExit(this.process);
  }

  /** Resolves with the events that were sent and answered with 202, when every connection is idle. */
  run(job: LoadJob, hooks: LoadHooks): Promise<number> {
    return new Promise((resolve, reject) => {
      const child = this.process;
      const finish = (): void => {
        child.off("message", hear);
        child.off("exit", end);
      };
      const end = (): void => {
        finish();
        reject(new BenchError("CHILD_ENDED", "the load process ended"));
      };
      const hear = (news: LoadNews): void => {
        if (news.at === "warm") hooks.warm();
        else if (news.at === "measured") hooks.measured(news);
        else {
          finish();
          if (news.at === "idle") resolve(news.sentEvents);
          else reject(new BenchError("NO_PROGRESS", `the load met a fault: ${news.message}`));
        }
      };
      child.on("message", hear);
      child.once("exit", end);
      child.send(job);
    });
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.process.once("exit", resolve));
    this.process.kill("SIGKILL");
    await ended;
  }
}

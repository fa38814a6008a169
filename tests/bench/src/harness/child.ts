import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { BenchError } from "./bench-error.ts";
import { killAtExit } from "./kill-at-exit.ts";
import type { Measured } from "./measured.ts";
import { type ProcessUsage, usageOf } from "./process-usage.ts";

export interface ChildWish {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  readonly logFile: string;
}

const LAST_LINES = 15;

/** A measured process. */
export class Child implements Measured {
  readonly pid: number;
  private readonly process: ChildProcess;
  private readonly wish: ChildWish;
  private readonly ended: Promise<void>;
  private code: number | null = null;
  private isOver = false;

  constructor(wish: ChildWish) {
    this.wish = wish;
    const log = openSync(wish.logFile, "a");
    this.process = spawn(wish.command, wish.args, { env: wish.environment, stdio: ["ignore", log, log] });
    closeSync(log);
    this.pid = this.process.pid ?? -1;
    this.ended = new Promise<void>((resolve) => {
      this.process.once("error", () => resolve());
      this.process.once("close", (code) => {
        this.code = code;
        resolve();
      });
    }).then(() => {
      this.isOver = true;
    });
    killAtExit(this.process);
  }

  assertRunning(): void {
    if (!this.isOver) return;
    const lines = readFileSync(this.wish.logFile, "utf8").trimEnd().split("\n").slice(-LAST_LINES).join("\n");
    throw new BenchError("CHILD_ENDED", `${this.wish.name} ended with ${this.code}; the end of ${this.wish.logFile}:\n${lines}`);
  }

  usage(): ProcessUsage {
    return usageOf(this.pid);
  }

  async kill(): Promise<void> {
    this.process.kill("SIGKILL");
    await this.ended;
  }

  async stop(limitMs: number): Promise<void> {
    this.process.kill("SIGTERM");
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<"late">((resolve) => {
      timer = setTimeout(() => resolve("late"), limitMs);
    });
    const outcome = await Promise.race([this.ended, late]);
    clearTimeout(timer);
    if (outcome !== "late") return;
    await this.kill();
    throw new BenchError("CHILD_STUCK", `${this.wish.name} did not end within ${limitMs} ms of SIGTERM; see ${this.wish.logFile}`);
  }
}

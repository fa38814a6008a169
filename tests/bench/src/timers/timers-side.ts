import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { loadStack, nodeArguments } from "@leadstream/infra-local";
import { BenchError } from "../harness/bench-error.ts";
import type { StoredFoldSettings } from "../in-process/stored-fold.ts";

export interface TimersWish extends StoredFoldSettings {
  readonly fold: string;
  readonly openLeads: number;
  /** Of one pass, behind the `storeEvery` that begin it: a multiple of those. */
  readonly events: number;
  readonly activeLeads: number;
  readonly eventsPerTimer: number;
}

export interface TimersPass {
  readonly elapsedMs: number;
  /** Of all threads. */
  readonly cpuMicros: number;
  readonly mainThreadMicros: number;
  readonly timersFired: number;
  readonly anonymousBytes: number;
}

const HEAP_MB = 1_024;

/** A child with a filled store that waits for its turn. */
export class TimersSide {
  readonly wish: TimersWish;
  private readonly child: ChildProcess;

  private constructor(wish: TimersWish, child: ChildProcess) {
    this.wish = wish;
    this.child = child;
  }

  /** Resolves when the store is filled. */
  static async start(wish: TimersWish, root: string): Promise<TimersSide> {
    const execArgv = ["--expose-gc", ...nodeArguments(loadStack(root), HEAP_MB)];
    const environment = { ...process.env, NODE_OPTIONS: "" };
    const child = fork(join(import.meta.dirname, "timers-child.ts"), [JSON.stringify(wish)], { execArgv, env: environment });
    const side = new TimersSide(wish, child);
    await side.answer();
    return side;
  }

  get name(): string {
    return `${this.wish.fold} ${this.wish.openLeads}`;
  }

  async pass(): Promise<TimersPass> {
    this.child.send("pass");
    const pass = (await this.answer()) as TimersPass;
    const expected = this.wish.events / this.wish.eventsPerTimer;
    if (Math.abs(pass.timersFired - expected) > Math.max(2, expected / 100))
      throw new BenchError("OUTPUTS_DIFFER", `${this.name}: ${pass.timersFired} clocks rang, ${expected} were due`);
    return pass;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, "exit");
    this.child.disconnect();
    await ended;
  }

  private async answer(): Promise<unknown> {
    const listening = new AbortController();
    const { signal } = listening;
    const ended = once(this.child, "exit", { signal }).then(() => {
      throw new BenchError("CHILD_ENDED", `the process of ${this.name} ended: its words stand above`);
    });
    try {
      const [message] = (await Promise.race([once(this.child, "message", { signal }), ended])) as unknown[];
      return message;
    } finally {
      listening.abort();
      ended.catch(() => undefined);
    }
  }
}

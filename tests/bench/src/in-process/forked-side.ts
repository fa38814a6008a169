import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { loadStack, nodeArguments } from "@leadstream/infra-local";
import { BenchError } from "../harness/bench-error.ts";
import { killAtExit } from "../harness/kill-at-exit.ts";

const HEAP_MB = 1_024;

/** One side of a bench in a process of its own, so that no heap weighs on another: it says when it is ready, and answers one message at a time. */
export class ForkedSide<Question extends string, Answer> {
  readonly name: string;
  private readonly child: ChildProcess;

  private constructor(name: string, child: ChildProcess) {
    this.name = name;
    this.child = child;
  }

  /** Runs `program` as the stack runs a service, with the wish as its argument; resolves when it has said that it is ready. */
  static async start<Question extends string, Answer>(
    name: string,
    program: string,
    wish: unknown,
    root: string,
  ): Promise<ForkedSide<Question, Answer>> {
    const execArgv = ["--expose-gc", ...nodeArguments(loadStack(root), HEAP_MB)];
    const child = fork(program, [JSON.stringify(wish)], { execArgv, env: { ...process.env, NODE_OPTIONS: "" } });
    killAtExit(child);
    const side = new ForkedSide<Question, Answer>(name, child);
    await side.answer();
    return side;
  }

  ask(question: Question): Promise<Answer> {
    this.child.send(question);
    return this.answer() as Promise<Answer>;
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

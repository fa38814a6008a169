import type { ChildExit } from "./child-process.ts";
import { errorText } from "./errors.ts";
import type { LogLine } from "./log-line.ts";
import { residentMb } from "./process-identity.ts";

export type RestartPolicy = {
  maximumRestarts: number;
  windowMs: number;
  initialBackoffMs: number;
  maximumBackoffMs: number;
};

/** A process that is up. */
export type Handle = {
  pid: number;
  exited: Promise<ChildExit>;
  kill(signal: NodeJS.Signals): void;
  stop(drainMs: number): Promise<void>;
};

export type SupervisedState = "starting" | "running" | "restarting" | "down" | "gave up" | "stopped";

export type SupervisedStatus = {
  name: string;
  state: SupervisedState;
  pid: number | null;
  /** Since the stack came up. */
  restarts: number;
  rssMb: number | null;
};

export type SupervisedSettings = {
  name: string;
  /** Resolves when the process is ready to serve. */
  start(): Promise<Handle>;
  policy: RestartPolicy;
  drainMs: number;
  log: LogLine;
  onChange(): void;
};

/** One process that is started again when it ends unasked, until the policy's limit. */
export class Supervised {
  readonly #settings: SupervisedSettings;
  #handle: Handle | undefined;
  #state: SupervisedState = "stopped";
  #restarts = 0;
  #crashTimes: number[] = [];
  #backoff: NodeJS.Timeout | undefined;
  /** Grows with each intended start or stop, so that an exit or a start of an earlier life is known as such. */
  #life = 0;

  constructor(settings: SupervisedSettings) {
    this.#settings = settings;
  }

  get name(): string {
    return this.#settings.name;
  }

  get pid(): number | undefined {
    return this.#handle?.pid;
  }

  status(): SupervisedStatus {
    const pid = this.#handle?.pid ?? null;
    const rssMb = pid === null ? null : (residentMb(pid) ?? null);
    return { name: this.name, state: this.#state, pid, restarts: this.#restarts, rssMb };
  }

  /** The first start, or the one after down(): its failure is the caller's. */
  async start(): Promise<void> {
    const life = ++this.#life;
    this.#become("starting");
    try {
      await this.#launch(life);
    } catch (error) {
      if (life === this.#life) this.#become("stopped");
      throw error;
    }
  }

  /** Ends the process and leaves it down until start(): how tests take a server away. */
  async down(signal: NodeJS.Signals): Promise<void> {
    this.#life += 1;
    clearTimeout(this.#backoff);
    const handle = this.#handle;
    this.#handle = undefined;
    this.#become("down");
    handle?.kill(signal);
    await handle?.exited;
  }

  async stop(): Promise<void> {
    this.#life += 1;
    clearTimeout(this.#backoff);
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.stop(this.#settings.drainMs);
    this.#become("stopped");
  }

  #become(state: SupervisedState): void {
    this.#state = state;
    this.#settings.onChange();
  }

  async #launch(life: number): Promise<void> {
    const handle = await this.#settings.start();
    if (life !== this.#life) {
      await handle.stop(this.#settings.drainMs);
      return;
    }
    this.#handle = handle;
    this.#become("running");
    void handle.exited.then((exit) => {
      if (life !== this.#life) return;
      this.#handle = undefined;
      this.#crashed(life, exit.signal === null ? `ended with code ${exit.code}` : `was ended by ${exit.signal}`);
    });
  }

  #crashed(life: number, reason: string): void {
    const { policy, log } = this.#settings;
    const nowMs = performance.now();
    this.#crashTimes = [...this.#crashTimes.filter((time) => nowMs - time < policy.windowMs), nowMs];
    const count = this.#crashTimes.length;
    if (count > policy.maximumRestarts) {
      log(`${this.name} ${reason}; not started again (${count} times within ${Math.round(policy.windowMs / 1000)} s)`);
      this.#become("gave up");
      return;
    }
    const backoffMs = Math.min(policy.initialBackoffMs * 2 ** (count - 1), policy.maximumBackoffMs);
    log(`${this.name} ${reason}; starting it again in ${backoffMs} ms (${count} of ${policy.maximumRestarts})`);
    this.#become("restarting");
    this.#backoff = setTimeout(() => {
      this.#restarts += 1;
      this.#launch(life).catch((error: unknown) => {
        if (life === this.#life) this.#crashed(life, `did not start: ${errorText(error)}`);
      });
    }, backoffMs);
  }
}

import type { ChildExit } from "./child-process.ts";
import { errorText, LocalStackError } from "./errors.ts";
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

/** "off": an optional service that nobody wants now. */
export type SupervisedState = "starting" | "running" | "restarting" | "down" | "gave up" | "stopped" | "off";

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
  /** Resolves when the process is ready to serve; when the signal comes first, stops it and throws. */
  start(signal: AbortSignal): Promise<Handle>;
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
  /** One life from an intended start to an intended stop; what an earlier life reports is ignored. */
  #life = new AbortController();
  #launching: Promise<void> = Promise.resolve();

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
    this.#endLife();
    const life = new AbortController();
    this.#life = life;
    this.#become("starting");
    try {
      await this.#launch(life);
    } catch (error) {
      if (!life.signal.aborted) this.#become("stopped");
      throw error;
    }
  }

  /** Ends the process by the signal and leaves it down until start(): how tests take a server away. */
  async down(signal: NodeJS.Signals): Promise<void> {
    const handle = this.#endLife();
    this.#become("down");
    handle?.kill(signal);
    await Promise.allSettled([handle?.exited, this.#launching]);
  }

  async stop(): Promise<void> {
    const handle = this.#endLife();
    await Promise.allSettled([handle?.stop(this.#settings.drainMs), this.#launching]);
    this.#become("stopped");
  }

  #endLife(): Handle | undefined {
    this.#life.abort();
    clearTimeout(this.#backoff);
    const handle = this.#handle;
    this.#handle = undefined;
    return handle;
  }

  #become(state: SupervisedState): void {
    this.#state = state;
    this.#settings.onChange();
  }

  #launch(life: AbortController): Promise<void> {
    const launching = this.#launchOnce(life);
    this.#launching = launching;
    return launching;
  }

  async #launchOnce(life: AbortController): Promise<void> {
    const handle = await this.#settings.start(life.signal);
    if (life.signal.aborted) {
      await handle.stop(this.#settings.drainMs);
      throw new LocalStackError("INTERRUPTED", `${this.name} was stopped while starting`);
    }
    this.#handle = handle;
    this.#become("running");
    void handle.exited.then((exit) => {
      if (life.signal.aborted) return;
      this.#handle = undefined;
      this.#crashed(life, exit.signal === null ? `ended with code ${exit.code}` : `was ended by ${exit.signal}`);
    });
  }

  #crashed(life: AbortController, reason: string): void {
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
        if (!life.signal.aborted) this.#crashed(life, `did not start: ${errorText(error)}`);
      });
    }, backoffMs);
  }
}

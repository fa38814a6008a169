import { errorText } from "./errors.ts";
import type { LogLine } from "./log-line.ts";
import type { Supervised, SupervisedStatus } from "./supervised.ts";

export type OptionalSettings = {
  services: readonly Supervised[];
  wanted(name: string): boolean;
  lookMs: number;
  /** After a start that failed. */
  retryMs: number;
  log: LogLine;
};

/** Services that run only while they are wanted: started and stopped as the answer changes, one look at a time. */
export class OptionalServices {
  readonly #settings: OptionalSettings;
  readonly #running = new Set<Supervised>();
  readonly #retryAt = new Map<Supervised, number>();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();
  #ended = false;

  constructor(settings: OptionalSettings) {
    this.#settings = settings;
  }

  begin(): void {
    if (this.#ended) return;
    this.#looking = this.look().finally(() => {
      if (!this.#ended) this.#timer = setTimeout(() => this.begin(), this.#settings.lookMs).unref();
    });
  }

  /** Starts what is wanted and does not run, stops what runs and is not wanted. Never rejects: a failed start is told and tried again later. */
  async look(): Promise<void> {
    for (const service of this.#settings.services) {
      const wanted = !this.#ended && this.#settings.wanted(service.name);
      if (wanted && !this.#running.has(service)) await this.#start(service);
      else if (!wanted && this.#running.has(service)) await this.#stop(service);
    }
  }

  statuses(): SupervisedStatus[] {
    return this.#settings.services.map((service) => {
      const status = service.status();
      return status.state === "stopped" ? { ...status, state: "off" } : status;
    });
  }

  /** Stops what runs, also what is starting. */
  async end(): Promise<void> {
    this.#ended = true;
    clearTimeout(this.#timer);
    await Promise.all(this.#settings.services.map((service) => service.stop()));
    await this.#looking;
  }

  async #start(service: Supervised): Promise<void> {
    const { log, retryMs } = this.#settings;
    if (performance.now() < (this.#retryAt.get(service) ?? 0)) return;
    try {
      this.#running.add(service);
      await service.start();
      log(`${service.name}: ready`);
    } catch (error) {
      this.#running.delete(service);
      this.#retryAt.set(service, performance.now() + retryMs);
      if (!this.#ended) log(`${service.name} did not start: ${errorText(error)}; tried again in ${Math.round(retryMs / 1000)} s`);
    }
  }

  async #stop(service: Supervised): Promise<void> {
    this.#settings.log(`${service.name}: stopping, it is not wanted any more`);
    this.#running.delete(service);
    await service.stop();
  }
}

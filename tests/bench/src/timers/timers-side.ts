import { join } from "node:path";
import { BenchError } from "../harness/bench-error.ts";
import { ForkedSide } from "../in-process/forked-side.ts";
import type { StoredFoldSettings } from "../in-process/stored-fold.ts";
import type { TimedFeed } from "../in-process/timed-feed.ts";

export interface TimersWish extends StoredFoldSettings {
  readonly storeEvery: number;
  readonly fold: string;
  readonly openLeads: number;
  /** Of one pass, behind the `storeEvery` that begin it: a multiple of those. */
  readonly events: number;
  readonly activeLeads: number;
  readonly eventsPerTimer: number;
}

/** A child with a filled store that waits for its turn. */
export class TimersSide {
  readonly wish: TimersWish;
  private readonly side: ForkedSide<"pass", TimedFeed>;

  private constructor(wish: TimersWish, side: ForkedSide<"pass", TimedFeed>) {
    this.wish = wish;
    this.side = side;
  }

  /** Resolves when the store is filled. */
  static async start(wish: TimersWish, root: string): Promise<TimersSide> {
    const program = join(import.meta.dirname, "timers-child.ts");
    return new TimersSide(wish, await ForkedSide.start(`${wish.fold} ${wish.openLeads}`, program, wish, root));
  }

  get name(): string {
    return this.side.name;
  }

  async pass(): Promise<TimedFeed> {
    const pass = await this.side.ask("pass");
    const expected = this.wish.events / this.wish.eventsPerTimer;
    if (Math.abs(pass.timersFired - expected) > Math.max(2, expected / 100))
      throw new BenchError("OUTPUTS_DIFFER", `${this.name}: ${pass.timersFired} clocks rang, ${expected} were due`);
    return pass;
  }

  stop(): Promise<void> {
    return this.side.stop();
  }
}

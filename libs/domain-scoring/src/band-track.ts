import type { CompiledModel } from "./compile-model.ts";
import { bandAt } from "./standing.ts";
import { NEVER } from "./state.ts";

/**
 * Where a lead stands among the bands: the one that was told, and since when the score has been beyond the bounds next to it. A band that
 * demands a dwell is told once the score has been in it, or further in the same direction, for so long without a break.
 */
export class BandTrack {
  private readonly model: CompiledModel;
  /** Index of the band that was told. */
  told = 0;
  /** Direction of `since`. */
  down = false;
  /** Since when the score has been beyond the first, second … bound away from the told band. */
  readonly since: number[] = [];

  constructor(model: CompiledModel) {
    this.model = model;
  }

  start(told: number, down: boolean, since: readonly number[]): void {
    this.told = told;
    this.down = down;
    if (this.since.length > 0) this.since.length = 0;
    for (let index = 0; index < since.length; index++) this.since.push(since[index]!);
  }

  /** Takes note of the score from `at` on; times must not go back. */
  judge(score: number, at: number): void {
    const { since, model } = this;
    for (let bounds = model.bandNames.length; bounds > 0; bounds--) {
      const band = bandAt(model, score, this.told);
      const depth = Math.abs(band - this.told);
      const down = band < this.told;
      if (depth === 0 || down !== this.down) since.length = 0;
      this.down = depth > 0 && down;
      if (since.length > depth) since.length = depth;
      while (since.length < depth) since.push(at);
      if (!this.tell(at)) return;
    }
  }

  /** Moves to the farthest band that was held long enough; false if there is none. */
  private tell(at: number): boolean {
    for (let beyond = this.since.length; beyond > 0; beyond--) {
      const band = this.beyond(beyond);
      if (at - this.since[beyond - 1]! < this.model.bandDwellMs[band]!) continue;
      this.told = band;
      this.since.splice(0, beyond);
      return true;
    }
    return false;
  }

  private beyond(bounds: number): number {
    return this.down ? this.told - bounds : this.told + bounds;
  }

  /** When a band has been held long enough if the score stays where it is, or NEVER. */
  nextTelling(): number {
    let next = NEVER;
    for (let bounds = 1; bounds <= this.since.length; bounds++) {
      const due = this.since[bounds - 1]! + this.model.bandDwellMs[this.beyond(bounds)]!;
      if (next === NEVER || due < next) next = due;
    }
    return next;
  }

  /** Band of the score, told or not. */
  get held(): number {
    return this.beyond(this.since.length);
  }

  /** Scores from `low` on belong to the held band. */
  get low(): number {
    const { held, model } = this;
    if (held === 0) return Number.NEGATIVE_INFINITY;
    return held === this.told ? model.bandKeep[held]! : model.bandFrom[held]!;
  }

  /** Scores from `high` on don't belong to the held band any more. */
  get high(): number {
    const { held, model } = this;
    const above = model.bandFrom[held + 1] ?? Number.POSITIVE_INFINITY;
    return held < this.told ? Math.min(above, model.bandKeep[this.told]!) : above;
  }
}

/** A stock of events that refills steadily. Time is given, in milliseconds that never go back. */
export class TokenBucket {
  private readonly perSecond: number;
  /** Thousandths of an event: a rate per second and a clock of milliseconds then meet in whole numbers. */
  private readonly burst: number;
  private tokens: number;
  private at: number;

  constructor(perSecond: number, burst: number, now: number) {
    this.perSecond = perSecond;
    this.burst = burst * 1000;
    this.tokens = this.burst;
    this.at = now;
  }

  /** Takes all or nothing: 0 when taken, else the milliseconds after which there will be enough. `count` may not exceed the burst. */
  take(count: number, now: number): number {
    this.tokens = Math.min(this.burst, this.tokens + (now - this.at) * this.perSecond);
    this.at = now;
    const needed = count * 1000;
    if (this.tokens < needed) return Math.ceil((needed - this.tokens) / this.perSecond);
    this.tokens -= needed;
    return 0;
  }
}

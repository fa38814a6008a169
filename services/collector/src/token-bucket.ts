/** A stock of events that refills steadily. Time is given, in milliseconds that never go back. */
export class TokenBucket {
  private readonly perMs: number;
  private readonly burst: number;
  private tokens: number;
  private at: number;

  constructor(perSecond: number, burst: number, now: number) {
    this.perMs = perSecond / 1000;
    this.burst = burst;
    this.tokens = burst;
    this.at = now;
  }

  /** Takes all or nothing: 0 when taken, else the milliseconds after which there will be enough. `count` may not exceed the burst. */
  take(count: number, now: number): number {
    this.tokens = Math.min(this.burst, this.tokens + (now - this.at) * this.perMs);
    this.at = now;
    if (this.tokens < count) return Math.ceil((count - this.tokens) / this.perMs);
    this.tokens -= count;
    return 0;
  }
}

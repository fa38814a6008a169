/** Events per second between two readings of a growing count. */
export class RateMeter {
  private last: { count: number; atMs: number } | null = null;
  private value = 0;

  reading(count: number, atMs: number): number {
    if (this.last !== null && atMs > this.last.atMs) this.value = Math.max(0, ((count - this.last.count) * 1000) / (atMs - this.last.atMs));
    this.last = { count, atMs };
    return this.value;
  }
}

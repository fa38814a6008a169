/**
 * Tells which batches of one fetch answer belong to aborted transactions.
 * The broker lists aborted transactions in the order of their completion and several may be open at once, so: a heap by first offset,
 * drained in a loop before each batch. Batches must be shown in log order.
 */
export interface AbortedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
}

export class AbortedFilter {
  private readonly heap: AbortedTransaction[] = [];
  private readonly open = new Set<number>();

  constructor(aborted: readonly AbortedTransaction[]) {
    for (const transaction of aborted) this.push(transaction);
  }

  /** Must be asked for every transactional data batch, in order. */
  drops(producerId: number, lastOffset: number): boolean {
    this.enter(lastOffset);
    return this.open.has(producerId);
  }

  /** An abort marker ends the producer's transaction. */
  abortMarker(producerId: number, offset: number): void {
    this.enter(offset);
    this.open.delete(producerId);
  }

  private enter(offset: number): void {
    for (let first = this.heap[0]; first !== undefined && first.firstOffset <= offset; first = this.heap[0]) {
      this.open.add(first.producerId);
      this.pop();
    }
  }

  private push(transaction: AbortedTransaction): void {
    const heap = this.heap;
    let at = heap.length;
    heap.push(transaction);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (heap[parent]!.firstOffset <= transaction.firstOffset) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = transaction;
  }

  private pop(): void {
    const heap = this.heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1]!.firstOffset < heap[child]!.firstOffset) child++;
      if (heap[child]!.firstOffset >= last.firstOffset) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
  }
}

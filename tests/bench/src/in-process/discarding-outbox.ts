import { NO_PRODUCER, RecordBatchWriter } from "@leadstream/kafka";
import type { Outbox, OutboxLane } from "@leadstream/stream";

const BATCH_RECORDS = 4_000;

/** Batches as they are sent, thrown away when they are full. */
export class DiscardingOutbox implements Outbox {
  readonly records = 0;
  readonly bytes = 0;
  private readonly lanes: RecordBatchWriter[] = [];

  lane(): OutboxLane {
    const batch = new RecordBatchWriter(1 << 20);
    this.lanes.push(batch);
    return {
      append(timestamp, key, value, start, end) {
        if (batch.records >= BATCH_RECORDS) {
          batch.seal(NO_PRODUCER);
          batch.reset();
        }
        batch.append(timestamp, key, value, start, end);
      },
    };
  }

  reset(): void {
    for (const batch of this.lanes) batch.reset();
  }
}

import type { RecordPlace, RecordSender } from "@leadstream/producer";
import type { Health } from "@leadstream/telemetry";

const UNIT = "kafka";

export interface KafkaWatchOptions {
  readonly health: Pick<Health, "workStarted" | "progress">;
  readonly probeEveryMs: number;
  /** Resolves when Kafka answers. */
  readonly probe: () => Promise<void>;
  readonly sleep: (durationMs: number, signal?: AbortSignal) => Promise<void>;
  readonly signal: AbortSignal;
}

/**
 * Turns acknowledgements into health: sends without any for too long make the service unhealthy. After a failure it looks at Kafka by
 * itself, so that a service that nobody calls any more becomes healthy again.
 */
export class KafkaWatch {
  private readonly options: KafkaWatchOptions;
  private probing: Promise<void> | null = null;
  private underWay = 0;

  constructor(options: KafkaWatchOptions) {
    this.options = options;
  }

  around(sender: RecordSender): RecordSender {
    const { health } = this.options;
    // Handlers that all sends share: this is on the way of every event.
    const acknowledged = (place: RecordPlace): RecordPlace => {
      health.progress(UNIT);
      if (--this.underWay > 0) health.workStarted(UNIT);
      return place;
    };
    const failed = (error: unknown): never => {
      this.underWay--;
      this.probing ??= this.probeUntilAnswered();
      throw error;
    };
    return {
      send: (topic, partition, key, value) => {
        if (this.underWay++ === 0) health.workStarted(UNIT);
        return sender.send(topic, partition, key, value).then(acknowledged, failed);
      },
    };
  }

  private async probeUntilAnswered(): Promise<void> {
    const { health, probe, probeEveryMs, signal, sleep } = this.options;
    while (!signal.aborted) {
      try {
        await probe();
        health.progress(UNIT);
        break;
      } catch {
        health.workStarted(UNIT);
        await sleep(probeEveryMs, signal);
      }
    }
    this.probing = null;
  }
}

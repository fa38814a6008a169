import type { Telemetry } from "@leadstream/telemetry";
import type { SinkLifecycle } from "./run-sink.ts";

/** Turns what tasks tell about themselves into metrics, health and log lines. */
export function observeSink({ metrics, health, log }: Telemetry, faultPoint: (name: string) => void): SinkLifecycle["observer"] {
  return {
    faultPoint: (name) => faultPoint(`sink/${name}`),
    recovered: (topic, block) => {
      log.info({ topic, records: block.intent.count }, "a block that was announced is finished");
    },
    announced: (topic) => {
      metrics.openIntents.set({ table: topic }, 1);
      health.workStarted(topic);
    },
    confirmed: (topic, report) => {
      const stage = `sink.${topic}`;
      metrics.openIntents.set({ table: topic }, 0);
      for (const { partition, lag, records } of report.partitions) {
        metrics.recordsConsumed.add({ stage, partition }, records);
        metrics.inputLag.set({ stage, partition }, lag);
      }
      health.progress(topic);
    },
    restarted: (topic, error) => {
      metrics.taskRestarts.add({ stage: `sink.${topic}`, cause: "retriable" });
      log.warn({ err: error, topic }, "task starts again");
    },
  };
}

import { type CommitReport, type EngineCounts, noCounts, type TaskObserver } from "@leadstream/stream";
import type { Telemetry } from "@leadstream/telemetry";

const zero = noCounts();

/** Turns what tasks tell about themselves into metrics, health and log lines. */
export function observeTasks({ metrics, health, log }: Telemetry): Pick<TaskObserver, "committed" | "restarted"> {
  const last = new Map<string, EngineCounts>();
  return {
    committed: (report: CommitReport) => {
      const { topology: stage, partition, engine } = report;
      const unit = `${stage}-${partition}`;
      const before = last.get(unit) ?? zero;
      // A new life of the task counts from zero again.
      const since = engine.consumed < before.consumed ? zero : before;
      metrics.recordsConsumed.add({ stage, partition }, engine.consumed - since.consumed);
      metrics.recordsDropped.add({ stage, reason: "repeated" }, engine.repeated - since.repeated);
      metrics.recordsDropped.add({ stage, reason: "not-concerned" }, engine.dropped - since.dropped);
      metrics.statesRevisited.add({ stage, partition }, engine.revisited - since.revisited);
      for (const [code, count] of engine.deadLetters)
        metrics.recordsDeadLettered.add({ stage, code }, count - (since.deadLetters.get(code) ?? 0));
      for (const [outcome, count] of engine.outcomes) metrics.outcomes.add({ stage, outcome }, count - (since.outcomes.get(outcome) ?? 0));
      metrics.timersFired.add({ stage }, engine.timersFired - since.timersFired);
      metrics.inputLag.set({ stage, partition }, report.lag);
      metrics.commitLatency.observe({ stage }, report.commitMs / 1000);
      last.set(unit, { ...engine, deadLetters: new Map(engine.deadLetters), outcomes: new Map(engine.outcomes) });
      health.progress(unit);
      if (report.lag > 0) health.workStarted(unit);
    },
    restarted: (partition, error) => {
      metrics.taskRestarts.add({ stage: "fold", cause: "retriable" });
      log.warn({ err: error, partition }, "task starts again");
    },
  };
}

import type { JourneyMoved, MessageRequested } from "@leadstream/schemas";
import type { LoggedRecord } from "./random-stream.ts";

/** The views of journeys once more, in plain code from the records. */
export interface ExpectedMessage {
  readonly message: MessageRequested;
  readonly openedAt: number | null;
  readonly clickedAt: number | null;
}

export function expectedMessages(records: readonly LoggedRecord[]): ExpectedMessage[] {
  const messages = records.flatMap(({ record }) => (record.type === "MessageRequested" ? [record.value] : []));
  const touches = records.flatMap(({ record }) =>
    record.type === "Score" && record.value.cause === "touch" && record.value.verdict !== "duplicate" ? [record.value] : [],
  );
  return messages.map((message) => {
    const next = messages.filter((other) => other.leadId === message.leadId && other.time > message.time).map(({ time }) => time);
    const until = Math.min(...next);
    const first = (...kinds: string[]): number | null => {
      const times = touches
        .filter(({ leadId, kind }) => leadId === message.leadId && kinds.includes(kind ?? ""))
        .map(({ effectiveAt }) => effectiveAt)
        .filter((at) => at >= message.time && at < until);
      return times.length === 0 ? null : Math.min(...times);
    };
    return { message, openedAt: first("email-open", "email-click"), clickedAt: first("email-click") };
  });
}

export interface ExpectedRun {
  readonly journey: string;
  readonly leftBy: string | null;
  readonly steps: readonly string[];
}

export function expectedRuns(records: readonly LoggedRecord[]): ExpectedRun[] {
  const moves = records.flatMap(({ record }) => (record.type === "JourneyMoved" ? [record.value] : []));
  const runs = Map.groupBy(moves, ({ leadId, journey, entry }: JourneyMoved) => `${leadId} ${journey} ${entry}`);
  return [...runs.values()].map((ofRun) => ({
    journey: ofRun[0]!.journey,
    leftBy: ofRun.find(({ move }) => move === "left")?.outcome ?? null,
    steps: ofRun.flatMap(({ move, step }) => (move === "stepped" && step !== null ? [step] : [])),
  }));
}

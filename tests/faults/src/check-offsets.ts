import { type Evidence, folds, type Violation } from "./evidence.ts";
import { findings } from "./report.ts";

/** I6: committed offsets never go back, and store ≤ committed ≤ log's end. I10: at the end nothing is left to read, and nobody gave up. */
export function checkOffsets(evidence: Evidence): Violation[] {
  const { offsets, logs, replays, gaveUp } = evidence;
  const last = new Map<string, number>();
  const back: string[] = [];
  for (const { group, topic, partition, offset } of offsets) {
    const line = `${group} ${topic}-${partition}`;
    const before = last.get(line) ?? 0;
    if (offset < before) back.push(`${line} from ${before} to ${offset}`);
    last.set(line, offset);
  }
  const beyond: string[] = [];
  const behind: string[] = [];
  for (const { topic, partition, end, records } of logs) {
    for (const [line, offset] of last) {
      if (!line.endsWith(` ${topic}-${partition}`)) continue;
      if (offset > end) beyond.push(`${line}: ${offset} of ${end}`);
      // The scorer appends ticks of its own for as long as it runs; the last one may stand unread.
      const unread = records.filter((each) => each.offset >= offset && each.record?.type !== "Tick").length;
      if (unread > 0) behind.push(`${line}: ${unread} records`);
    }
  }
  const unwatched = folds.filter(({ name }) => ![...last.keys()].some((line) => line.startsWith(`${name} `))).map(({ name }) => name);
  const ahead = replays.flatMap(({ fold, partitions }) =>
    partitions
      .filter(({ storedAt, upTo }) => storedAt !== null && storedAt > upTo)
      .map(({ partition, storedAt, upTo }) => `${fold}-${partition}: the store stands at ${storedAt}, the group at ${upTo}`),
  );
  return [
    ...findings("I6", "committed offsets that went back", back),
    ...findings("I6", "committed offsets beyond the log's end", beyond),
    ...findings("I6", "stores ahead of their group", ahead),
    ...findings("I10", "groups that are behind at the end", behind),
    ...findings("I10", "folds whose offsets were never seen", unwatched),
    ...findings("I10", "processes that were given up on", gaveUp),
  ];
}

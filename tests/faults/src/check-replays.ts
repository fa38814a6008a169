import { type Evidence, folds, type Violation } from "./evidence.ts";
import { findings } from "./report.ts";

/** I7: each fold, repeated from its recorded inbox, gives the log's bytes and the store's state. I9: two replays give the same. */
export function checkReplays({ replays }: Evidence): Violation[] {
  const wrong: string[] = [];
  const digests = new Map<string, string>();
  const unequal: string[] = [];
  for (const { fold, partitions } of replays) {
    for (const { partition, differences, state, digest, upTo } of partitions) {
      for (const { target, kind, offset } of differences) wrong.push(`${fold}-${partition}: ${target} ${kind} at ${offset ?? "its end"}`);
      if (state === "differs") wrong.push(`${fold}-${partition}: state differs from the store`);
      const run = `${fold}-${partition} up to ${upTo}`;
      if ((digests.get(run) ?? digest) !== digest) unequal.push(run);
      digests.set(run, digest);
    }
  }
  const missing = folds.filter(({ name }) => !replays.some(({ fold }) => fold === name)).map(({ name }) => name);
  return [
    ...findings("I7", "outputs or states that a replay does not give", wrong),
    ...findings("I7", "folds that were not replayed", missing),
    ...findings("I9", "replays that differ from each other", unequal),
  ];
}

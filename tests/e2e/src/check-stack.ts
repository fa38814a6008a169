import { join } from "node:path";
import { readYamlDocument } from "@leadstream/config";
import { replayFold } from "@leadstream/ctl";
import { z } from "zod";
import { type Evidence, folds, type OffsetSample } from "../../faults/src/evidence.ts";
import { gatherEvidence } from "../../faults/src/gather-evidence.ts";
import type { StackUnderTest } from "./stack-under-test.ts";

const rosterShape = z.object({ teams: z.array(z.object({ reps: z.array(z.object({ id: z.string(), capacity: z.int() })) })) });

/** Everything that the invariants are checked on, once the stack is quiet: each fold is replayed in a fresh process, the scorer's twice. */
export async function evidenceOf(stack: StackUnderTest, journal: ReadonlySet<string>, offsets: readonly OffsetSample[]): Promise<Evidence> {
  const replays = [];
  for (const fold of [...folds.map(({ name }) => name), "scoring"] as const) replays.push(await replayFold(stack.workplace, fold));
  return gatherEvidence({
    brokers: stack.addresses.kafka.brokers,
    clients: stack.clients,
    journal,
    capacities: capacitiesOf(join(stack.workplace.root, "infra/examples/rosters/demo-team.yaml")),
    offsets,
    replays,
    gaveUp: stack.gaveUp(),
  });
}

function capacitiesOf(rosterPath: string): Map<string, number> {
  const { teams } = readYamlDocument(rosterPath, rosterShape);
  return new Map(teams.flatMap(({ reps }) => reps.map(({ id, capacity }) => [id, capacity] as const)));
}

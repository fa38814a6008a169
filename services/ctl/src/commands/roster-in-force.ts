import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readStackState } from "@leadstream/infra-local";
import { z } from "zod";
import { CommandError } from "../errors.ts";
import type { Workplace } from "../workplace.ts";

const answerShape = z.object({ teams: z.array(z.looseObject({ removed: z.boolean().default(false) })) });
const ASK_TIMEOUT_MS = 20_000;

/**
 * The roster that is in force, changes over HTTP included, as the collector of the running stack tells it: the text of a roster document. null: no stack
 * runs on this data directory, or it has no roster yet. Throws CommandError COLLECTOR_FAILED.
 */
export async function rosterInForce({ dataDir }: Workplace): Promise<{ readonly document: string } | null> {
  const url = readStackState(dataDir)?.urls.collector;
  if (url === undefined) return null;
  const apiKey = readFileSync(join(dataDir, "api-key"), "utf8").trim();
  const answer = await fetch(`${url}/v1/roster`, { headers: { "x-api-key": apiKey }, signal: AbortSignal.timeout(ASK_TIMEOUT_MS) });
  if (!answer.ok)
    throw new CommandError(
      "COLLECTOR_FAILED",
      `the collector does not tell the roster (${answer.status}): see ./leadstream logs collector, or name a file with --roster`,
    );
  const teams = answerShape.parse(await answer.json()).teams.filter(({ removed }) => !removed);
  return teams.length === 0 ? null : { document: JSON.stringify({ teams }) };
}

import { StoredFold, type StoredFoldSettings } from "../in-process/stored-fold.ts";
import type { ClockedLeads } from "./clocked-leads.ts";

export const START_MS = 1_790_000_000_000;
/** Within so long all leads are opened, evenly; so long it takes until the first clocks of all have rung. */
export const WINDOW_MS = 2 * 3_600_000;

const LEADS_AT_ONCE = 20_000;

/** Folds the log that opens `count` leads into the store. */
export async function fillStore(leads: ClockedLeads, count: number, settings: StoredFoldSettings): Promise<StoredFold> {
  const fold = await StoredFold.open(leads.topology, settings);
  leads.begin(START_MS);
  for (let lead = 0; lead < count; lead++) {
    leads.open(lead, START_MS + Math.floor((lead * WINDOW_MS) / count));
    if (lead % LEADS_AT_ONCE === 0) await fold.feed(await leads.log.take());
  }
  await fold.feed(await leads.log.take());
  await fold.settle();
  return fold;
}

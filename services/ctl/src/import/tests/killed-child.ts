// Imports a file into a journal of ids and kills itself, without warning, in the batch that the arguments name.
// Arguments: mapping, file, data folder, journal, batch (0 = never), place (before | middle | after: of the batch's ids in the journal).
import { appendFileSync } from "node:fs";
import type { EmitItem } from "@leadstream/producer";
import { importFile } from "../import-file.ts";
import { nothingThere } from "../presence.ts";
import { acceptedOutcome } from "./trial.ts";

const [mappingPath = "", filePath = "", dataDir = "", journal = "", killBatch = "0", place = "after"] = process.argv.slice(2);
const die = (): void => {
  process.kill(process.pid, "SIGKILL");
};
let batch = 0;
const sink = {
  emitAll: async (items: readonly EmitItem[]) => {
    const dies = ++batch === Number(killBatch);
    if (dies && place === "before") die();
    const shown = dies && place === "middle" ? items.slice(0, items.length / 2) : items;
    appendFileSync(journal, shown.map(({ input }) => `${(input as { eventId: string }).eventId}\n`).join(""));
    if (dies) die();
    return items.map(acceptedOutcome);
  },
};
const report = await importFile({
  mappingPath,
  filePath,
  dataDir,
  sink,
  alreadyThere: nothingThere,
  progress: () => {},
  signal: new AbortController().signal,
  now: Date.now,
});
process.stdout.write(JSON.stringify(report));

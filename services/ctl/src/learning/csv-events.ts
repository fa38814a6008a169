import { dirname } from "node:path";
import type { LoggedEvent } from "@leadstream/domain-learning";
import { type EdgeContext, toCapture, toStatus, toTouch } from "@leadstream/edge";
import { openCsv } from "../import/csv-file.ts";
import { shortName } from "../import/import-file.ts";
import { defaultLimits } from "../import/limits.ts";
import { checkMapping, readMapping } from "../import/read-mapping.ts";
import { compileMapping, type MappedEvent } from "../import/row-mapper.ts";
import { readSideFiles } from "../import/side-files.ts";
import { tryingContext } from "../import/validate-row.ts";

/** Counts of what a file gave. */
export interface CsvTally {
  rows: number;
  rejectedRows: number;
}

/** The events that an import of the file would write, in memory: no server is asked, nothing is sealed. `now` is the log time, ms since epoch. */
export async function* csvEvents(
  mappingPath: string,
  csvPath: string,
  now: number,
  tally: CsvTally,
): AsyncGenerator<LoggedEvent, void, undefined> {
  const document = await readMapping(mappingPath);
  const { mapping } = document;
  const side = await readSideFiles(mapping, dirname(csvPath), defaultLimits);
  const csv = await openCsv(csvPath, mapping.file, defaultLimits.recordBytes);
  const context = tryingContext({ defaultCountry: null, defaultCurrency: null }, `import-${mapping.name}`, now);
  let position = 0;
  try {
    const headers = { columns: csv.columns, joined: side.joined };
    checkMapping(document, headers);
    const mapper = compileMapping(mapping, { headers, tables: side.tables, file: shortName(csvPath) });
    for await (const row of csv.rows) {
      tally.rows++;
      const mapped = "cells" in row ? mapper.map(row.number, row.cells) : null;
      const events = mapped?.faults.empty ? await recordsOf(mapped.events, context) : null;
      if (events === null) tally.rejectedRows++;
      else for (const event of events) yield { event, loggedAt: now, position: position++ };
    }
  } finally {
    await csv.rows.return().catch(() => {});
  }
}

/** null = the edge refuses one of them, and with it the row. */
async function recordsOf(mapped: readonly MappedEvent[], context: EdgeContext): Promise<LoggedEvent["event"][] | null> {
  const events: LoggedEvent["event"][] = [];
  for (const { kind, input } of mapped) {
    switch (kind) {
      case "capture": {
        const result = await toCapture(input, context);
        if (!result.ok) return null;
        events.push({ type: "Capture", value: result.record });
        break;
      }
      case "touch": {
        const result = toTouch(input, context);
        if (!result.ok) return null;
        events.push({ type: "Touch", value: result.record });
        break;
      }
      case "status": {
        const result = await toStatus(input, context);
        if (!result.ok) return null;
        events.push({ type: "Status", value: result.record });
        break;
      }
      case "spend":
        break;
    }
  }
  return events;
}

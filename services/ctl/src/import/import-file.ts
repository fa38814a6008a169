import { createHash } from "node:crypto";
import { basename, dirname } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { batchesOf } from "./batches.ts";
import { type CsvFile, openCsv, surveyFile } from "./csv-file.ts";
import { ImportError } from "./errors.ts";
import { defaultLimits, type ImportLimits } from "./limits.ts";
import { type AlreadyThere, nothingThere } from "./presence.ts";
import { ProgressFile } from "./progress-file.ts";
import { checkMapping, readMapping } from "./read-mapping.ts";
import { RejectsReport } from "./rejects-report.ts";
import { compileMapping } from "./row-mapper.ts";
import { type ImportReport, newTally, type ProgressListener, reportOf, runImport, type Tally } from "./run-import.ts";
import type { EventSink, Pause } from "./send-batch.ts";
import { readSideFiles } from "./side-files.ts";
import { type EdgeDefaults, tryingContext } from "./validate-row.ts";

export interface ImportOptions {
  readonly mappingPath: string;
  readonly filePath: string;
  /** Progress is kept in its folder `imports`. */
  readonly dataDir: string;
  /** Where the events go; null = the file is only checked: nothing is sent, asked or noted. */
  readonly sink: EventSink | null;
  readonly alreadyThere: AlreadyThere;
  readonly progress: ProgressListener;
  /** Aborting ends the import after the batch under way. */
  readonly signal: AbortSignal;
  /** Ms since epoch. */
  readonly now: () => number;
  /** Default: beside the progress. */
  readonly rejectsPath?: string;
  /** Goes through a finished file once more; what is there already is not sent all the same. */
  readonly again?: boolean;
  /** Another content under a known name holds the same rows in the same places, mended or with more of them. */
  readonly sameRows?: boolean;
  readonly edge?: EdgeDefaults;
  readonly limits?: Partial<ImportLimits>;
  readonly pause?: Pause;
}

const abortablePause: Pause = (ms, signal) => wait(ms, undefined, { signal }).catch(() => {});

/**
 * Imports a CSV file by a mapping. Every event has an id made of the row, progress is noted after acknowledgement only, and events that the store
 * already has are left out: so it may be killed and run again at any time. Throws ConfigError for the mapping and ImportError for everything else.
 */
export async function importFile(options: ImportOptions): Promise<ImportReport> {
  const limits = { ...defaultLimits, ...options.limits };
  const { mappingPath, filePath, dataDir, sink } = options;
  const startedMs = options.now();
  const document = await readMapping(mappingPath);
  const { mapping } = document;
  const survey = await surveyFile(filePath);
  const side = await readSideFiles(mapping, dirname(filePath), limits);
  const csv = await openCsv(filePath, mapping.file, limits.recordBytes);
  try {
    const headers = { columns: csv.columns, joined: side.joined };
    checkMapping(document, headers);
    const file = shortName(filePath);
    const identity = { name: mapping.name, file, fileSha256: survey.sha256, keyed: mapping.key !== undefined };
    const progressFile = new ProgressFile(dataDir, identityOf([survey.sha256, document.text, ...side.hashes]));
    const earlier = sink === null ? null : await progressFile.read();
    if (earlier?.state === "finished" && !options.again) {
      return reportOf("finished-earlier", identity, { ...newTally(), ...earlier }, earlier.rows, 0, earlier.rejectsPath);
    }
    if (sink !== null && !identity.keyed && !options.sameRows) await refuseNamesake(progressFile, identity, filePath);
    const tally: Tally = earlier === null || options.again ? newTally() : { ...newTally(), ...earlier };
    const rejects = new RejectsReport(
      options.rejectsPath ?? earlier?.rejectsPath ?? progressFile.beside(".rejects.csv"),
      tally.rejectsBytes,
    );
    const producer = `import-${mapping.name}`;
    const batches = batchesOf(csv.rows, {
      mapper: compileMapping(mapping, { headers, tables: side.tables, file }),
      settledRows: tally.rows,
      keyed: identity.keyed,
      context: tryingContext(options.edge ?? { defaultCountry: null, defaultCurrency: null }, producer, startedMs),
      alreadyThere:
        sink === null || (earlier === null && !(await options.alreadyThere.anyOf(`${mapping.name}-`)))
          ? nothingThere
          : options.alreadyThere,
      limits,
    });
    const { signal, progress, now, pause = abortablePause } = options;
    return await runImport(batches, {
      identity,
      tally,
      totalRows: survey.lines,
      rejects,
      progressFile: sink === null ? null : progressFile,
      send: sink === null ? null : { sink, producer, limits, pause, signal },
      limits,
      signal,
      progress,
      now,
    });
  } finally {
    await closeQuietly(csv);
  }
}

/** Ids that hang on the file's name mean other rows when another file takes that name: they would be taken for events that are there. */
async function refuseNamesake(
  progressFile: ProgressFile,
  identity: { name: string; file: string; fileSha256: string },
  filePath: string,
): Promise<void> {
  if ((await progressFile.namesake(identity)) === null) return;
  throw new ImportError(
    "NAME_TAKEN",
    `a file ${basename(filePath)} with other content was imported by this mapping before, and its rows have the same ids`,
    "Rename the file, or give the mapping a `key`; if they are the same rows, corrected or with more behind them, use --same-rows.",
  );
}

/** File name without its endings, in the letters that ids may have. */
export function shortName(path: string): string {
  const name = basename(path)
    .replace(/\.gz$/i, "")
    .replace(/\.(?:csv|tsv|txt)$/i, "");
  return name.replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^[^A-Za-z0-9]+/, "") || "file";
}

function identityOf(parts: readonly string[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${part.length}:${part}`);
  return hash.digest("hex");
}

async function closeQuietly(csv: CsvFile): Promise<void> {
  await csv.rows.return().catch(() => {});
}

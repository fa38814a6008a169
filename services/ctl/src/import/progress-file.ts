import { mkdir, open, readdir, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { ImportError } from "./errors.ts";
import { importKinds } from "./field-tree.ts";

const count = z.int().min(0);
const kinds = z.object(Object.fromEntries(importKinds.map((kind) => [kind, count])) as Record<(typeof importKinds)[number], typeof count>);

const progressShape = z.object({
  state: z.enum(["running", "finished"]),
  /** Name of the import, of the file, and SHA-256 of its bytes. */
  name: z.string(),
  file: z.string(),
  fileSha256: z.string(),
  /** The mapping gives natural keys, so that ids do not hang on the file's name. */
  keyed: z.boolean(),
  /** Rows up to here are settled: acknowledged by the log, known to be there, or rejected. */
  rows: count,
  sent: kinds,
  alreadyThere: count,
  rejectedRows: count,
  rejectsPath: z.string().nullable(),
  /** Length of the rejects report that belongs to `rows`. */
  rejectsBytes: count,
  at: z.string(),
});
export type ImportProgress = z.output<typeof progressShape>;

/** What an import has settled, in `<folder>/<id>.json`, so that it can go on after a crash and is never done twice. */
export class ProgressFile {
  private readonly folder: string;
  private readonly id: string;

  /** `id` names the content: hash of file, mapping and side files. */
  constructor(dataDir: string, id: string) {
    this.folder = join(dataDir, "imports");
    this.id = id;
  }

  /** Path of a file beside the progress. */
  beside(ending: string): string {
    return join(this.folder, `${this.id}${ending}`);
  }

  async read(): Promise<ImportProgress | null> {
    return readProgress(this.beside(".json"));
  }

  /** Another content that was imported under the same name, with ids made from that name. */
  async namesake(progress: Pick<ImportProgress, "name" | "file" | "fileSha256">): Promise<ImportProgress | null> {
    const files = await readdir(this.folder).catch(() => []);
    for (const file of files.filter((each) => each.endsWith(".json"))) {
      const other = await readProgress(join(this.folder, file));
      if (other === null || other.keyed || other.rows === 0) continue;
      if (other.name === progress.name && other.file === progress.file && other.fileSha256 !== progress.fileSha256) return other;
    }
    return null;
  }

  /** On the disk when it resolves; a crash leaves the old or the new one. */
  async write(progress: ImportProgress): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    const draft = this.beside(`.json.${process.pid}`);
    const file = await open(draft, "w");
    try {
      await file.writeFile(`${JSON.stringify(progress, null, 2)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, this.beside(".json"));
  }
}

async function readProgress(path: string): Promise<ImportProgress | null> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
  try {
    return progressShape.parse(JSON.parse(text));
  } catch (cause) {
    throw new ImportError(
      "PROGRESS_INVALID",
      `${path} holds no progress of an import`,
      "Delete it: events that are there already are not sent again.",
      {
        cause,
      },
    );
  }
}

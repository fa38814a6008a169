import { copyFileSync, existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { readModel } from "../commands/documents.ts";
import { CommandError } from "../errors.ts";

/** A model that is kept and checked, but not in effect. */
export interface Draft {
  readonly name: string;
  readonly path: string;
  /** Ms since epoch. */
  readonly keptAt: number;
}

const folderOf = (dataDir: string): string => join(dataDir, "models/drafts");

/** Keeps a checked copy of the file under the model's name; a draft of the same name is replaced. Throws ConfigError with every fault and its line. */
export function keepDraft(dataDir: string, file: string): Draft {
  const { name } = readModel(file);
  const folder = folderOf(dataDir);
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}.yaml`);
  copyFileSync(file, path);
  return { name, path, keptAt: statSync(path).mtimeMs };
}

export function drafts(dataDir: string): readonly Draft[] {
  const folder = folderOf(dataDir);
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((file) => file.endsWith(".yaml"));
  return files.sort().map((file) => {
    const path = join(folder, file);
    return { name: file.slice(0, -".yaml".length), path, keptAt: statSync(path).mtimeMs };
  });
}

/** The file that a command was given, or the draft of that name. Throws when it is neither. */
export function modelFile(dataDir: string, given: string): string {
  if (existsSync(given)) return given;
  const draft = drafts(dataDir).find(({ name }) => name === given);
  if (draft !== undefined) return draft.path;
  const known = drafts(dataDir).map(({ name }) => name);
  const names = known.length === 0 ? "there are no drafts" : `drafts are ${known.join(", ")}`;
  throw new CommandError("WISH_INVALID", `"${given}" is neither a file nor a draft (${names}): give the path of a model's YAML`);
}

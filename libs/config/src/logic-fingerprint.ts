import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";

/**
 * Names the logic that made a state store: 16 hex characters over every source file (.ts, no tests) of the given package folders, in their given
 * order, and the major version of Node. Independent of where the checkout lies. Any edit counts, even of a comment: a false change costs one
 * rebuild, a missed one costs the guarantee.
 */
export function logicFingerprint(folders: readonly string[]): string {
  const hash = createHash("sha256");
  hash.update(`node ${process.versions.node.split(".")[0]}\n`);
  for (const folder of folders) {
    const files = sourceFiles(folder);
    if (files.length === 0) throw new Error(`no source files below ${folder}: give the folder of a package`);
    hash.update(`folder ${files.length}\n`);
    for (const file of files) {
      const content = readFileSync(join(folder, file));
      hash.update(`${file.split(sep).join("/")} ${content.length}\n`).update(content);
    }
  }
  return hash.digest("hex").slice(0, 16);
}

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts") && !entry.name.endsWith(".test.ts"))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((path) => !path.split(sep).includes("node_modules"))
    .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

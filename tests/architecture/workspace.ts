import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A package of the workspace as the checks see it; seeded violations are made of the same. */
export interface WorkspacePackage {
  /** Relative to the root, with slashes: `libs/kafka`. */
  readonly folder: string;
  readonly name: string;
  readonly dependencies: readonly string[];
  /** May be imported; found at run time where the machine has them, so that no import statement need name them. */
  readonly optionalDependencies: readonly string[];
  readonly devDependencies: readonly string[];
  readonly files: readonly SourceFile[];
}

export interface SourceFile {
  /** Relative to the package's folder. */
  readonly path: string;
  readonly text: string;
}

const PARENTS = ["libs", "services", "infra"];
const SINGLES = ["schemas", "tests"];
/** `peers` holds other products' programs for benches. */
const IGNORED = new Set(["node_modules", "peers", ".leadstream"]);

export function readWorkspace(root: string): WorkspacePackage[] {
  const nested = PARENTS.flatMap((parent) => readdirSync(join(root, parent)).map((name) => `${parent}/${name}`));
  return [...SINGLES, ...nested]
    .filter((folder) => existsSync(join(root, folder, "package.json")))
    .map((folder) => readPackage(root, folder));
}

/** Development packages of the root, which every test may use. */
export function rootDevelopmentPackages(root: string): string[] {
  return names(manifestOf(root).devDependencies);
}

interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

const manifestOf = (folder: string): Manifest => JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
const names = (dependencies: Readonly<Record<string, string>> | undefined): string[] => Object.keys(dependencies ?? {});

function readPackage(root: string, folder: string): WorkspacePackage {
  const manifest = manifestOf(join(root, folder));
  return {
    folder,
    name: manifest.name,
    dependencies: names(manifest.dependencies),
    optionalDependencies: names(manifest.optionalDependencies),
    devDependencies: names(manifest.devDependencies),
    files: sourcePaths(join(root, folder), "").map((path) => ({ path, text: readFileSync(join(root, folder, path), "utf8") })),
  };
}

function sourcePaths(folder: string, path: string): string[] {
  return readdirSync(join(folder, path), { withFileTypes: true }).flatMap((entry) => {
    if (IGNORED.has(entry.name)) return [];
    const below = path === "" ? entry.name : `${path}/${entry.name}`;
    if (entry.isDirectory()) return sourcePaths(folder, below);
    return /\.(ts|mjs)$/.test(entry.name) ? [below] : [];
  });
}

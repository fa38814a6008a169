import { builtinModules } from "node:module";
import { posix } from "node:path";
import { allowedTargets, isPure, PURITY_EXCEPTIONS, TEST_TARGETS } from "./directions.ts";
import { sourceFacts } from "./source-facts.ts";
import type { SourceFile, WorkspacePackage } from "./workspace.ts";

const TESTING = "libs/testing";
const MAX_LINES = 350;
const builtins = new Set(builtinModules);

/** Tests and what only tests use may import more: TEST_TARGETS and development packages. */
function isTestFile(folder: string, path: string): boolean {
  return folder === "tests" || folder === TESTING || /^tests?\//.test(path) || path.endsWith(".test.ts");
}

/** One line per violation, `folder/path: what`. Empty when everything is in order. */
export function checkWorkspace(packages: readonly WorkspacePackage[], rootDevelopment: readonly string[]): string[] {
  const byName = new Map(packages.map((each) => [each.name, each]));
  return packages.flatMap((each) =>
    each.files.flatMap((file) =>
      checkFile(each, file, byName, rootDevelopment).map((violation) => `${each.folder}/${file.path}: ${violation}`),
    ),
  );
}

/** Packages that a manifest declares and no file imports, one line each. */
export function checkUnused(packages: readonly WorkspacePackage[]): string[] {
  return packages.flatMap((each) => {
    const used = new Set(each.files.flatMap((file) => sourceFacts(file.text).imports.map(packageOf)));
    const unused = [...each.dependencies, ...each.devDependencies].filter((name) => !used.has(name));
    return unused.map((name) => `${each.folder}/package.json: declares ${name}, which no file imports`);
  });
}

function checkFile(
  owner: WorkspacePackage,
  file: SourceFile,
  byName: ReadonlyMap<string, WorkspacePackage>,
  rootDevelopment: readonly string[],
): string[] {
  const isTest = isTestFile(owner.folder, file.path);
  const facts = sourceFacts(file.text);
  const violations: string[] = [];
  for (const specifier of facts.imports) {
    if (specifier.startsWith(".")) {
      if (leavesPackage(file.path, specifier)) violations.push(`imports ${specifier}, outside of its package: import the package by name`);
      continue;
    }
    if (specifier.startsWith("node:") || builtins.has(specifier)) {
      if (isPure(owner.folder) && !isTest) violations.push(`imports ${specifier}, but the package is pure`);
      continue;
    }
    const name = packageOf(specifier);
    const target = byName.get(name);
    if (target !== undefined) violations.push(...checkDirection(owner, target, isTest));
    if (!isDeclared(owner, name, isTest, rootDevelopment)) violations.push(`imports ${name}, which its package.json does not declare`);
  }
  if (isPure(owner.folder) && !isTest) {
    const impurities = facts.impurities.filter((name) => !isExcepted(owner, file, name));
    violations.push(...impurities.map((name) => `uses ${name}, but the package is pure`));
  }
  return [...violations, ...checkShape(file)];
}

function isExcepted(owner: WorkspacePackage, file: SourceFile, name: string): boolean {
  return PURITY_EXCEPTIONS.some(
    (exception) => exception.folder === owner.folder && exception.path.test(file.path) && exception.name === name,
  );
}

function checkDirection(owner: WorkspacePackage, target: WorkspacePackage, isTest: boolean): string[] {
  if (target.folder === owner.folder) return [];
  const allowed = allowedTargets(owner.folder);
  if (allowed === "everything" || allowed.includes(target.folder)) return [];
  if (isTest && TEST_TARGETS.includes(target.folder)) return [];
  return [`imports ${target.folder}, which ${owner.folder} may not`];
}

function isDeclared(owner: WorkspacePackage, name: string, isTest: boolean, rootDevelopment: readonly string[]): boolean {
  if (owner.name === name || [...owner.dependencies, ...owner.optionalDependencies].includes(name)) return true;
  return isTest && (owner.devDependencies.includes(name) || rootDevelopment.includes(name));
}

function leavesPackage(path: string, specifier: string): boolean {
  return posix.join(posix.dirname(path), specifier).startsWith("..");
}

/** `@scope/name/sub` → `@scope/name`; `name/sub` → `name`. */
function packageOf(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

function checkShape(file: SourceFile): string[] {
  if (file.path.includes("generated/")) return [];
  const violations: string[] = [];
  const lines = file.text.split("\n").length - 1;
  if (lines > MAX_LINES) violations.push(`has ${lines} lines, more than ${MAX_LINES}: split it`);
  if (!/^[a-z0-9]+([-.][a-z0-9]+)*$/.test(posix.basename(file.path))) violations.push("is not named in kebab-case");
  return violations;
}

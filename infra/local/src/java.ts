import { spawnSync } from "node:child_process";
import { accessSync, constants, readdirSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { LocalStackError } from "./errors.ts";

export type Java = { path: string; majorVersion: number };

/** What the search looks at; given by tests, else taken from the machine. */
export type JavaSearch = { environment: NodeJS.ProcessEnv; folders: readonly string[] };

const home = homedir();

/** Folders whose children are Java installations. */
const installationFolders = [
  "/usr/lib/jvm",
  "/usr/java",
  "/opt/java",
  "/Library/Java/JavaVirtualMachines",
  join(home, ".sdkman/candidates/java"),
  join(home, ".jdks"),
];

export const machineJavaSearch = (): JavaSearch => ({ environment: process.env, folders: installationFolders });

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

const children = (folder: string): string[] => {
  try {
    return readdirSync(folder)
      .sort()
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
};

const candidatePaths = ({ environment, folders }: JavaSearch): string[] => {
  const homes = environment.JAVA_HOME ? [environment.JAVA_HOME] : [];
  const found = [
    ...homes.map((folder) => join(folder, "bin/java")),
    ...(environment.PATH ?? "").split(delimiter).map((folder) => join(folder || ".", "java")),
    ...folders.flatMap(children).flatMap((folder) => [join(folder, "bin/java"), join(folder, "Contents/Home/bin/java")]),
  ].filter(isExecutable);
  const byRealPath = new Map(found.map((path) => [realpathSync(path), path] as const).reverse());
  return found.filter((path) => byRealPath.get(realpathSync(path)) === path);
};

/** `openjdk version "17.0.15"` -> 17; `java version "1.8.0_402"` -> 8. */
export const parseJavaVersion = (text: string): number | undefined => {
  const match = /version "(?:1\.)?(\d+)/.exec(text);
  return match?.[1] === undefined ? undefined : Number(match[1]);
};

const majorVersionOf = (path: string): number | undefined => {
  const answer = spawnSync(path, ["-version"], { encoding: "utf8", timeout: 20_000 });
  return answer.status === 0 ? parseJavaVersion(`${answer.stderr}${answer.stdout}`) : undefined;
};

/** Every Java that answers, in the order JAVA_HOME, PATH, usual folders. */
export const findJavas = (search: JavaSearch = machineJavaSearch()): Java[] => {
  const javas: Java[] = [];
  for (const path of candidatePaths(search)) {
    const majorVersion = majorVersionOf(path);
    if (majorVersion !== undefined) javas.push({ path, majorVersion });
  }
  return javas;
};

/** The first Java that is new enough; throws JAVA_MISSING saying what was found and how to get one. */
export const requireJava = (what: string, minimumVersion: number, javas: readonly Java[]): Java => {
  const suitable = javas.find((java) => java.majorVersion >= minimumVersion);
  if (suitable !== undefined) return suitable;
  const found = javas.length === 0 ? "no Java at all" : javas.map((java) => `Java ${java.majorVersion} (${java.path})`).join(", ");
  throw new LocalStackError(
    "JAVA_MISSING",
    `${what} needs Java ${minimumVersion} or newer; found ${found} in JAVA_HOME, PATH and the usual folders.\n` +
      "  Install one (a Temurin JDK 25 serves both servers: `apt-get install temurin-25-jdk`, `brew install --cask temurin`, `sdk install java 25-tem`),\n" +
      "  or set JAVA_HOME to it.",
  );
};

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { access, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { errorText, LocalStackError } from "./errors.ts";
import { waitForLock } from "./file-lock.ts";
import type { LogLine } from "./log-line.ts";
import { dependencyPlugin, runMaven } from "./maven.ts";
import type { Stack } from "./stack.ts";

/** kafka: folder of jars; registry: folder with quarkus-run.jar. */
export type ServerFolders = { kafka: string; registry: string };

const markerName = ".complete.json";
const lockLimitMs = 15 * 60_000;

type Marker = { sha512: string; files: Record<string, number> };

type Download = {
  what: string;
  folder: string;
  sha512: string;
  /** Puts everything into `folder` by way of Maven; `mavenArgs` may name a fresh local repository. */
  fetch(folder: string, mavenArgs: readonly string[], log: LogLine): Promise<void>;
};

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

const sha512OfFile = async (path: string): Promise<string> => {
  const hash = createHash("sha512");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest("hex");
};

/** sha512 of the lines "<sha512>  <file>" in the order of names. */
export const sha512OfFolder = async (folder: string): Promise<string> => {
  const lines: string[] = [];
  for (const name of (await readdir(folder)).sort((left, right) => (left < right ? -1 : 1)))
    lines.push(`${await sha512OfFile(join(folder, name))}  ${name}\n`);
  return createHash("sha512").update(lines.join("")).digest("hex");
};

const sizesOf = async (folder: string): Promise<Record<string, number>> => {
  const sizes: Record<string, number> = {};
  for (const name of (await readdir(folder, { recursive: true })).sort()) {
    const entry = await stat(join(folder, name));
    if (entry.isFile() && name !== markerName) sizes[name] = entry.size;
  }
  return sizes;
};

/** Undefined when the folder is as it was when it was completed, else the reason why not. */
const faultOf = async (download: Download): Promise<string | undefined> => {
  let marker: Marker;
  try {
    marker = JSON.parse(await readFile(join(download.folder, markerName), "utf8")) as Marker;
  } catch {
    return "its completion mark is missing";
  }
  if (marker.sha512 !== download.sha512) return "infra/stack.yaml names another checksum";
  const sizes = await sizesOf(download.folder).catch(() => ({}) as Record<string, number>);
  const wrong = Object.entries(marker.files).find(([name, size]) => sizes[name] !== size);
  return wrong === undefined ? undefined : `${wrong[0]} has ${sizes[wrong[0]] ?? "no"} bytes instead of ${wrong[1]}`;
};

const corrupt = (what: string, reason: string): LocalStackError =>
  new LocalStackError(
    "DOWNLOAD_CORRUPT",
    `${what} arrived corrupt: ${reason}. Run the command again; if it repeats, the mirror that Maven is set up with serves other bytes.`,
  );

const attempt = async (download: Download, parent: string, mavenArgs: readonly string[], log: LogLine): Promise<void> => {
  const folder = await mkdtemp(join(parent, ".part-"));
  try {
    await download.fetch(folder, mavenArgs, log);
    await writeFile(join(folder, markerName), JSON.stringify({ sha512: download.sha512, files: await sizesOf(folder) } satisfies Marker));
    await rm(download.folder, { recursive: true, force: true });
    await rename(folder, download.folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

const removeLeftOvers = async (parent: string): Promise<void> => {
  for (const name of await readdir(parent)) if (name.startsWith(".part-")) await rm(join(parent, name), { recursive: true, force: true });
};

const ensure = async (download: Download, parent: string, log: LogLine): Promise<void> => {
  if (await isThere(download.folder)) {
    const fault = await faultOf(download);
    if (fault === undefined) return;
    log(`${download.what}: the copy here is not usable (${fault}); fetching it again`);
  } else {
    log(`${download.what}: fetching`);
  }
  const beganMs = performance.now();
  try {
    await attempt(download, parent, [], log);
  } catch (error) {
    if (!(error instanceof LocalStackError) || error.code !== "DOWNLOAD_CORRUPT") throw error;
    // The bad bytes may sit in Maven's own cache, where asking again would only read them again.
    log(`${errorText(error).split(". ")[0]}; trying once more past Maven's cache`);
    const freshRepository = await mkdtemp(join(parent, ".part-"));
    await attempt(download, parent, [`-Dmaven.repo.local=${freshRepository}`], log).finally(() =>
      rm(freshRepository, { recursive: true, force: true }),
    );
  }
  log(`${download.what}: ready after ${((performance.now() - beganMs) / 1000).toFixed(1)} s`);
};

const kafkaDownload = (root: string, parent: string, stack: Stack): Download => {
  const what = `Kafka ${stack.versions.kafka}`;
  const { jars, sha512 } = stack.downloads.kafka;
  return {
    what,
    folder: join(parent, `kafka-${stack.versions.kafka}`),
    sha512,
    fetch: async (folder, mavenArgs, log) => {
      const pom = join(root, "infra/local/kafka/pom.xml");
      await runMaven(
        what,
        [...mavenArgs, "-f", pom, `${dependencyPlugin}:copy-dependencies`, "-DincludeScope=runtime", `-DoutputDirectory=${folder}`],
        log,
      );
      const names = await readdir(folder);
      if (names.length !== jars) throw corrupt(what, `${names.length} jars instead of ${jars}`);
      if ((await sha512OfFolder(folder)) !== sha512) throw corrupt(what, "the checksum of its jars differs from infra/stack.yaml");
    },
  };
};

const registryDownload = (parent: string, stack: Stack): Download => {
  const what = `Apicurio Registry ${stack.versions.registry}`;
  const { artifact, sha512 } = stack.downloads.registry;
  return {
    what,
    folder: join(parent, `registry-${stack.versions.registry}`),
    sha512,
    fetch: async (folder, mavenArgs, log) => {
      const archiveFolder = join(folder, ".archive");
      await mkdir(archiveFolder);
      await runMaven(what, [...mavenArgs, `${dependencyPlugin}:copy`, `-Dartifact=${artifact}`, `-DoutputDirectory=${archiveFolder}`], log);
      const name = (await readdir(archiveFolder))[0] ?? "nothing";
      const archive = join(archiveFolder, name);
      if (!(await isThere(archive)) || (await sha512OfFile(archive)) !== sha512)
        throw corrupt(what, `the checksum of ${name} differs from infra/stack.yaml`);
      log(`${what}: unpacking`);
      const unpacked = spawnSync("tar", ["-xzf", archive, "-C", folder], { encoding: "utf8" });
      if (unpacked.status !== 0)
        throw new LocalStackError(
          "DOWNLOAD_FAILED",
          `${what} cannot be unpacked: ${unpacked.error?.message ?? unpacked.stderr.slice(0, 400)}. Check the free disk space.`,
        );
      await rm(archiveFolder, { recursive: true });
    },
  };
};

/** Fetches what is missing into <root>/.leadstream/downloads; several processes may ask at once, one fetches. */
export const ensureServers = async (root: string, stack: Stack, log: LogLine): Promise<ServerFolders> => {
  const parent = join(root, ".leadstream/downloads");
  await mkdir(parent, { recursive: true });
  const kafka = kafkaDownload(root, parent, stack);
  const registry = registryDownload(parent, stack);
  const lock = await waitForLock(join(parent, "lock"), "the folder of downloads", lockLimitMs);
  try {
    await removeLeftOvers(parent);
    for (const download of [kafka, registry]) await ensure(download, parent, log);
  } finally {
    lock.release();
  }
  return { kafka: kafka.folder, registry: registry.folder };
};

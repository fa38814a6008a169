import { spawnSync } from "node:child_process";
import { existsSync, statfsSync } from "node:fs";
import { freemem } from "node:os";
import { stripVTControlCharacters } from "node:util";
import { assertPortsFree, errorText, findJavas, type PortName, readStackState } from "@leadstream/infra-local";
import type { Workplace } from "../workplace.ts";

export interface Finding {
  readonly what: string;
  readonly ok: boolean;
  readonly detail: string;
  /** What to do when it is not ok. */
  readonly remedy: string;
}

const MINIMUM_FREE_MB = 3_000;
/** Downloads take 1.5 GB; the rest is for the data of a first day. */
const MINIMUM_DISK_MB = 3_000;

/** Looks at everything that the stack needs of this machine. */
export async function examine(workplace: Workplace): Promise<Finding[]> {
  const { stack, ports, dataDir } = workplace;
  const javas = findJavas();
  const newest = Math.max(0, ...javas.map((java) => java.majorVersion));
  const java = (what: string, minimum: number): Finding => ({
    what: `Java for ${what}`,
    ok: newest >= minimum,
    detail: newest === 0 ? "none found" : `found ${javas.map((each) => each.majorVersion).join(", ")}`,
    remedy: `Install a JDK ${minimum} or newer, for example from your package manager, or set JAVA_HOME to one`,
  });
  const maven = spawnSync("mvn", ["--batch-mode", "-Dstyle.color=never", "--version"], { encoding: "utf8" });
  const node = Number(process.versions.node.split(".")[0]);
  const running = readStackState(dataDir);
  const portsFree =
    running !== undefined ? null : await assertPortsFree(ports, Object.keys(ports) as PortName[]).then(() => null, errorText);
  const freeMb = Math.round(freemem() / 1e6);
  const disk = statfsSync(workplace.root);
  const diskMb = Math.round((disk.bavail * disk.bsize) / 1e6);
  const docker = spawnSync("docker", ["info", "--format", "{{.ServerVersion}}"], { encoding: "utf8", timeout: 5_000 });
  return [
    { what: "Node", ok: node >= 24, detail: process.versions.node, remedy: "Start through ./leadstream or npm: they fetch Node 24" },
    java("Kafka", stack.java.kafka.minimumVersion),
    java("the schema registry", stack.java.registry.minimumVersion),
    {
      what: "Maven (for downloads)",
      ok: maven.status === 0,
      detail:
        maven.status === 0
          ? stripVTControlCharacters(maven.stdout.split("\n")[0] ?? "")
          : maven.error === undefined
            ? "does not run"
            : "not found",
      remedy: "Install Maven; it fetches Kafka and the registry",
    },
    {
      what: "ports",
      ok: portsFree === null,
      detail: running !== undefined ? "in use by the running stack" : (portsFree ?? "free"),
      remedy: "Free them, or set LEADSTREAM_PORT_OFFSET",
    },
    {
      what: "memory",
      ok: freeMb >= MINIMUM_FREE_MB || running !== undefined,
      detail: `${freeMb} MB free`,
      remedy: `The stack needs about ${MINIMUM_FREE_MB} MB`,
    },
    {
      what: "disk",
      ok: diskMb >= MINIMUM_DISK_MB,
      detail: `${diskMb} MB free`,
      remedy: `Downloads and data need about ${MINIMUM_DISK_MB} MB`,
    },
    {
      what: "Docker engine (only for compose and npm run test:docker)",
      ok: true,
      detail: docker.status === 0 ? `answers, ${docker.stdout.trim()}` : "does not answer; not needed for npm start and npm test",
      remedy: "",
    },
    { what: "data", ok: true, detail: existsSync(dataDir) ? `kept in ${dataDir}` : "none yet", remedy: "" },
  ];
}

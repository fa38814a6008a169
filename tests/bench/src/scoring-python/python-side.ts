import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ServerAddresses } from "@leadstream/infra-local";
import { topicNames } from "@leadstream/schemas";
import { BenchError } from "../harness/bench-error.ts";
import { Child } from "../harness/child.ts";
import type { SchemaIds } from "../scoring/kafka-streams-side.ts";
import type { Side } from "../scoring/side.ts";

export type PythonPeer = "quix" | "faust";

export interface PythonWish {
  readonly root: string;
  readonly workFolder: string;
  readonly addresses: ServerAddresses;
  readonly schemaIds: SchemaIds;
  readonly incarnation: string;
  readonly sessionTimeoutMs: number;
  readonly commitIntervalMs: number;
}

const peersOf = (root: string): string => join(root, "tests/bench/peers/python");
const venvOf = (root: string, peer: PythonPeer): string => join(root, ".leadstream/python", peer);

/** What a peer promises in the configuration that is measured; ours is exactly once, also after the loss of process and disk. */
export const guarantees: Readonly<Record<PythonPeer, string>> = {
  quix: "exactly once (transactions), its default is at least once",
  faust: "at least once",
};

/** Installs the peer's packages from PyPI into a folder of its own below .leadstream when its requirements changed. Throws BUILD_FAILED. */
export function installPythonPeer(root: string, peer: PythonPeer, log: (line: string) => void): string {
  const requirements = join(peersOf(root), `requirements-${peer}.txt`);
  const wanted = readFileSync(requirements, "utf8");
  const marker = join(venvOf(root, peer), "installed.txt");
  if (!existsSync(marker) || readFileSync(marker, "utf8") !== wanted) {
    log(`${peer}: installing ${wanted.trim()} from PyPI`);
    run("python3", ["-m", "venv", venvOf(root, peer)]);
    run(join(venvOf(root, peer), "bin/pip"), ["install", "--quiet", "--requirement", requirements]);
    writeFileSync(marker, wanted);
  }
  return wanted.trim();
}

function run(command: string, args: readonly string[]): void {
  const made = spawnSync(command, args, { encoding: "utf8" });
  if (made.status === 0) return;
  const words = made.error?.message ?? (made.stdout + made.stderr).slice(-1_500);
  throw new BenchError(
    "BUILD_FAILED",
    `${command} ${args.join(" ")}: ${words}. The Python peers need Python 3.10 or newer with venv, and PyPI.`,
  );
}

export function pythonSide(peer: PythonPeer, wish: PythonWish): Side {
  const { root, workFolder, addresses, schemaIds } = wish;
  const applicationId = (name: string): string => `${peer}-${name}`;
  const stateDir = (name: string): string => join(workFolder, applicationId(name));
  const side: Side = {
    name: peer,
    scores: "bench.python.scores",
    signals: "bench.python.signals",
    groupOf: applicationId,
    ownTopics: (name) => ownTopicsOf(peer, applicationId(name)),
    start(name) {
      mkdirSync(stateDir(name), { recursive: true });
      const settings = {
        brokers: addresses.kafka.brokers,
        applicationId: applicationId(name),
        input: topicNames.leadEvents,
        incarnation: wish.incarnation,
        scores: side.scores,
        signals: side.signals,
        stateDir: stateDir(name),
        touchSchemaId: schemaIds.touch,
        scoreSchemaId: schemaIds.score,
        signalSchemaId: schemaIds.signal,
        commitIntervalMs: wish.commitIntervalMs,
        sessionTimeoutMs: wish.sessionTimeoutMs,
      };
      return new Child({
        name: `the ${peer} peer`,
        command: join(venvOf(root, peer), "bin/python"),
        args: [
          "-W",
          "ignore",
          join(peersOf(root), `${peer}_scorer.py`),
          ...Object.entries(settings).map(([key, value]) => `${key}=${value}`),
        ],
        environment: { ...process.env, PYTHONDONTWRITEBYTECODE: "1" },
        logFile: join(workFolder, `${applicationId(name)}.log`),
      });
    },
    loseDisk: (name) => rmSync(stateDir(name), { recursive: true, force: true }),
  };
  return side;
}

function ownTopicsOf(peer: PythonPeer, application: string): readonly string[] {
  return peer === "quix" ? [`changelog__${application}--${topicNames.leadEvents}--default`] : [`${application}-leads-changelog`];
}

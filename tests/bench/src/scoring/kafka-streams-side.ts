import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { findJavas, requireJava, type ServerAddresses } from "@leadstream/infra-local";
import { AvroWriter, type RecordName, type Records, topicNames, type WireFormat } from "@leadstream/schemas";
import { BenchError } from "../harness/bench-error.ts";
import { Child } from "../harness/child.ts";
import type { Side } from "./side.ts";

export interface KafkaStreamsWish {
  readonly root: string;
  readonly workFolder: string;
  readonly addresses: ServerAddresses;
  readonly schemaIds: SchemaIds;
  readonly sessionTimeoutMs: number;
  readonly threads: number;
  /** 0 turns the store's cache off. */
  readonly cacheMb: number;
  readonly heapMb: number;
  readonly commitIntervalMs: number;
  readonly javaArguments?: readonly string[];
}

export interface SchemaIds {
  readonly touch: number;
  readonly score: number;
  readonly signal: number;
}

const MINIMUM_JAVA = 17;
const folderOf = (root: string): string => join(root, "tests/bench/peers/kafka-streams");

/** Builds the peer with Maven when its sources are newer than its jar. Throws BUILD_FAILED with Maven's own words. */
export function buildKafkaStreamsPeer(root: string, log: (line: string) => void): { readonly version: string } {
  const folder = folderOf(root);
  const jar = join(folder, "target/kafka-streams-peer-1.jar");
  const sources = readdirSync(join(folder, "src"), { recursive: true, encoding: "utf8" }).map((name) => join(folder, "src", name));
  const newest = Math.max(...[join(folder, "pom.xml"), ...sources].map((path) => statSync(path).mtimeMs));
  if (!existsSync(jar) || statSync(jar).mtimeMs < newest) {
    log("kafka-streams peer: building with Maven");
    const made = spawnSync("mvn", ["-q", "-B", "-f", join(folder, "pom.xml"), "package"], { encoding: "utf8" });
    if (made.status !== 0)
      throw new BenchError(
        "BUILD_FAILED",
        `the Kafka Streams peer cannot be built: ${made.error?.message ?? (made.stdout + made.stderr).slice(-1_500)}. It needs Maven and a JDK ${MINIMUM_JAVA} or newer.`,
      );
  }
  const version = /<artifactId>kafka-streams<\/artifactId>\s*<version>([^<]+)</.exec(readFileSync(join(folder, "pom.xml"), "utf8"))?.[1];
  return { version: version ?? "unknown" };
}

/** Ids that the registry gave, read from a written header. */
export function schemaIdsOf(wire: WireFormat): SchemaIds {
  const idOf = <N extends RecordName>(type: N): number => {
    const writer = new AvroWriter(64);
    try {
      wire.write(writer, type, {} as Records[N]);
    } catch {
      // The header stands before the body of an empty value is refused.
    }
    return writer.buffer.readInt32BE(1);
  };
  return { touch: idOf("Touch"), score: idOf("Score"), signal: idOf("Signal") };
}

export function kafkaStreamsSide(wish: KafkaStreamsWish, incarnation: () => string): Side {
  const { root, workFolder, addresses, schemaIds, threads, cacheMb, commitIntervalMs } = wish;
  const java = requireJava("the Kafka Streams peer", MINIMUM_JAVA, findJavas());
  const target = join(folderOf(root), "target");
  const applicationId = (run: string): string => `peer-${run}`;
  const stateDir = (run: string): string => join(workFolder, `kafka-streams-${run}`);
  const side: Side = {
    name: `kafka-streams ${threads}t${cacheMb > 0 ? ` cache ${cacheMb} MB` : ""}`,
    scores: "bench.peer.scores",
    signals: "bench.peer.signals",
    groupOf: applicationId,
    ownTopics: (run) => [`${applicationId(run)}-leads-changelog`],
    start(run) {
      mkdirSync(stateDir(run), { recursive: true });
      const settings = {
        brokers: addresses.kafka.brokers,
        applicationId: applicationId(run),
        input: topicNames.leadEvents,
        incarnation: incarnation(),
        scores: side.scores,
        signals: side.signals,
        stateDir: stateDir(run),
        touchSchemaId: schemaIds.touch,
        scoreSchemaId: schemaIds.score,
        signalSchemaId: schemaIds.signal,
        threads,
        cacheMb,
        commitIntervalMs,
        sessionTimeoutMs: wish.sessionTimeoutMs,
      };
      return new Child({
        name: "the Kafka Streams peer",
        command: java.path,
        args: [
          `-Xmx${wish.heapMb}m`,
          ...(wish.javaArguments ?? []),
          "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
          "-cp",
          `${join(target, "kafka-streams-peer-1.jar")}:${join(target, "dependency")}/*`,
          "leadstream.bench.Main",
          ...Object.entries(settings).map(([name, value]) => `${name}=${value}`),
        ],
        environment: process.env,
        logFile: join(workFolder, `kafka-streams-${run}.log`),
      });
    },
    loseDisk: (run) => rmSync(stateDir(run), { recursive: true, force: true }),
  };
  return side;
}

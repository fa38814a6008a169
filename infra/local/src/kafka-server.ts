import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Child, type ChildSettings, startReadyChild } from "./child-process.ts";
import { errorText, LocalStackError } from "./errors.ts";
import type { Java } from "./java.ts";
import { probeKafka } from "./kafka-probe.ts";

export type KafkaSettings = {
  jarFolder: string;
  java: Java;
  heapMb: number;
  /** Holds data, properties, pid and log of this broker. */
  dataDirectory: string;
  logFile: string;
  pidFile: string;
  port: number;
  controllerPort: number;
};

const readyLimitMs = 60_000;
export const kafkaDrainMs = 15_000;

const log4jProperties = `status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{ISO8601} %p %c{1} %m%n
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
logger.server.name = kafka.server.KafkaRaftServer
logger.server.level = info
`;

/** What is the same wherever the broker runs; docker-compose.yml is checked against it. */
export const brokerTuning: Readonly<Record<string, string | number | boolean>> = {
  "auto.create.topics.enable": false,
  "num.partitions": 4,
  "default.replication.factor": 1,
  "min.insync.replicas": 1,
  "offsets.topic.replication.factor": 1,
  "offsets.topic.num.partitions": 4,
  // A stack that stood still for a year still resumes: without its offsets a fold would halt.
  "offsets.retention.minutes": 525_600,
  "transaction.state.log.replication.factor": 1,
  "transaction.state.log.min.isr": 1,
  "transaction.state.log.num.partitions": 4,
  "share.coordinator.state.topic.replication.factor": 1,
  "share.coordinator.state.topic.min.isr": 1,
  "share.coordinator.state.topic.num.partitions": 4,
  "group.initial.rebalance.delay.ms": 0,
  "group.min.session.timeout.ms": 1_000,
  // An abandoned transaction blocks every reader behind it until it times out: ten seconds, looked for each second.
  "transaction.max.timeout.ms": 10_000,
  "transaction.abort.timed.out.transaction.cleanup.interval.ms": 1_000,
  // A lone broker has nobody to hand its partitions to: it would only leave them without a leader while it stops, and a transaction that ends
  // then loses its markers and hangs for ever (docs/operations.md).
  "controlled.shutdown.enable": false,
  // After kill -9 the controller refuses the same broker until its old session ends.
  "broker.session.timeout.ms": 4_000,
  "broker.heartbeat.interval.ms": 1_000,
  "num.network.threads": 2,
  "num.io.threads": 4,
  "num.recovery.threads.per.data.dir": 2,
  "log.cleaner.dedupe.buffer.size": 8_388_608,
};

/** server.properties of one node that is broker and controller. */
export const kafkaProperties = (settings: Pick<KafkaSettings, "port" | "controllerPort" | "dataDirectory">): string => {
  const { port, controllerPort } = settings;
  const properties: Record<string, string | number | boolean> = {
    "process.roles": "broker,controller",
    "node.id": 1,
    "controller.quorum.voters": `1@127.0.0.1:${controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    "advertised.listeners": `PLAINTEXT://127.0.0.1:${port}`,
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "inter.broker.listener.name": "PLAINTEXT",
    "controller.listener.names": "CONTROLLER",
    "log.dirs": join(settings.dataDirectory, "log"),
    ...brokerTuning,
  };
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");
};

const newClusterId = (): string => {
  for (;;) {
    const id = randomBytes(16).toString("base64url");
    // A leading dash would read as an option of the storage tool.
    if (!id.startsWith("-")) return id;
  }
};

const classPathOf = (jarFolder: string): string => join(jarFolder, "*");

const format = async (settings: KafkaSettings, propertiesFile: string): Promise<void> => {
  const args = ["-Xmx128m", "-XX:TieredStopAtLevel=1", "-cp", classPathOf(settings.jarFolder), "kafka.tools.StorageTool"];
  try {
    await promisify(execFile)(settings.java.path, [...args, "format", "--ignore-formatted", "-t", newClusterId(), "-c", propertiesFile], {
      timeout: readyLimitMs,
    });
  } catch (error) {
    throw new LocalStackError("SERVER_EXITED", `Kafka's data folder ${settings.dataDirectory} cannot be formatted: ${errorText(error)}`, {
      cause: error,
    });
  }
};

/** Formats the folder at the first start, starts the broker, and answers when both coordinators serve. */
export const startKafka = async (settings: KafkaSettings, signal: AbortSignal): Promise<Child> => {
  mkdirSync(settings.dataDirectory, { recursive: true });
  const propertiesFile = join(settings.dataDirectory, "server.properties");
  const log4jFile = join(settings.dataDirectory, "log4j2.properties");
  writeFileSync(propertiesFile, kafkaProperties(settings));
  writeFileSync(log4jFile, log4jProperties);
  if (!existsSync(join(settings.dataDirectory, "log/meta.properties"))) await format(settings, propertiesFile);
  const child: ChildSettings = {
    name: "kafka",
    command: settings.java.path,
    args: [
      `-Xmx${settings.heapMb}m`,
      "-Xms64m",
      `-Dlog4j2.configurationFile=${log4jFile}`,
      "-Djava.awt.headless=true",
      "-cp",
      classPathOf(settings.jarFolder),
      "kafka.Kafka",
      propertiesFile,
    ],
    environment: process.env,
    workingDirectory: settings.dataDirectory,
    logFile: settings.logFile,
    pidFile: settings.pidFile,
  };
  return startReadyChild(child, kafkaDrainMs, { probe: () => probeKafka(`127.0.0.1:${settings.port}`), limitMs: readyLimitMs, signal });
};

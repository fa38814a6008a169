import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Child, type ChildSettings, startReadyChild } from "./child-process.ts";
import type { Java } from "./java.ts";

export type RegistrySettings = {
  folder: string;
  java: Java;
  heapMb: number;
  dataDirectory: string;
  logFile: string;
  pidFile: string;
  port: number;
  managementPort: number;
};

const readyLimitMs = 90_000;
const requestLimitMs = 5_000;
export const registryDrainMs = 10_000;

export const registryUrl = (port: number): string => `http://127.0.0.1:${port}/apis/ccompat/v7`;

/** Without WRITE_DELAY=0 a kill -9 loses ids that were already answered. */
const databaseUrl = (dataDirectory: string): string => `jdbc:h2:file:${join(dataDirectory, "registry")};WRITE_DELAY=0`;

/** True when the registry answers and refuses what is not BACKWARD. */
const isServing = async (url: string): Promise<boolean> => {
  try {
    const answer = await fetch(`${url}/config`, { signal: AbortSignal.timeout(requestLimitMs) });
    const text = await answer.text();
    return answer.ok && text.includes("BACKWARD");
  } catch {
    return false;
  }
};

export const startRegistry = async (settings: RegistrySettings, signal: AbortSignal): Promise<Child> => {
  mkdirSync(settings.dataDirectory, { recursive: true });
  const child: ChildSettings = {
    name: "registry",
    command: settings.java.path,
    args: [`-Xmx${settings.heapMb}m`, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-jar", join(settings.folder, "quarkus-run.jar")],
    environment: {
      ...process.env,
      QUARKUS_HTTP_HOST: "127.0.0.1",
      QUARKUS_HTTP_PORT: String(settings.port),
      QUARKUS_MANAGEMENT_HOST: "127.0.0.1",
      QUARKUS_MANAGEMENT_PORT: String(settings.managementPort),
      QUARKUS_HTTP_ACCESS_LOG_ENABLED: "false",
      // Its own default is NONE. Subjects without a rule of their own get this one.
      APICURIO_RULES_GLOBAL_COMPATIBILITY: "BACKWARD",
      APICURIO_DATASOURCE_URL: databaseUrl(settings.dataDirectory),
    },
    workingDirectory: settings.dataDirectory,
    logFile: settings.logFile,
    pidFile: settings.pidFile,
  };
  const url = registryUrl(settings.port);
  return startReadyChild(child, registryDrainMs, { probe: () => isServing(url), limitMs: readyLimitMs, signal });
};

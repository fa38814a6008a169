import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Child, startChild, waitUntilReady } from "./child-process.ts";
import { LocalStackError } from "./errors.ts";
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

const isUp = async (url: string): Promise<boolean> => {
  try {
    const answer = await fetch(`${url}/config`, { signal: AbortSignal.timeout(requestLimitMs) });
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false;
  }
};

/** The registry's own default is NONE; subjects without a rule of their own get this one. */
const requireBackward = async (url: string): Promise<void> => {
  const answer = await fetch(`${url}/config`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ compatibility: "BACKWARD" }),
    signal: AbortSignal.timeout(requestLimitMs),
  });
  const text = await answer.text();
  if (!answer.ok)
    throw new LocalStackError("SERVER_NOT_READY", `the registry refuses compatibility BACKWARD: ${answer.status} ${text.slice(0, 300)}`);
};

export const startRegistry = async (settings: RegistrySettings): Promise<Child> => {
  mkdirSync(settings.dataDirectory, { recursive: true });
  const child = await startChild({
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
      APICURIO_DATASOURCE_URL: databaseUrl(settings.dataDirectory),
    },
    workingDirectory: settings.dataDirectory,
    logFile: settings.logFile,
    pidFile: settings.pidFile,
  });
  try {
    await waitUntilReady(child, () => isUp(registryUrl(settings.port)), readyLimitMs);
    await requireBackward(registryUrl(settings.port));
  } catch (error) {
    await child.stop(registryDrainMs);
    throw error;
  }
  return child;
};

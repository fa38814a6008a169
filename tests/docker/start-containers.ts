import { join } from "node:path";
import { freePorts, testServersVariable } from "@leadstream/infra-local";
import { DockerComposeEnvironment } from "testcontainers";

const root = join(import.meta.dirname, "../..");
const START_LIMIT_MS = 300_000;
const password = "leadstream";

/** Kafka, the registry and ClickHouse as containers of docker-compose.yml, on free ports: the suites that ran on plain processes run on images. */
export default async function startContainers(): Promise<void> {
  const [kafkaPort, registryPort, clickhousePort] = (await freePorts(3)) as [number, number, number];
  const environment = await new DockerComposeEnvironment(root, "docker-compose.yml")
    .withEnvironment({
      LEADSTREAM_KAFKA_PORT: String(kafkaPort),
      LEADSTREAM_REGISTRY_PORT: String(registryPort),
      LEADSTREAM_CLICKHOUSE_PORT: String(clickhousePort),
      LEADSTREAM_CLICKHOUSE_PASSWORD: password,
    })
    .withStartupTimeout(START_LIMIT_MS)
    .up(["kafka", "registry", "clickhouse"])
    .catch((error: unknown) => {
      throw new Error(
        "npm run test:docker needs a Docker engine that answers and can fetch the images of docker-compose.yml; npm test needs none",
        {
          cause: error,
        },
      );
    });
  const clickhouseUrl = `http://127.0.0.1:${clickhousePort}`;
  process.env[testServersVariable] = JSON.stringify({
    kafka: { brokers: `127.0.0.1:${kafkaPort}` },
    registry: { url: `http://127.0.0.1:${registryPort}/apis/ccompat/v7` },
    clickhouse: { url: clickhouseUrl, user: "leadstream", password },
  });
  // The suite of the embedded engine's HTTP interface runs on the server that it stands in for.
  process.env.CLICKHOUSE_URL = clickhouseUrl.replace("http://", `http://leadstream:${password}@`);
  Object.assign(globalThis, { leadstreamDisposeServers: () => environment.down({ removeVolumes: true }) });
}

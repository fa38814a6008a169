import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type ClickHouseClient, connectClickHouse } from "@leadstream/clickhouse";
import type { ServerAddresses } from "@leadstream/infra-local";
import { connectKafka, connectRegistry, createProducer, type KafkaConnection, type Producer, type Registry } from "@leadstream/kafka";

export const databaseName = "leadstream";
export const groupPrefix = "leadstream";

/** Clients of the command line for one stack; each is made when it is first asked for. */
export class StackClients {
  private readonly addresses: ServerAddresses;
  private readonly dataDir: string;
  private readonly closing: (() => Promise<void>)[] = [];
  private kafkaConnection: Promise<KafkaConnection> | null = null;
  private registryConnection: Promise<Registry> | null = null;
  private clickhouseClient: ClickHouseClient | null = null;
  private kafkaProducer: Promise<Producer> | null = null;

  constructor(addresses: ServerAddresses, dataDir: string) {
    this.addresses = addresses;
    this.dataDir = dataDir;
  }

  kafka(): Promise<KafkaConnection> {
    this.kafkaConnection ??= connectKafka({
      brokers: this.addresses.kafka.brokers.split(","),
      clientId: "leadstream-ctl",
      connectionTimeoutMs: 5_000,
      requestTimeoutMs: 15_000,
      retries: 10,
      initialRetryTimeMs: 50,
    }).then((connection) => {
      this.closing.unshift(async () => connection.close());
      return connection;
    });
    return this.kafkaConnection;
  }

  registry(): Promise<Registry> {
    const folder = join(this.dataDir, "ctl");
    mkdirSync(folder, { recursive: true });
    this.registryConnection ??= connectRegistry({ url: this.addresses.registry.url, cacheFile: join(folder, "schema-ids.json") });
    return this.registryConnection;
  }

  clickhouse(): ClickHouseClient {
    if (this.clickhouseClient === null) {
      const client = connectClickHouse({ ...this.addresses.clickhouse, database: databaseName, application: "leadstream-ctl" });
      this.clickhouseClient = client;
      this.closing.push(() => client.close());
    }
    return this.clickhouseClient;
  }

  producer(): Promise<Producer> {
    this.kafkaProducer ??= this.kafka().then((connection) => {
      const producer = createProducer(connection, {
        lingerMs: 5,
        maxBatchRecords: 2_000,
        maxBufferedBytes: 64 << 20,
        requestTimeoutMs: 30_000,
      });
      this.closing.unshift(() => producer.close());
      return producer;
    });
    return this.kafkaProducer;
  }

  async close(): Promise<void> {
    for (const close of this.closing.splice(0)) await close();
  }
}

import { join } from "node:path";
import { loadConfig } from "@leadstream/config";
import { z } from "zod";
import { prepareStack, readDocuments } from "../stack/prepare.ts";
import type { Workplace } from "../workplace.ts";
import { progressLog } from "./progress.ts";

const prepareConfig = z.object({
  kafkaBrokers: z.string().min(1).describe("host:port of one or more brokers, with commas"),
  registryUrl: z.url({ protocol: /^https?$/ }).describe("the address of the schema registry"),
  clickhouseUrl: z.url({ protocol: /^https?$/ }).describe("the address of ClickHouse's HTTP interface"),
  clickhouseUser: z.string().min(1).describe("the user of ClickHouse"),
  clickhousePassword: z.string().describe("its password"),
  dataDir: z.string().min(1).describe("a folder that keeps what was published last"),
  model: z.string().optional().describe("the path of a scoring model"),
  policy: z.string().optional().describe("the path of a routing policy"),
  roster: z.string().optional().describe("the path of a roster"),
  journey: z.string().optional().describe("the path of a nurture journey"),
});

/** Topics, schemas, tables and configuration on servers that run elsewhere: what a container does once before the services start. */
export async function prepareFromEnvironment({ root }: Workplace): Promise<void> {
  const config = loadConfig(prepareConfig);
  const examples = join(root, "infra/examples");
  const addresses = {
    kafka: { brokers: config.kafkaBrokers },
    registry: { url: config.registryUrl },
    clickhouse: { url: config.clickhouseUrl, user: config.clickhouseUser, password: config.clickhousePassword },
  };
  const documents = {
    model: config.model ?? join(examples, "models/default.yaml"),
    usualModel: config.model === undefined,
    usualJourney: config.journey === undefined,
    policy: config.policy ?? join(examples, "policies/default.yaml"),
    roster: config.roster ?? join(examples, "rosters/demo-team.yaml"),
    journey: config.journey ?? join(examples, "journeys/nurture.yaml"),
  };
  await prepareStack(addresses, { root, dataDir: config.dataDir, documents: readDocuments(documents, Date.now()), log: progressLog() });
}

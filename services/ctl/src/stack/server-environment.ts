import { loadConfig } from "@leadstream/config";
import type { ServerAddresses } from "@leadstream/infra-local";
import { z } from "zod";

/** Servers that run elsewhere: one environment variable per key, as services have them. */
export const serverVariables = {
  kafkaBrokers: z.string().min(1).describe("host:port of one or more brokers, with commas"),
  registryUrl: z.url({ protocol: /^https?$/ }).describe("the address of the schema registry"),
  clickhouseUrl: z.url({ protocol: /^https?$/ }).describe("the address of ClickHouse's HTTP interface"),
  clickhouseUser: z.string().min(1).describe("the user of ClickHouse"),
  clickhousePassword: z.string().describe("its password"),
};
type ServerVariables = z.output<z.ZodObject<typeof serverVariables>>;

export const addressesOf = (config: ServerVariables): ServerAddresses => ({
  kafka: { brokers: config.kafkaBrokers },
  registry: { url: config.registryUrl },
  clickhouse: { url: config.clickhouseUrl, user: config.clickhouseUser, password: config.clickhousePassword },
});

/** Throws ConfigError with every variable that is missing or wrong. */
export const addressesFromEnvironment = (): ServerAddresses => addressesOf(loadConfig(z.object(serverVariables)));

import { text } from "node:stream/consumers";
import { exitOnConfigError, loadConfig } from "@leadstream/config";
import { connectKafka, connectRegistry } from "@leadstream/kafka";
import { z } from "zod";
import { routerConfig } from "./config.ts";
import { compare } from "./what-if/compare.ts";
import { readHistory } from "./what-if/read-history.ts";

const wishShape = z.object({
  policy: z.string(),
  teams: z.array(z.object({ teamId: z.string(), document: z.string() })).nullable(),
  journeys: z.array(z.string()).nullable(),
  from: z.int().nullable(),
  to: z.int().nullable(),
  ownTimes: z.boolean(),
});

/** The wish as JSON on stdin, the comparison as one JSON line on stdout; what is wrong in one line on stderr, exit code 1. */
async function main(): Promise<void> {
  const config = await exitOnConfigError(() => loadConfig(routerConfig));
  const { teams, ...wish } = wishShape.parse(JSON.parse(await text(process.stdin)));
  const kafka = await connectKafka({
    brokers: config.kafkaBrokers,
    clientId: `${config.groupPrefix}-what-if`,
    connectionTimeoutMs: 5_000,
    requestTimeoutMs: config.requestTimeoutMs,
    retries: 12,
    initialRetryTimeMs: 20,
  });
  try {
    const registry = await connectRegistry({ url: config.registryUrl });
    const history = await readHistory(kafka, registry, {
      to: wish.to ?? Number.POSITIVE_INFINITY,
      ownTimes: wish.ownTimes,
      maxRecords: config.whatIfMaxRecords,
    });
    const fixed = teams?.map((team) => ({ ...team, publishedAt: 0 })) ?? null;
    const comparison = compare(history, { ...wish, teams: fixed }, () => performance.now());
    process.stdout.write(`${JSON.stringify(comparison)}\n`);
  } finally {
    kafka.close();
  }
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

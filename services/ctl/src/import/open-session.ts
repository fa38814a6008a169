import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { KeyStore } from "@leadstream/edge";
import type { ServerAddresses } from "@leadstream/infra-local";
import { connectEmitter, openIdentityKey } from "@leadstream/producer";
import { StackClients } from "../stack/clients.ts";
import { collectorSink } from "./collector-sink.ts";
import { ImportError } from "./errors.ts";
import { type AlreadyThere, presenceIn } from "./presence.ts";
import type { EventSink } from "./send-batch.ts";
import type { EdgeDefaults } from "./validate-row.ts";

/** Ways into the log and to what is there. */
export interface ImportSession {
  readonly sink: EventSink;
  readonly alreadyThere: AlreadyThere;
  close(): Promise<void>;
}

export interface SessionWish {
  readonly addresses: ServerAddresses;
  readonly dataDir: string;
  readonly collectorUrl: string;
  /** The mapping holds personal data: only the collector may seal it. */
  readonly personal: boolean;
  readonly environment: Environment;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** LEADSTREAM_DEFAULT_COUNTRY and LEADSTREAM_DEFAULT_CURRENCY, as for the collector. */
export function edgeDefaultsOf(environment: Environment): EdgeDefaults {
  return {
    defaultCountry: environment.LEADSTREAM_DEFAULT_COUNTRY || null,
    defaultCurrency: environment.LEADSTREAM_DEFAULT_CURRENCY || null,
  };
}

const BUFFER_BYTES = 64 << 20;

/** Straight to Kafka; through the collector where personal data has to be sealed. */
export async function openSession(wish: SessionWish): Promise<ImportSession> {
  const { addresses, dataDir, environment } = wish;
  const edge = edgeDefaultsOf(environment);
  const clients = new StackClients(addresses, dataDir);
  const common = { alreadyThere: presenceIn(clients.clickhouse()) };
  try {
    if (wish.personal) {
      const sink = collectorSink(wish.collectorUrl, await readApiKey(dataDir));
      return { ...common, sink, close: () => clients.close() };
    }
    const { emitter, close } = await connectEmitter({
      brokers: addresses.kafka.brokers.split(","),
      registryUrl: addresses.registry.url,
      clientId: "leadstream-import",
      identityKey: await openIdentityKey(join(dataDir, "identity-key")),
      keys: noKeys,
      defaultCountry: edge.defaultCountry ?? undefined,
      defaultCurrency: edge.defaultCurrency ?? undefined,
      bufferBytes: BUFFER_BYTES,
    });
    return {
      ...common,
      sink: emitter,
      close: async () => {
        await close();
        await clients.close();
      },
    };
  } catch (error) {
    await clients.close();
    throw error;
  }
}

/** A mapping that `holdsPersonal` lets through has nothing to seal; if it had, nothing may be sent unsealed. */
const noKeys: KeyStore = {
  keyFor: () => {
    throw new ImportError("KEYS_NEEDED", "a row holds personal data", "Use --through collector.");
  },
  find: () => null,
  destroy: () => false,
};

async function readApiKey(dataDir: string): Promise<string> {
  const path = join(dataDir, "api-key");
  try {
    return (await readFile(path, "utf8")).trim();
  } catch (cause) {
    throw new ImportError("COLLECTOR_REFUSED", `there is no API key in ${path}`, "Start the stack once: the collector makes it.", {
      cause,
    });
  }
}

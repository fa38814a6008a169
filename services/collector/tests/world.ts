import { afterEach } from "@jest/globals";
import { ApiKeys, hashOf } from "@leadstream/config";
import { onRosterChange, onRosterVersion } from "@leadstream/domain-routing";
import type { EdgeContext, KeyStore } from "@leadstream/edge";
import { KafkaAdapterError } from "@leadstream/kafka";
import { createNodeCrypto, Emitter, type RecordSender, uuidV7Source } from "@leadstream/producer";
import {
  AvroReader,
  codecs,
  type Decoded,
  type JourneyPublished,
  type RecordName,
  type RosterDecided,
  WireFormat,
} from "@leadstream/schemas";
import { createTelemetry, systemClock } from "@leadstream/telemetry";
import type { FastifyInstance } from "fastify";
import { CommandResults } from "../src/command-results.ts";
import type { JourneyLog } from "../src/journeys/journey-log.ts";
import { JourneyBook } from "../src/journeys/journeys.ts";
import type { RosterLog, RosterNews } from "../src/roster/roster-log.ts";
import { Rosters } from "../src/roster/rosters.ts";
import { buildServer, type ServerLimits } from "../src/server.ts";

export const KEY = "ls_test-key";
const limits: ServerLimits = {
  bodyLimitBytes: 20_000,
  batchLimit: 5,
  eventsPerSecond: 10,
  eventsBurst: 20,
  requestsInFlight: 2,
  bytesInFlight: 20_000,
  retryAfterMs: 1_500,
  commandWaitLimitMs: 2_000,
  requestTimeoutMs: 5_000,
};

const open: FastifyInstance[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((app) => app.close()));
});

/** A collector over a log in memory: requests are injected, the edge and the emitter are the real ones. */
export interface World {
  readonly app: FastifyInstance;
  readonly results: CommandResults;
  readonly log: Decoded[];
  readonly destroyed: string[];
  /** Versions of teams on the log; a test may slip in another writer's. */
  readonly rosters: RosterNews[];
  /** Journeys as they were decided, and as the leads were told. */
  readonly journeys: JourneyPublished[];
  readonly publishedJourneys: JourneyPublished[];
  readonly logLines: string[];
  clockMs: number;
  /** What Kafka does with the next records. */
  answer: (record: number) => Promise<void>;
}

export async function world(overrides: Partial<ServerLimits> = {}): Promise<World> {
  const wire = new WireFormat((Object.keys(codecs) as RecordName[]).map((name, index) => [name, index] as const));
  const state = {
    log: [] as Decoded[],
    destroyed: [] as string[],
    logLines: [] as string[],
    rosters: [] as RosterNews[],
    journeys: [] as JourneyPublished[],
    publishedJourneys: [] as JourneyPublished[],
    clockMs: 0,
    answer: async () => {},
  };
  const keys: KeyStore = {
    keyFor: (leadId) => ({ keyId: `key of ${leadId}`, key: Buffer.alloc(32, 1) }),
    find: () => null,
    destroy: (leadId) => state.destroyed.push(leadId) > 0,
  };
  const context: Omit<EdgeContext, "now" | "producer"> = {
    defaultCountry: "CN",
    defaultCurrency: null,
    crypto: createNodeCrypto(Buffer.alloc(32)),
    keys,
    newId: uuidV7Source(() => 1),
  };
  const sender: RecordSender = {
    async send(_topic, _partition, _key, value) {
      const offset = state.log.push(wire.read(new AvroReader(value))) - 1;
      await (state as unknown as World).answer(offset);
      return { partition: 2, offset };
    },
  };
  const telemetry = createTelemetry({
    service: "collector",
    processMetrics: false,
    destination: { write: (line) => state.logLines.push(line) },
  });
  const results = new CommandResults({ commandsKept: 3, commandWaiters: 2 });
  let seen = 0;
  const rosterLog: RosterLog = {
    async catchUp(see) {
      for (; seen < state.rosters.length; seen++) see(state.rosters[seen]!);
    },
    async append(change) {
      await (state as unknown as World).answer(state.rosters.length);
      // The router's own rule decides, with what the log holds by then.
      const newest = Math.max(0, ...state.rosters.map(({ version }) => version));
      onRosterChange(
        { now: 0, emit: ({ value }) => state.rosters.push(newsOf(value as RosterDecided)) },
        onRosterVersion(null, newest),
        change,
      );
      return { partition: 1, offset: state.rosters.length - 1 };
    },
  };
  let told = 0;
  const journeyLog: JourneyLog = {
    async catchUp(see) {
      for (; told < state.journeys.length; told++) see(state.journeys[told]!);
    },
    async decide(journey) {
      await (state as unknown as World).answer(state.journeys.length);
      state.journeys.push(journey);
    },
    async publish(journey) {
      state.publishedJourneys.push(journey);
    },
  };
  let ids = 0;
  const app = await buildServer({
    results,
    rosters: new Rosters(rosterLog, results, { rosterChangesWaiting: 2, rosterPollMs: 1 }, systemClock),
    journeys: new JourneyBook(journeyLog, () => 1_000, { rosterChangesWaiting: 2 }),
    newId: () => `id-${++ids}`,
    sink: new Emitter({ sender, wire, context, now: () => 1_000 }),
    apiKeys: new ApiKeys([
      [hashOf(KEY), "default"],
      [hashOf("ls_other"), "shop"],
    ]),
    telemetry,
    limits: { ...limits, ...overrides },
    monotonicMs: () => state.clockMs,
  });
  open.push(app);
  return Object.assign(state, { app, results }) as World;
}

const newsOf = ({ done, commandId, teamId, version, document }: RosterDecided): RosterNews =>
  done ? { kind: "team", teamId, version, document, commandId } : { kind: "refused", commandId, teamId, version };

type Method = "GET" | "POST" | "DELETE";
export function call(
  { app }: World,
  url: string,
  payload?: unknown,
  headers: Record<string, string> = { "x-api-key": KEY },
  method: Method = "POST",
) {
  return app.inject({
    method,
    url,
    headers: { ...(payload === undefined ? {} : { "content-type": "application/json" }), ...headers },
    ...(payload === undefined ? {} : { payload: typeof payload === "string" ? payload : JSON.stringify(payload) }),
  });
}
export const touch = (id: string) => ({ eventId: id, leadId: "l", kind: "page-view" });
export const away = async (): Promise<never> => {
  throw new KafkaAdapterError("UNAVAILABLE", "no broker", "wait");
};

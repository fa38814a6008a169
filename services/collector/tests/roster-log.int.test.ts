import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { sharedTestServers, uniqueName } from "@leadstream/infra-local";
import { connectRegistry, createProducer, type Producer, type Registry } from "@leadstream/kafka";
import { AvroWriter, type Records } from "@leadstream/schemas";
import { aRosterChange, aRosterDecided, aRosterPublished, aTeamRequest } from "@leadstream/testing";
import { KafkaRosterLog, type RosterNews } from "../src/roster/roster-log.ts";
import { TopicReader } from "./lead-events.ts";

let reader: TopicReader;
let registry: Registry;
let producer: Producer;

beforeAll(async () => {
  reader = await TopicReader.open(sharedTestServers());
  registry = await connectRegistry({ url: sharedTestServers().registry.url });
  producer = createProducer(reader.connection, { lingerMs: 0, maxBatchRecords: 10, maxBufferedBytes: 1 << 20, requestTimeoutMs: 10_000 });
});
afterAll(async () => {
  await producer?.close();
  reader?.close();
});

describe("the roster's log on real servers", () => {
  it("shows each team's versions in their order, once, and passes over requests", async () => {
    const teamId = uniqueName("team");
    const log = new KafkaRosterLog(reader.connection, registry, producer);
    const seen: RosterNews[] = [];
    const see = (news: RosterNews): void => {
      if (news.teamId === teamId) seen.push(news);
    };
    const document = `{"id":"${teamId}"}`;
    const append = (type: "RosterPublished" | "RosterDecided" | "TeamRequest", key: string, value: Records[typeof type]) => {
      const writer = new AvroWriter();
      registry.wire.write(writer, type, value as never);
      return producer.send("team.requests", null, key, writer.slice());
    };
    await append("RosterPublished", "*", aRosterPublished({ version: 1 }));
    await append("RosterPublished", teamId, aRosterPublished({ version: 1, document }));
    await append("TeamRequest", teamId, aTeamRequest({ teamId }));
    const place = await log.append(aRosterChange({ teamId, version: 2, commandId: "c-2" }));
    await append("RosterDecided", teamId, aRosterDecided({ teamId, version: 2, document, commandId: "c-2" }));
    await append("RosterDecided", "*", aRosterDecided({ done: false, teamId, version: 2, document: "", commandId: "c-3" }));
    await log.catchUp(see);
    const [first, second, refused] = seen.sort((one, other) => ((one.commandId ?? "") < (other.commandId ?? "") ? -1 : 1));
    expect(first).toMatchObject({ kind: "team", teamId, version: 1, document, commandId: null });
    expect(second).toEqual({ kind: "team", teamId, version: 2, document, commandId: "c-2" });
    expect(refused).toEqual({ kind: "refused", teamId, version: 2, commandId: "c-3" });
    await log.catchUp(see);
    expect(seen).toHaveLength(3);
    expect((await log.append(aRosterChange({ teamId, version: 3 }))).partition).toBe(place.partition);
    const another: number[] = [];
    await new KafkaRosterLog(reader.connection, registry, producer).catchUp((news) => {
      if (news.teamId === teamId && news.kind === "team") another.push(news.version);
    });
    expect(another).toEqual([1, 2]);
  });
});

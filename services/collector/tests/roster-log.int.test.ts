import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { sharedTestServers, uniqueName } from "@leadstream/infra-local";
import { connectRegistry, createProducer, type Producer, type Registry } from "@leadstream/kafka";
import { AvroWriter } from "@leadstream/schemas";
import { aRosterPublished, aTeamRequest } from "@leadstream/testing";
import { KafkaRosterLog, type TeamVersion } from "../src/roster/roster-log.ts";
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
    const seen: TeamVersion[] = [];
    const see = (team: TeamVersion): void => {
      if (team.teamId === teamId) seen.push(team);
    };
    const append = (version: number) =>
      log.append(teamId, aRosterPublished({ version, document: `{"id":"${teamId}"}`, commandId: `c-${version}` }));
    await append(1);
    const writer = new AvroWriter();
    registry.wire.write(writer, "TeamRequest", aTeamRequest({ teamId }));
    await producer.send("team.requests", null, teamId, writer.slice());
    const place = await append(2);
    await log.catchUp(see);
    expect(seen.map(({ version, commandId }) => [version, commandId])).toEqual([
      [1, "c-1"],
      [2, "c-2"],
    ]);
    await log.catchUp(see);
    expect(seen).toHaveLength(2);
    expect((await append(3)).offset).toBeGreaterThan(place.offset);
    await log.catchUp(see);
    expect(seen.at(-1)).toMatchObject({ version: 3, teamId });
    const another: number[] = [];
    await new KafkaRosterLog(reader.connection, registry, producer).catchUp((team) => {
      if (team.teamId === teamId) another.push(team.version);
    });
    expect(another).toEqual([1, 2, 3]);
  });
});

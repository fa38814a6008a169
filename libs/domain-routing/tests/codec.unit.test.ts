import { describe, expect, it } from "@jest/globals";
import { AvroReader, AvroWriter } from "@leadstream/schemas";
import {
  nothingPublished,
  publishJourney,
  publishPolicy,
  RoutingError,
  readCase,
  readCaseShared,
  readTeamState,
  writeCase,
  writeCaseShared,
  writeTeamState,
} from "../src/index.ts";
import { CaseStory } from "./case-story.ts";
import { roundTrip } from "./joiner.ts";
import { attributesOf, journeyDocument, policyDocument } from "./samples.ts";
import { TeamStory } from "./team-story.ts";

const hour = 3_600_000;
const rich = attributesOf({ campaign: "春季", companySize: 12_000, tags: ["vip", "new"], account: "acme" });

describe("state codecs", () => {
  it.each([
    ["new", new CaseStory().signal("captured", { score: 1, band: "pool", attributes: rich, temperature: "warm" })],
    ["requested", new CaseStory().signal("captured", { score: 90_000, band: "sql", grade: "A" })],
    ["leased", new CaseStory().assigned()],
    ["leased and reminded", new CaseStory().assigned().at(5 * hour)],
    ["leased with a transfer under way", new CaseStory().assigned().command("transfer", { toRep: "bob" })],
    ["recycled", new CaseStory().assigned().at(48 * hour)],
    ["opportunity", new CaseStory().assigned().status("opportunity")],
    ["erased", new CaseStory().assigned().signal("erased")],
    ["imported", new CaseStory().signal("captured", { imported: true })],
  ])("a case that is %s survives bytes", (_name, story) => {
    expect(roundTrip(story.state!, writeCase, readCase)).toEqual(story.state);
  });

  const published = {
    policy: publishPolicy(nothingPublished.policy, 3, JSON.stringify(policyDocument()), 4_711),
    journeys: publishJourney(nothingPublished.journeys, 2, JSON.stringify(journeyDocument()), 4_712),
  };

  it("a policy and its journeys survive bytes with their versions", () => {
    for (const shared of [published, nothingPublished]) expect(roundTrip(shared, writeCaseShared, readCaseShared)).toEqual(shared);
  });

  const team = new TeamStory().roster([{ id: "ann" }]).state!;
  it.each([
    ["a case", (writer: AvroWriter) => writeCase(writer, new CaseStory().assigned().state!), readCase],
    ["a team", (writer: AvroWriter) => writeTeamState(writer, team), readTeamState],
    ["policy and journeys", (writer: AvroWriter) => writeCaseShared(writer, published), readCaseShared],
    ["none published yet", (writer: AvroWriter) => writeCaseShared(writer, nothingPublished), readCaseShared],
  ] as const)("%s of another layout, or from before there were numbers, is refused and never misread", (_what, write, read) => {
    const writer = new AvroWriter();
    write(writer);
    const bytes = Buffer.from(writer.slice());
    const newer = Buffer.concat([Buffer.of(bytes[0]! + 2), bytes.subarray(1)]);
    for (const other of [newer, bytes.subarray(1)]) {
      let error: unknown;
      try {
        read(new AvroReader(other));
      } catch (caught) {
        error = caught;
      }
      expect([error instanceof RoutingError, (error as RoutingError).code]).toEqual([true, "STATE_LAYOUT"]);
    }
  });
});

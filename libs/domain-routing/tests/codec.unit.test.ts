import { describe, expect, it } from "@jest/globals";
import { noPolicy, publishPolicy, readCase, readSharedPolicy, writeCase, writeSharedPolicy } from "../src/index.ts";
import { CaseStory } from "./case-story.ts";
import { roundTrip } from "./joiner.ts";
import { attributesOf, policyDocument } from "./samples.ts";

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

  it("a policy survives bytes with its version", () => {
    const shared = publishPolicy(noPolicy, 3, JSON.stringify(policyDocument()), 4_711);
    expect(roundTrip(shared, writeSharedPolicy, readSharedPolicy)).toEqual(shared);
    expect(roundTrip(noPolicy, writeSharedPolicy, readSharedPolicy)).toEqual(noPolicy);
  });
});

import { describe, expect, it } from "@jest/globals";
import { readCase, writeCase } from "../src/index.ts";
import { CaseStory } from "./case-story.ts";
import { roundTrip } from "./joiner.ts";

const add = (story: CaseStory, toRep: string | null, rep: string | null = null) => story.command("add_collaborator", { toRep, rep });
const last = (story: CaseStory) => story.changes().at(-1)!;

describe("collaborators of a lead (S2)", () => {
  it("are added and taken away by the owner or a manager, one record for each command", () => {
    const story = add(new CaseStory().assigned(), "bob", "ann");
    expect(last(story)).toMatchObject({
      change: "collaborator_added",
      rep: "ann",
      epoch: 1,
      collaborators: ["bob"],
      commandId: "command-1",
    });
    add(story, "cid");
    expect(last(story).collaborators).toEqual(["bob", "cid"]);
    story.command("remove_collaborator", { toRep: "bob" });
    expect(last(story)).toMatchObject({ change: "collaborator_removed", collaborators: ["cid"] });
    expect(story.requests()).toEqual([]);
  });

  it.each([
    ["nobody is named", (story: CaseStory) => add(story, null), "names no collaborator"],
    ["somebody else's lead", (story: CaseStory) => add(story, "cid", "bob"), "held by ann"],
    ["the owner", (story: CaseStory) => add(story, "ann"), "ann owns the lead"],
    ["twice", (story: CaseStory) => add(add(story, "bob"), "bob"), "bob is a collaborator already"],
    ["one who is none leaves", (story: CaseStory) => story.command("remove_collaborator", { toRep: "bob" }), "bob is no collaborator"],
    ["a lease that is over", (story: CaseStory) => story.command("add_collaborator", { toRep: "bob", epoch: 0 }), "lease 0 is over"],
  ])("refused: %s", (_name, tell, reason) => {
    const story = tell(new CaseStory().assigned());
    expect(last(story)).toMatchObject({ change: "refused", reason: expect.stringContaining(reason) });
  });

  it("no more than sixteen", () => {
    const story = new CaseStory().assigned();
    for (let count = 1; count <= 17; count++) add(story, `rep-${count}`);
    expect(last(story)).toMatchObject({ change: "refused", reason: expect.stringContaining("no more are possible") });
    expect(story.state?.collaborators).toHaveLength(16);
  });

  it("stay when the lead changes hands, and the new owner's record tells of the owners before", () => {
    const story = add(add(new CaseStory().assigned(), "bob"), "cid");
    story.state = roundTrip(story.state!, writeCase, readCase);
    story.command("hand_back").command("transfer", { toRep: "bob", toTeam: "east" }).reply("granted", { rep: "bob" });
    expect(last(story)).toMatchObject({ change: "transferred", rep: "bob", collaborators: ["cid"], formerOwners: ["1:ann:handed_back"] });
    story.command("transfer", { toRep: "dee", toTeam: "east" }).reply("granted", { rep: "dee" });
    expect(last(story).formerOwners).toEqual(["1:ann:handed_back", "2:bob:transferred"]);
  });

  it("may report a contact in the owner's place, and nothing that ends or judges the lead", () => {
    const story = add(new CaseStory().assigned(), "bob");
    story.status("contacted", { rep: "bob" });
    expect(last(story)).toMatchObject({ change: "contacted", rep: "ann" });
    story.status("won", { rep: "bob" });
    expect(last(story)).toMatchObject({ change: "refused", reason: expect.stringContaining("held by ann") });
    story.status("follow_up", { rep: "cid" });
    expect(last(story).change).toBe("refused");
  });

  it("are forgotten with the lead", () => {
    const story = add(new CaseStory().assigned(), "bob").signal("erased", { eventId: "e" });
    expect(last(story)).toMatchObject({ change: "erased", collaborators: [] });
    expect([story.state?.collaborators, story.state?.formerLeases]).toEqual([[], []]);
  });
});

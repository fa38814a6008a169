import { describe, expect, it } from "@jest/globals";
import { CaseStory } from "./case-story.ts";

const hour = 3_600_000;
const pooled = () =>
  new CaseStory()
    .assigned()
    .at(48 * hour)
    .clear();

describe("claim (SLA12)", () => {
  it("asks the rep's team and is answered under its id", () => {
    const story = pooled().command("claim", { rep: "bob", toTeam: "north" });
    expect(story.requests()).toMatchObject([{ kind: "claim", teamId: "north", rep: "bob", exclude: ["ann"], requestId: "lead-1#2" }]);
    story.clear().reply("granted", { teamId: "north", rep: "bob" });
    expect(story.changes()).toMatchObject([{ change: "claimed", rep: "bob", commandId: "command-1", epoch: 2, previousRep: "ann" }]);
  });

  it("first claim wins; the second is told", () => {
    const story = pooled().command("claim", { rep: "bob" }).clear().command("claim", { rep: "cid", eventId: "command-2" });
    expect(story.changes()).toMatchObject([{ change: "refused", commandId: "command-2", reason: "claim: another claim came first" }]);
    story.clear().reply("granted", { rep: "bob" }).clear().command("claim", { rep: "cid" });
    expect(story.changes()).toMatchObject([{ change: "refused", reason: "claim: the lead is held by bob" }]);
  });

  it("the former owner waits for the cool-down, to the millisecond", () => {
    const story = pooled();
    const end = 48 * hour + 7 * 24 * hour;
    expect(
      story
        .at(end - 1)
        .command("claim", { rep: "ann" })
        .changes(),
    ).toMatchObject([{ change: "refused", reason: "claim: the former owner is still in cool-down" }]);
    expect(story.clear().at(end).command("claim", { rep: "ann" }).requests()).toMatchObject([{ kind: "claim", rep: "ann" }]);
  });

  it("a denied claim leaves the lead in the pool and says why", () => {
    const story = pooled().command("claim", { rep: "bob" }).clear().reply("denied", { reason: "the quota is 5" });
    expect(story.changes()).toMatchObject([{ change: "refused", reason: "the quota is 5", commandId: "command-1", state: "pool" }]);
  });

  it.each([
    [
      "a lead that is not in the pool",
      {},
      () => new CaseStory().signal("captured", { score: 0, band: "pool" }),
      "claim: the lead is new, not in the pool",
    ],
    ["a stale epoch", { epoch: 7 }, pooled, "claim: lease 7 is over; 1 is the newest"],
    ["an unknown lead", {}, () => new CaseStory(), "claim: the lead is not known"],
  ])("refuses %s", (_name, details, given, reason) => {
    const story = given()
      .clear()
      .command("claim", { rep: "bob", ...details });
    expect(story.changes()).toMatchObject([{ change: "refused", reason, commandId: "command-1" }]);
  });
});

describe("transfer", () => {
  it("keeps the owner until the other team has answered, then changes both at once", () => {
    const story = new CaseStory().assigned().command("transfer", { toRep: "bob", toTeam: "north" });
    expect(story.state?.lease?.rep).toBe("ann");
    story.clear().reply("granted", { teamId: "north", rep: "bob" });
    expect(story.requests()).toMatchObject([{ kind: "release", teamId: "east", requestId: "lead-1#1", outcome: "transferred" }]);
    expect(story.changes()).toMatchObject([{ change: "transferred", epoch: 2, rep: "bob", previousRep: "ann", commandId: "command-1" }]);
  });

  it("to a team, without naming a rep, goes to anybody but the owner", () => {
    const story = new CaseStory().assigned().command("transfer", { toTeam: "east" });
    expect(story.requests()).toMatchObject([{ kind: "transfer", rep: null, exclude: ["ann"] }]);
  });

  it("a denied transfer leaves the lease as it is", () => {
    const story = new CaseStory().assigned().command("transfer", { toRep: "bob" }).clear().reply("denied", { reason: "bob is absent" });
    expect(story.changes()).toMatchObject([{ change: "refused", rep: "ann", reason: "bob is absent", commandId: "command-1" }]);
  });

  it("a lease that ends meanwhile takes the question back and answers the manager", () => {
    const story = new CaseStory().assigned().command("transfer", { toRep: "bob" }).clear().status("won");
    expect(story.names()).toEqual(["ask cancel", "refused", "ask release", "won"]);
  });

  it("overrides a search that is under way", () => {
    const story = new CaseStory().signal("captured", { score: 90_000, band: "sql" }).clear().command("transfer", { toRep: "bob" });
    expect(story.names()).toEqual(["ask cancel", "ask transfer", "requested"]);
    expect(story.reply("granted", { rep: "bob" }).changes()).toMatchObject([{ change: "transferred", epoch: 1 }]);
  });

  it.each([
    ["without a target", {}, "transfer: names neither a rep nor a team"],
    ["to the owner", { toRep: "ann" }, "transfer: ann holds the lead already"],
  ])("refuses one %s", (_name, details, reason) => {
    expect(new CaseStory().assigned().command("transfer", details).changes()).toMatchObject([{ change: "refused", reason }]);
  });
});

describe("hand-back, release, erasure", () => {
  it("SLA9: the owner hands an immature lead back to marketing", () => {
    const story = new CaseStory().assigned().command("hand_back", { rep: "ann", reason: "too early" });
    expect(story.changes()).toMatchObject([
      { change: "handed_back", state: "nurture", reason: "too early", previousRep: "ann", commandId: "command-1", pool: "nurture" },
    ]);
    expect(story.clear().command("hand_back", { rep: "ann" }).changes()).toMatchObject([{ change: "refused" }]);
  });

  it("nobody hands back for somebody else", () => {
    expect(new CaseStory().assigned().command("hand_back", { rep: "bob" }).changes()).toMatchObject([
      { change: "refused", reason: "hand_back: the lead is held by ann" },
    ]);
  });

  it("a manager releases a lead to the pool", () => {
    expect(new CaseStory().assigned().command("release").changes()).toMatchObject([{ change: "released", state: "pool" }]);
  });

  it("erasure gives everything back, forgets what describes the lead, and keeps the epoch", () => {
    const story = new CaseStory().assigned().command("transfer", { toRep: "bob" }).clear().signal("erased", { eventId: "command-9" });
    expect(story.names()).toEqual(["ask cancel", "refused", "ask release", "erased"]);
    expect(story.state).toMatchObject({
      status: "erased",
      epoch: 1,
      attributes: null,
      lease: null,
      pending: null,
      formerRep: null,
      coolDowns: [],
    });
    expect(
      story
        .at(99 * 24 * hour)
        .signal("crossed", { score: 90_000, band: "sql", direction: "up" })
        .names(),
    ).toEqual([]);
    expect(story.command("claim", { rep: "bob" }).changes()).toMatchObject([{ change: "refused", reason: "claim: the lead was erased" }]);
    expect(story.clear().signal("erased", { eventId: "command-10" }).changes()).toMatchObject([
      { change: "erased", commandId: "command-10" },
    ]);
  });
});

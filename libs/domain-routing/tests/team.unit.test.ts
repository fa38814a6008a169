import { describe, expect, it } from "@jest/globals";
import { readTeamState, writeTeamState } from "../src/index.ts";
import { roundTrip } from "./joiner.ts";
import { TeamStory } from "./team-story.ts";

const day = 86_400_000;
const reps = (...ids: string[]) => ids.map((id) => ({ id, capacity: 100 }));

describe("strategies", () => {
  it("round-robin goes round", () => {
    const story = new TeamStory().roster(reps("ann", "bob", "cid"));
    expect(Array.from({ length: 7 }, () => story.ask())).toEqual(["ann", "bob", "cid", "ann", "bob", "cid", "ann"]);
  });

  it("a joiner gets one lead and then its turn, not a flood; who leaves is not missed", () => {
    const story = new TeamStory().roster(reps("ann", "bob"));
    for (let count = 0; count < 10; count++) story.ask();
    story.roster(reps("ann", "bob", "cid"));
    expect(Array.from({ length: 5 }, () => story.ask())).toEqual(["cid", "ann", "bob", "cid", "ann"]);
    story.roster(reps("bob", "cid"));
    expect([story.ask(), story.ask(), story.ask()]).toEqual(["bob", "cid", "bob"]);
  });

  it("least-loaded compares shares of capacity", () => {
    const story = new TeamStory().roster([
      { id: "ann", capacity: 2 },
      { id: "bob", capacity: 4 },
    ]);
    expect(Array.from({ length: 6 }, () => story.ask({ strategy: "least-loaded" }))).toEqual(["ann", "bob", "bob", "ann", "bob", "bob"]);
  });

  it("sticky gives to the wanted rep while that is possible, then goes round", () => {
    const story = new TeamStory().roster([{ id: "ann" }, { id: "bob", capacity: 1 }]);
    expect([story.ask({ rep: "bob", strategy: "sticky" }), story.ask({ rep: "bob", strategy: "sticky" })]).toEqual(["bob", "ann"]);
  });

  it("performance gives winners more, and losers still some", () => {
    const story = new TeamStory().roster(reps("ann", "bob"));
    for (let lead = 1; lead <= 20; lead++) {
      const won = story.ask() === "ann";
      story.give(lead, won ? "won" : "lost");
    }
    const got = Array.from({ length: 100 }, () => story.ask({ strategy: "performance-weighted" }));
    const anns = got.filter((rep) => rep === "ann").length;
    // Win rates (10 + 1) / 12 and 1 / 12: weights 14 and 2.
    expect(anns).toBeGreaterThanOrEqual(86);
    expect(anns).toBeLessThanOrEqual(89);
  });
});

describe("who may get a lead", () => {
  it("takes the wanted tier, then the nearest, and says who was passed over", () => {
    const story = new TeamStory().roster([
      { id: "ann", tier: "senior", capacity: 1 },
      { id: "bob", tier: "mid", capacity: 1 },
      { id: "cid", tier: "junior", capacity: 1 },
    ]);
    expect([1, 2, 3].map(() => story.ask({ tier: "senior" }))).toEqual(["ann", "bob", "cid"]);
    expect(story.replies.at(-1)!.why).toEqual(["candidates: cid", "ann: full", "bob: full"]);
  });

  it("asks no other tier where the team forbids it", () => {
    const story = new TeamStory().roster([{ id: "cid", tier: "junior" }], { tierFallback: false });
    expect(story.ask({ tier: "senior" })).toBe("denied");
    expect(story.replies.at(-1)).toMatchObject({ reason: "no rep fits", why: ["cid: other tier"] });
  });

  it("needs every skill, respects cool-down and absence", () => {
    const absent = [{ from: "1970-01-01", until: "1970-01-02" }];
    const story = new TeamStory().roster(
      [
        { id: "ann", skills: ["a", "b"] },
        { id: "bob", skills: ["a"] },
        { id: "cid", skills: ["a", "b"], absent },
      ],
      { queueLimit: 0 },
    );
    expect(story.ask({ skills: ["a", "b"] })).toBe("ann");
    expect(story.ask({ skills: ["a", "b"], exclude: ["ann"] })).toBe("denied");
    expect(story.replies.at(-1)!.why).toEqual(["ann: in cool-down", "bob: lacks a skill", "cid: absent"]);
    expect(story.at(day - 1).ask({ skills: ["a", "b"], exclude: ["ann"] })).toBe("denied");
    expect(story.at(day).ask({ skills: ["a", "b"], exclude: ["ann"] })).toBe("cid");
  });

  it("lists twenty of many and counts the rest", () => {
    const story = new TeamStory().roster(
      Array.from({ length: 30 }, (_, index) => ({ id: `rep-${index}`, capacity: 0 })),
      { queueLimit: 0 },
    );
    story.ask();
    expect(story.replies[0]!.why).toHaveLength(21);
    expect(story.replies[0]!.why.at(-1)).toBe("and 10 more");
    story.roster(reps(...Array.from({ length: 25 }, (_, index) => `rep-${index}`)));
    story.ask();
    expect(story.replies.at(-1)!.why).toEqual([expect.stringMatching(/^candidates: rep-0, .*, rep-19, and 5 more$/)]);
  });

  it("an unknown team denies and remembers nothing", () => {
    const story = new TeamStory();
    expect(story.ask()).toBe("denied");
    expect(story.give(1).state).toBeNull();
  });
});

describe("capacity and the queue", () => {
  const full = () => {
    const story = new TeamStory().roster([{ id: "ann", capacity: 1 }], { queueLimit: 2 });
    story.ask();
    story.take();
    return story;
  };

  it("queues what has to wait, up to the limit, and serves it in order when places are free", () => {
    const story = full();
    expect([story.ask(), story.ask(), story.ask()]).toEqual(["queued", "queued", "denied"]);
    story.take();
    story.give(1).give(2).give(2);
    expect(story.take()).toEqual(["granted lead-2#1 ann", "granted lead-3#1 ann"]);
  });

  it("a cancel takes a request out of the queue, or gives a granted one back", () => {
    const story = full();
    story.ask();
    story.ask();
    story.send("cancel", 2).send("cancel", 1);
    expect(story.take().at(-1)).toBe("granted lead-3#1 ann");
    expect(story.state?.queue).toEqual([]);
  });

  it("what comes twice does nothing twice", () => {
    const story = full();
    story.send("assign", 1);
    expect(story.take()).toEqual(["granted lead-1#1 ann"]);
    expect(story.state?.members[0]?.held).toBe(1);
    story.give(1).give(1);
    expect(story.state?.members[0]?.held).toBe(0);
  });

  it("serves the queue at the end of an absence", () => {
    const story = new TeamStory().roster([{ id: "ann", absent: [{ from: "1970-01-01", until: "1970-01-03" }] }]);
    expect(story.ask()).toBe("queued");
    story.take();
    expect(story.at(2 * day - 1).take()).toEqual([]);
    expect(story.at(2 * day).take()).toEqual(["granted lead-1#1 ann"]);
  });

  it("serves the queue when a roster brings places, and denies it when nobody fits any more", () => {
    const story = full();
    story.ask();
    story.take();
    expect(story.roster([{ id: "ann", capacity: 2 }]).take()).toEqual(["granted lead-2#1 ann"]);
    story.ask();
    story.take();
    expect(story.roster([]).take()).toEqual(["revoked lead-1#1 ann", "revoked lead-2#1 ann", "denied lead-3#1"]);
  });

  it("a smaller capacity takes nothing away and gives nothing more", () => {
    const story = new TeamStory().roster([{ id: "ann", capacity: 3 }], { queueLimit: 0 });
    for (let count = 0; count < 3; count++) story.ask();
    story.take();
    story
      .roster([{ id: "ann", capacity: 1 }], { queueLimit: 0 })
      .give(1)
      .give(2);
    expect([story.take(), story.ask()]).toEqual([[], "denied"]);
    expect(story.give(3).ask()).toBe("ann");
  });
});

describe("claims and transfers", () => {
  const claims = { cap: 2, perDay: 3 };
  const claim = (story: TeamStory, number: number, rep = "ann", exclude: string[] = []) => {
    story.send("claim", number, { rep, exclude });
    const reply = story.replies.at(-1)!;
    return reply.reason ?? reply.kind;
  };

  it("SLA12: cap, then daily quota, then a new day; cool-down always", () => {
    const story = new TeamStory().roster(reps("ann"), { claims });
    expect([claim(story, 1), claim(story, 2)]).toEqual(["granted", "granted"]);
    expect(claim(story, 3)).toBe("ann holds 2 claimed leads; the cap is 2");
    story.give(1).give(2);
    expect(claim(story, 3)).toBe("granted");
    expect(claim(story, 4)).toBe("ann claimed 3 leads today; the quota is 3");
    story.at(day - 1);
    expect(claim(story, 4)).toBe("ann claimed 3 leads today; the quota is 3");
    story.at(day);
    expect(claim(story, 4)).toBe("granted");
    expect(claim(story, 5, "ann", ["ann"])).toBe("the former owner is still in cool-down");
    expect(claim(story, 5, "zoe")).toBe("zoe is not in team east");
  });

  it("a day of the quota begins when the team says", () => {
    const story = new TeamStory().roster(reps("ann"), { claims: { cap: 9, perDay: 1, dayStart: "16h" } });
    expect(claim(story, 1)).toBe("granted");
    story.at((2 * day) / 3 - 1);
    expect(claim(story, 2)).toContain("quota");
    story.at((2 * day) / 3);
    expect(claim(story, 2)).toBe("granted");
  });

  it("a transfer goes to the named rep or says why not; without a name it goes by strategy", () => {
    const story = new TeamStory().roster([{ id: "ann", capacity: 1 }, { id: "bob" }]);
    story.send("transfer", 1, { rep: "ann" }).send("transfer", 2, { rep: "ann" }).send("transfer", 3).send("transfer", 4, { rep: "zoe" });
    expect(story.replies.map(({ rep, reason }) => rep ?? reason)).toEqual([
      "ann",
      "ann holds 1 leads; the capacity is 1",
      "bob",
      "zoe is not in team east",
    ]);
  });
});

describe("state", () => {
  it("survives bytes with holds, queue, turns and quota", () => {
    const story = new TeamStory().roster([{ id: "ann", capacity: 2, absent: [{ from: "2026-05-01", until: "2026-05-02" }] }], {
      claims: { cap: 1, perDay: 1 },
    });
    story.send("claim", 90, { rep: "ann" });
    story.ask();
    story.ask({ skills: [], exclude: ["bob"], tier: "senior", strategy: "least-loaded", rep: "ann" });
    story.give(90, "won");
    story.ask();
    const copy = roundTrip(story.state!, writeTeamState, readTeamState);
    expect(copy).toEqual(story.state);
    expect(copy.holds.size + copy.queue.length).toBe(3);
  });
});

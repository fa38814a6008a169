import { describe, expect, it } from "@jest/globals";
import { readTeamState, rosterParts, writeTeamState } from "../src/index.ts";
import { roundTrip } from "./joiner.ts";
import { Random } from "./random.ts";
import { TeamStory } from "./team-story.ts";

const minute = 60_000;
const ann = { id: "ann", capacity: 100 };
const bob = { id: "bob", capacity: 100 };
const slow = { reassignPerHour: 4 };

/** ann holds leads 1 to 5. */
function five(): TeamStory {
  const story = new TeamStory().roster([ann], slow);
  for (let lead = 1; lead <= 5; lead++) story.ask();
  story.take();
  return story;
}
const restart = (story: TeamStory): void => {
  story.state = roundTrip(story.state!, writeTeamState, readTeamState);
};

describe("a rep who leaves", () => {
  it("without a rate everything is revoked at once", () => {
    const story = five().roster([bob]);
    expect(story.take()).toEqual([1, 2, 3, 4, 5].map((lead) => `revoked lead-${lead}#1 ann`));
  });

  it("at a rate one lead moves every quarter of an hour, the oldest first, to the millisecond, also over restarts", () => {
    const story = five().at(1_000).roster([bob], slow);
    expect(story.take()).toEqual(["revoked lead-1#1 ann"]);
    for (const lead of [2, 3, 4, 5]) {
      restart(story);
      const due = 1_000 + (lead - 1) * 15 * minute;
      story.at(due - 1);
      expect(story.take()).toEqual([]);
      story.at(due);
      expect(story.replies.map(({ time }) => time)).toEqual([due]);
      expect(story.take()).toEqual([`revoked lead-${lead}#1 ann`]);
      story.at(due + 1);
      expect(story.take()).toEqual([]);
    }
    expect(story.state?.leavers).toEqual([]);
  });

  it("a team that is removed gives back at the pace that it had, also after a restart; without one all at once", () => {
    const story = five().at(1_000).roster([], { removed: true });
    expect(story.take()).toEqual(["revoked lead-1#1 ann"]);
    restart(story);
    story.at(1_000 + 30 * minute);
    expect(story.take()).toEqual(["revoked lead-2#1 ann", "revoked lead-3#1 ann"]);
    story.send("assign", 9);
    expect(story.take()).toEqual(["denied lead-9#1"]);
    restart(story.roster([], { removed: true }));
    story.at(1_000 + 60 * minute);
    expect(story.take()).toEqual(["revoked lead-4#1 ann", "revoked lead-5#1 ann"]);
    const quick = new TeamStory().roster([ann]);
    quick.ask();
    expect(quick.take()).toEqual(["granted lead-1#1 ann"]);
    expect(quick.roster([], { removed: true }).take()).toEqual(["revoked lead-1#1 ann"]);
    const [, gone] = rosterParts({ teams: [{ id: "north", reps: [{ id: "bob" }] }] }, ["east"]);
    expect(gone).toEqual({ teamId: "east", document: JSON.stringify({ id: "east", removed: true, reps: [] }) });
  });

  it("a team that hears nothing for long catches up with each lead at its own time", () => {
    const story = five()
      .at(0)
      .roster([bob], slow)
      .at(600 * minute);
    expect(story.replies.map(({ time }) => time)).toEqual([0, 15, 30, 45, 60].map((each) => each * minute));
  });

  it("gets nothing new, not even the place of a lead that it gives back", () => {
    const story = five().roster([{ ...bob, capacity: 0 }], slow);
    story.send("assign", 9).take();
    story.give(3);
    restart(story);
    expect([story.take(), story.state?.queue.length]).toEqual([[], 1]);
  });

  it("leads that end otherwise are not revoked, and those behind them do not come sooner", () => {
    const story = five().at(0).roster([bob], slow);
    story.give(2, "won").give(3).take();
    story.at(60 * minute);
    expect(story.take()).toEqual(["revoked lead-4#1 ann", "revoked lead-5#1 ann"]);
  });

  it("who comes back keeps what is left", () => {
    const story = five().at(0).roster([bob], slow);
    restart(story);
    story.roster([ann, bob], slow).take();
    story.at(600 * minute);
    expect([story.take(), story.state?.members[0]?.held]).toEqual([[], 4]);
  });

  it("a second leaver shares the pace; a new rate counts from the last revocation", () => {
    const story = five().at(0).roster([ann, bob], slow);
    for (let count = 0; count < 2; count++) story.ask();
    story.take();
    story.roster([bob], slow).roster([], slow);
    expect(story.take()).toEqual(["revoked lead-1#1 ann"]);
    story.at(minute - 1).roster([], { reassignPerHour: 60 });
    expect(story.take()).toEqual([]);
    story.at(minute);
    expect(story.take()).toEqual(["revoked lead-2#1 ann"]);
  });

  it("in no hour more than the rate, and in the end everything, over 300 random teams", () => {
    for (let seed = 1; seed <= 300; seed++) {
      const random = new Random(seed);
      const perHour = 1 + random.below(7);
      const story = new TeamStory();
      let members = Array.from({ length: 6 }, (_, index) => ({ id: `rep-${index}`, capacity: 100 }));
      story.roster(members, { reassignPerHour: perHour });
      for (let lead = 0; lead < 40; lead++) story.ask();
      for (let step = 0; step < 12; step++) {
        story.at(story.now + random.below(40 * minute));
        if (random.chance(60)) members = members.filter(() => random.chance(70));
        if (random.chance(30)) restart(story);
        story.roster(members, { reassignPerHour: perHour });
      }
      story.at(story.now + 1_000 * 60 * minute);
      const times = story.replies.filter(({ kind }) => kind === "revoked").map(({ time }) => time);
      for (const [index, time] of times.entries()) {
        const after = times[index + perHour];
        if (after !== undefined) expect(after - time).toBeGreaterThanOrEqual(60 * minute);
      }
      const held = new Set([...story.state!.holds.values()].map(({ member }) => member.rep.id));
      expect([...held].filter((id) => members.every((member) => member.id !== id))).toEqual([]);
    }
  });
});

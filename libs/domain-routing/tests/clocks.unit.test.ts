import { describe, expect, it } from "@jest/globals";
import { CaseStory } from "./case-story.ts";
import { policyDocument } from "./samples.ts";

const hour = 3_600_000;
const day = 24 * hour;

/** Due times after the assignment at 0 that `policyDocument` gives, in the order in which they ring. */
const firstClocks = [
  ["alert response_missed", 2 * hour],
  ["alert reminder", 4 * hour],
  ["alert escalation", 24 * hour],
] as const;

describe("clocks until the first contact (SLA2, SLA4 to SLA6)", () => {
  it.each(firstClocks)("%s is silent 1 ms before, rings at its instant, and only once", (name, due) => {
    const story = new CaseStory().assigned();
    story.at(due - 1);
    expect(story.names()).not.toContain(name);
    story.at(due);
    expect(story.names()).toEqual([name]);
    story.at(due + 1);
    expect(story.names()).toEqual([]);
  });

  it("recycles at its instant and not 1 ms before; the alert carries the due time", () => {
    const story = new CaseStory().assigned().at(48 * hour - 1);
    story.clear();
    story.at(48 * hour + 500);
    expect(story.alerts()[0]).toMatchObject({ kind: "recycle", due: 48 * hour, time: 48 * hour, rep: "ann", epoch: 1 });
    expect(story.changes()[0]).toMatchObject({
      change: "recycled",
      state: "pool",
      rep: null,
      previousRep: "ann",
      due: 48 * hour,
      pool: "public",
    });
    expect(story.requests()[0]).toMatchObject({ kind: "release", requestId: "lead-1#1", rep: "ann", outcome: "recycled" });
  });

  it("a contact 1 ms before recycling keeps the lead; one at that instant is too late", () => {
    const kept = new CaseStory()
      .assigned()
      .at(48 * hour - 1)
      .status("contacted", { rep: "ann" });
    expect(kept.state?.status).toBe("leased");
    const late = new CaseStory()
      .assigned()
      .at(48 * hour)
      .clear()
      .status("contacted", { rep: "ann" });
    expect(late.changes()[0]).toMatchObject({
      change: "refused",
      reason: "contacted: not possible while the lead is pool; it needs leased or opportunity",
    });
  });

  it("all clocks of a long gap ring in their order, each at its own due time", () => {
    const story = new CaseStory().assigned().at(100 * hour);
    expect(story.alerts().map((alert) => alert.due)).toEqual([2 * hour, 4 * hour, 24 * hour, 48 * hour]);
  });

  it("an answer of a team never moves the clock: the lease begins at the case's own time", () => {
    const story = new CaseStory().signal("captured", { score: 90_000, band: "sql" }).at(hour);
    story.reply("granted", { time: 99 * day });
    expect(story.state?.lease).toMatchObject({ since: hour, remindAt: 5 * hour, until: hour + 30 * day });
  });
});

describe("clocks after a contact (L5)", () => {
  it.each(["contacted", "follow_up", "sql_accepted"] as const)("%s starts the grade's cadence", (status) => {
    const story = new CaseStory().assigned().at(hour).status(status, { rep: "ann" });
    expect(story.state?.lease).toMatchObject({ remindAt: hour + day, escalateAt: hour + 2 * day, recycleAt: hour + 3 * day, targetAt: -1 });
  });

  it("each follow-up starts the next round", () => {
    const story = new CaseStory()
      .assigned()
      .at(hour)
      .status("contacted")
      .at(hour + day);
    expect(story.alerts().map((alert) => alert.kind)).toEqual(["reminder"]);
    story.status("follow_up");
    expect(story.state?.lease).toMatchObject({ remindAt: hour + 2 * day, rung: 0 });
  });

  it("an opportunity has no clocks, and keeps its owner", () => {
    const story = new CaseStory()
      .assigned()
      .status("opportunity", { rep: "ann" })
      .clear()
      .at(400 * day);
    expect(story.names()).toEqual([]);
    expect(story.state).toMatchObject({ status: "opportunity", lease: { rep: "ann" } });
  });
});

describe("the time of exclusive ownership (A11)", () => {
  const patient = policyDocument({
    clocks: ["A", "B", "C"].map((grade) => ({
      grade,
      first: { remind: "90d", escalate: "90d", recycle: "90d" },
      cadence: { remind: "90d", escalate: "90d", recycle: "90d" },
    })),
    inactivity: { after: "7d" },
  });

  it.each([
    [30 * day - 1, "leased"],
    [30 * day, "pool"],
    [30 * day + 1, "pool"],
  ])("at %d ms the lead is %s", (time, status) => {
    expect(new CaseStory(patient).assigned().at(time).state?.status).toBe(status);
  });

  it.each([
    [7 * day - 1, 0],
    [7 * day, 1],
    [7 * day + 1, 1],
  ])("L3: at %d ms of silence there are %d alerts", (time, alerts) => {
    expect(new CaseStory(patient).assigned().at(time).alerts()).toHaveLength(alerts);
  });

  it("L3: what the lead does begins the silence anew", () => {
    const story = new CaseStory(patient)
      .assigned()
      .at(6 * day)
      .signal("active", { score: 85_000, band: "sql" })
      .at(13 * day - 1);
    expect(story.alerts()).toEqual([]);
    expect(story.at(13 * day).alerts()).toMatchObject([{ kind: "inactive", due: 13 * day }]);
  });
});

describe("a changed policy", () => {
  const withRemind = (remind: string, recycle: string) =>
    policyDocument({
      clocks: ["A", "B", "C"].map((grade) => ({
        grade,
        first: { remind, escalate: recycle, recycle },
        cadence: { remind, escalate: recycle, recycle },
      })),
    });

  it("moves open clocks from their own beginning and resets none", () => {
    const story = new CaseStory(withRemind("4h", "48h")).assigned().publish(withRemind("6h", "50h"));
    expect(story.at(4 * hour).names()).toEqual([]);
    expect(story.at(6 * hour - 1).names()).toEqual([]);
    expect(story.at(6 * hour).alerts()).toMatchObject([{ kind: "reminder", due: 6 * hour, policyVersion: 2 }]);
    expect(story.at(50 * hour).state?.status).toBe("pool");
  });

  it("does not ring again what has rung", () => {
    const story = new CaseStory(withRemind("4h", "48h"))
      .assigned()
      .at(5 * hour)
      .clear()
      .publish(withRemind("10h", "48h"));
    story.signal("active", { score: 85_000, band: "sql" });
    expect(story.at(47 * hour).alerts()).toEqual([]);
  });

  it.each([
    ["1 ms before its new time", 5 * hour - 1, 5 * hour],
    ["at its new time", 5 * hour, 5 * hour],
    ["1 ms after its new time", 5 * hour + 1, 5 * hour + 1],
  ])("shortened %s, a clock rings at that time, or at once when it is past", (_, published, due) => {
    const story = new CaseStory(withRemind("20h", "48h")).assigned().at(published).publish(withRemind("5h", "40h"));
    expect(story.alerts().filter((alert) => alert.due < due)).toEqual([]);
    expect(story.at(5 * hour + 1).alerts()).toMatchObject([{ kind: "reminder", due, time: due, policyVersion: 2 }]);
    expect(story.state?.lease?.recycleAt).toBe(40 * hour);
  });

  it("nothing happens before the policy that says so: all that is past by it rings at its publication, in order", () => {
    const story = new CaseStory(withRemind("20h", "48h"))
      .assigned()
      .at(10 * hour)
      .publish(withRemind("1h", "2h"));
    expect(story.alerts().map(({ kind, time }) => [kind, time / hour])).toEqual([
      ["reminder", 10],
      ["escalation", 10],
      ["recycle", 10],
    ]);
    expect(story.changes().at(-1)).toMatchObject({ change: "recycled", time: 10 * hour, policyVersion: 2 });
  });

  it("does not tell of the same silence again", () => {
    const document = (leaseDays: string) => ({ ...withRemind("40d", "40d"), lease: { duration: leaseDays } });
    const story = new CaseStory(document("30d")).assigned().at(7 * day);
    expect(story.names()).toEqual(["alert inactive"]);
    story
      .publish(document("29d"))
      .signal("crossed", { score: 85_000, band: "sql", grade: "B" })
      .at(8 * day);
    expect(story.names()).toEqual([]);
    story.signal("active", { score: 85_000, band: "sql" }).at(15 * day);
    expect(story.names()).toEqual(["alert inactive"]);
  });

  it("starts no clock of an opportunity", () => {
    const story = new CaseStory().assigned().status("opportunity").clear().publish(withRemind("1h", "2h"));
    story.signal("active", { score: 85_000, band: "sql", grade: "B" }).signal("crossed", { score: 85_000, band: "sql", grade: "A" });
    expect(story.at(300 * day).names()).toEqual([]);
  });

  const byGrade = policyDocument({
    clocks: (["A", "B", "C"] as const).map((grade) => ({
      grade,
      first: { remind: grade === "A" ? "1h" : "4h", escalate: "24h", recycle: "48h" },
      cadence: { remind: "1d", escalate: "2d", recycle: "3d" },
    })),
  });

  it.each([
    ["crossed", {}],
    ["inactive", {}],
    ["status", { status: "feedback" }],
  ] as const)("a new grade moves the clocks as well, whichever record tells of it: %s", (kind, details) => {
    const story = new CaseStory(byGrade).assigned("B");
    expect(story.state?.lease?.remindAt).toBe(4 * hour);
    story.signal(kind, { score: 85_000, band: "sql", grade: "A", ...details });
    expect(story.state?.lease?.remindAt).toBe(hour);
  });

  it("nobody is late by a grade that the lead did not have: what is past by it rings when it changes", () => {
    const story = new CaseStory(byGrade).assigned("B").at(2 * hour);
    story.signal("crossed", { score: 85_000, band: "sql", grade: "A" }).at(2 * hour);
    expect(story.alerts()).toMatchObject([{ kind: "reminder", due: 2 * hour, time: 2 * hour }]);
    expect(story.state?.lease).toMatchObject({ escalateAt: 24 * hour, recycleAt: 48 * hour });
  });

  it("the clocks are those of the tier that the rule asked for, else the row for any tier", () => {
    const row = (remind: string, tier?: string) => ({
      grade: "A",
      ...(tier === undefined ? {} : { tier }),
      first: { remind, escalate: "24h", recycle: "48h" },
      cadence: { remind: "1d", escalate: "2d", recycle: "3d" },
    });
    const others = ["B", "C"].map((grade) => ({ ...row("5h"), grade }));
    const tiered = (rows: readonly object[]) => policyDocument({ clocks: [...rows, ...others], tierByGrade: { A: "senior" } });
    expect(new CaseStory(tiered([row("1h", "senior"), row("2h")])).assigned().state?.lease?.remindAt).toBe(hour);
    expect(new CaseStory(tiered([row("1h", "junior"), row("2h")])).assigned().state?.lease?.remindAt).toBe(2 * hour);
  });

  it("business hours count where a calendar is named", () => {
    const open = [
      [0, 2 * hour],
      [24 * hour, 26 * hour],
      [48 * hour, 90 * hour],
    ];
    const document = policyDocument({
      calendars: { office: { open } },
      clocks: (["A", "B", "C"] as const).map((grade) => ({
        grade,
        calendar: "office",
        first: { remind: "3h", escalate: "4h", recycle: "5h" },
        cadence: { remind: "1h", escalate: "2h", recycle: "3h" },
      })),
    });
    const story = new CaseStory(document).assigned();
    expect(story.state?.lease).toMatchObject({ remindAt: 25 * hour, escalateAt: 26 * hour, recycleAt: 49 * hour });
    expect(story.at(25 * hour - 1).names()).toEqual([]);
    expect(story.at(25 * hour).names()).toEqual(["alert reminder"]);
  });
});

import { describe, expect, it } from "@jest/globals";
import { CaseStory } from "./case-story.ts";
import { attributesOf, policyDocument } from "./samples.ts";

const hour = 3_600_000;
const day = 24 * hour;
const sql = { score: 85_000, band: "sql", direction: "up" } as const;

describe("from capture to an owner", () => {
  it("a captured lead is new; MQL goes to nurture, SQL asks for an owner (T1, decision 4)", () => {
    const story = new CaseStory().signal("captured", { score: 5_000, band: "pool", attributes: attributesOf() });
    expect(story.state?.status).toBe("new");
    story.signal("crossed", { score: 65_000, band: "mql", direction: "up" });
    expect(story.state?.status).toBe("nurture");
    story.signal("crossed", sql);
    expect(story.names()).toEqual(["captured", "nurtured", "ask assign", "requested"]);
    story.reply("granted", { why: ["bob: full"] });
    expect(story.changes()[0]).toMatchObject({
      change: "assigned",
      epoch: 1,
      rep: "ann",
      team: "east",
      rule: "fallback",
      why: ["bob: full"],
      policyVersion: 1,
    });
  });

  it("assignOn mql hands it over earlier", () => {
    const story = new CaseStory(policyDocument({ assignOn: "mql" })).signal("captured", { score: 65_000, band: "mql" });
    expect(story.names()).toEqual(["captured", "ask assign", "requested"]);
  });

  it("assignOn mql that is published later reaches a lead in nurture when it acts", () => {
    const mql = { score: 65_000, band: "mql" } as const;
    const story = new CaseStory()
      .signal("captured", mql)
      .publish(policyDocument({ assignOn: "mql" }))
      .at(30 * 60_000);
    expect(story.names()).toEqual(["captured", "nurtured"]);
    expect(story.signal("active", mql).names()).toEqual(["ask assign", "requested"]);
  });

  it("asks once: a second crossing changes nothing while the answer is awaited", () => {
    const story = new CaseStory().signal("captured", sql).clear().signal("crossed", sql).signal("active", sql);
    expect(story.names()).toEqual([]);
  });

  it("without a policy nothing is asked", () => {
    expect(new CaseStory(null).signal("captured", sql).names()).toEqual(["captured"]);
  });

  it("imported history starts no clock and no search until the lead acts itself", () => {
    const story = new CaseStory().signal("captured", { ...sql, imported: true }).signal("crossed", { ...sql, imported: true });
    story.status("contacted", { imported: true }).status("lost", { imported: true, reason: "no-budget" });
    expect(story.names()).toEqual(["captured", "contacted", "lost"]);
    story
      .at(400 * day)
      .signal("crossed", { score: 70_000, band: "mql", direction: "down", due: 5 })
      .signal("inactive", { due: 6 });
    expect(story.names()).toEqual([]);
    story.signal("active", { score: 86_000, band: "sql" });
    expect(story.names()).toEqual(["reactivated", "ask assign", "requested"]);
  });
});

describe("choice of the team", () => {
  const rules = [
    {
      id: "partner",
      when: { source: "partner", grade: "A" },
      assign: { team: "key", tier: "senior", strategy: "least-loaded", skills: ["industry"] },
      otherwise: [{ team: "north" }],
    },
    { id: "large", when: { companySize: { min: 1000 }, language: ["zh", "en"] }, assign: { team: "key", rep: "ann" } },
    { id: "tagged", when: { tags: ["vip"] }, assign: { team: "vip" } },
  ];
  const ask = (attributes: Parameters<typeof attributesOf>[0], grade: "A" | "B" = "A") => {
    const story = new CaseStory(policyDocument({ rules, tierByGrade: { A: "senior", B: "mid", C: "junior" } }));
    return story.signal("captured", { ...sql, grade, attributes: attributesOf(attributes) }).requests()[0];
  };

  it("takes the first rule whose every condition holds", () => {
    expect(ask({ channel: "partner", companySize: 5000, language: "zh" })).toMatchObject({
      teamId: "key",
      tier: "senior",
      strategy: "least-loaded",
      skills: ["industry"],
      rep: null,
    });
    expect(ask({ channel: "partner", companySize: 5000, language: "zh" }, "B")).toMatchObject({ teamId: "key", tier: "mid", rep: "ann" });
    expect(ask({ companySize: 999, language: "zh" })).toMatchObject({ teamId: "east", tier: "senior", strategy: "round-robin" });
    expect(ask({ companySize: 1000, language: null })).toMatchObject({ teamId: "east" });
    expect(ask({ tags: ["new", "vip"] })).toMatchObject({ teamId: "vip" });
  });

  it("says which rules were tried before and what of the lead did not fit", () => {
    const why = (details: Record<string, unknown>, given: Parameters<typeof attributesOf>[0] | null) => {
      const story = new CaseStory(policyDocument(details));
      story.signal("captured", { ...sql, grade: "B", attributes: given === null ? null : attributesOf(given) });
      return story.changes().at(-1);
    };
    const large = { channel: "partner", companySize: 5000, language: "zh", tags: ["new", "hot"] } as const;
    expect(why({ rules }, { ...large, tags: [...large.tags] })).toMatchObject({
      change: "requested",
      rule: "large",
      why: ["partner: grade is B"],
    });
    expect(why({ rules }, { companySize: 999 })).toMatchObject({
      rule: "fallback",
      why: ["partner: channel is website", "large: language is unknown", "tagged: tags is none"],
    });
    expect(why({ rules: [{ id: "big", when: { score: { min: 90 } }, assign: { team: "east" } }] }, null)?.why).toEqual([
      "big: score is 85",
    ]);
    const many = Array.from({ length: 25 }, (_, index) => ({ id: `r${index}`, when: { region: `x${index}` }, assign: { team: "east" } }));
    const { why: lines } = why({ rules: many }, { region: "east" })!;
    expect([lines.length, lines[0], lines.at(-1)]).toEqual([11, "r0: region is east", "and 15 more rules"]);
  });

  it("goes on to the next team when one denies, then to the fallback, then waits in the pool and tries again", () => {
    const story = new CaseStory(policyDocument({ rules, request: { retryAfter: ["15m"] } }));
    story.signal("captured", { ...sql, grade: "A", attributes: attributesOf({ channel: "partner" }) }).clear();
    story.reply("denied", { teamId: "key", reason: "full", why: ["ann: full"] });
    expect(story.changes()[0]).toMatchObject({ change: "denied", team: "key", reason: "full", why: ["ann: full"], rule: "partner" });
    expect(story.requests()[0]).toMatchObject({ teamId: "north", requestId: "lead-1#2" });
    story.clear().reply("denied", { teamId: "north" });
    expect(story.requests()[0]).toMatchObject({ teamId: "east", requestId: "lead-1#3" });
    story.clear().reply("denied");
    expect(story.names()).toEqual(["denied", "pooled"]);
    expect(story.at(15 * 60_000 - 1).names()).toEqual([]);
    expect(story.at(15 * 60_000).requests()[0]).toMatchObject({ teamId: "key", requestId: "lead-1#4" });
  });

  it("does not wait for ever in a team's queue", () => {
    const story = new CaseStory(policyDocument({ request: { waitLimit: "1h", retryAfter: [] } }))
      .signal("captured", sql)
      .reply("queued")
      .clear();
    expect(story.at(hour - 1).names()).toEqual([]);
    expect(story.at(hour).names()).toEqual(["ask cancel", "denied", "pooled"]);
    expect(story.reply("granted").requests()).toMatchObject([{ kind: "release", outcome: "unmatched" }]);
  });
});

describe("answers that fit no question", () => {
  it("a grant for a lead that nobody knows is given back", () => {
    const story = new CaseStory().reply("granted", { requestId: "ghost#7", leadId: "ghost" });
    expect(story.requests()).toMatchObject([{ kind: "release", requestId: "ghost#7", teamId: "east", rep: "ann" }]);
    expect(story.state).toBeNull();
  });

  it("a repeated grant of the open lease is not given back", () => {
    expect(new CaseStory().assigned().reply("granted").names()).toEqual([]);
  });

  it("a grant of another team is", () => {
    const story = new CaseStory().signal("captured", sql).clear().reply("granted", { teamId: "north" });
    expect(story.names()).toEqual(["ask release"]);
    expect(story.state?.status).toBe("requested");
  });

  it("a revoked lease is assigned again; a revocation of an older one changes nothing", () => {
    const story = new CaseStory().assigned().reply("revoked", { requestId: "lead-1#0" });
    expect(story.names()).toEqual([]);
    expect(story.reply("revoked").names()).toEqual(["revoked", "ask assign", "requested"]);
    story.reply("granted", { rep: "bob" });
    expect(story.changes()[0]).toMatchObject({ change: "reassigned", epoch: 2, rep: "bob", previousRep: "ann" });
  });

  it("an opportunity whose rep left stays one", () => {
    const story = new CaseStory().assigned().status("opportunity").clear().reply("revoked");
    expect(story.names()).toEqual(["revoked", "ask transfer", "requested"]);
    story.reply("granted", { rep: "bob" });
    expect(story.state).toMatchObject({ status: "opportunity", epoch: 2, lease: { rep: "bob" } });
  });
});

describe("statuses (L1, L2)", () => {
  it("leads from contact over opportunity to won, and gives the place back", () => {
    const story = new CaseStory().assigned().status("contacted").status("opportunity", { amount: 100 }).status("won", { amount: 120 });
    expect(story.changes().map(({ change, state, rep }) => [change, state, rep])).toEqual([
      ["contacted", "leased", "ann"],
      ["opportunity", "opportunity", "ann"],
      ["won", "won", null],
    ]);
    expect(story.changes()[2]).toMatchObject({ amount: 120, previousRep: "ann", epoch: 1 });
    expect(story.requests()).toMatchObject([{ kind: "release", outcome: "won" }]);
  });

  it.each([
    ["contacted", "new"],
    ["opportunity", "new"],
    ["won", "new"],
    ["reopened", "new"],
  ] as const)("%s is refused while the lead is %s, with a reason and without a change", (status, state) => {
    const story = new CaseStory().signal("captured", { score: 0, band: "pool" }).clear().status(status);
    expect(story.changes()).toMatchObject([{ change: "refused", state, commandId: "event-1" }]);
    expect(story.changes()[0]!.reason).toContain(`not possible while the lead is ${state}`);
  });

  it("SLA11: a rep follows only own leads", () => {
    const story = new CaseStory().assigned().status("contacted", { rep: "bob" });
    expect(story.changes()).toMatchObject([{ change: "refused", reason: "contacted: the lead is held by ann", rep: "ann" }]);
  });

  it("a lost lead that was being assigned takes its question back", () => {
    const story = new CaseStory().signal("captured", sql).clear().status("lost", { reason: "no-budget" });
    expect(story.names()).toEqual(["ask cancel", "lost"]);
  });

  it("repeat sales: a won lead is reopened and assigned again under a new epoch", () => {
    const story = new CaseStory().assigned().status("won").status("reopened").clear();
    story.reply("granted");
    expect(story.changes()).toMatchObject([{ change: "reassigned", epoch: 2 }]);
  });

  it("sql_rejected goes to nurture with a cool-down (SLA7)", () => {
    const story = new CaseStory().assigned().status("sql_rejected", { reason: "no need" });
    expect(story.changes()).toMatchObject([{ change: "rejected", state: "nurture", reason: "no need" }]);
    expect(story.state?.coolDowns).toMatchObject([{ rep: "ann" }]);
  });
});

describe("recycling and waking (SLA6 to SLA8)", () => {
  it("re-assigns after the set time without the former owner, at most so often", () => {
    const story = new CaseStory(policyDocument({ recycle: { to: "pool", coolDown: "7d", reassignAfter: "6h", maximum: 1 } })).assigned();
    story.at(48 * hour).clear();
    expect(story.at(54 * hour - 1).names()).toEqual([]);
    expect(story.at(54 * hour).requests()).toMatchObject([{ kind: "assign", exclude: ["ann"] }]);
    story
      .reply("granted", { rep: "bob" })
      .at(200 * hour)
      .clear();
    expect(story.at(20 * day).names()).toEqual([]);
    expect(story.state?.status).toBe("pool");
  });

  it.each([
    [4_999, "pool"],
    [5_000, "requested"],
  ])("a rise of %d thousandths leaves the resting lead %s", (rise, status) => {
    const story = new CaseStory().assigned().at(48 * hour);
    story.signal("active", { score: 85_000 + rise, band: "sql" });
    expect(story.state?.status).toBe(status);
  });

  it("does not wake below the threshold", () => {
    const story = new CaseStory()
      .assigned()
      .at(48 * hour)
      .signal("active", { score: 70_000, band: "mql" });
    expect(story.state?.status).toBe("pool");
  });

  it("wakes a closed lead that crosses again", () => {
    const story = new CaseStory().assigned().status("closed").clear().signal("crossed", sql);
    expect(story.names()).toEqual(["reactivated", "ask assign", "requested"]);
  });

  it("a pool lead that stays silent goes to nurture (L3)", () => {
    const story = new CaseStory()
      .assigned()
      .at(48 * hour)
      .clear()
      .signal("inactive", { due: 5 });
    expect(story.names()).toEqual(["nurtured"]);
  });
});

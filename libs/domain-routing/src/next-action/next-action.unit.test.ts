import { describe, expect, it } from "@jest/globals";
import { policyDocument } from "../../tests/samples.ts";
import { readPolicy } from "../policy/read-policy.ts";
import { defaultNextActionSettings, type LeadSituation, nextAction, nextActionSettings, nextActions } from "./next-action.ts";

const hour = 3_600_000;
const day = 24 * hour;
const now = 100 * day;

const lead = (details: Partial<LeadSituation>): LeadSituation => ({
  state: "leased",
  temperature: null,
  band: "sql",
  workedAt: null,
  actedAt: now - 2 * day,
  remindAt: now + hour,
  escalateAt: now + 2 * hour,
  recycleAt: now + 3 * hour,
  ...details,
});

describe("next best action (S2)", () => {
  it.each<[string, string, Partial<LeadSituation>]>([
    ["contact_now", "first-contact", {}],
    ["contact_now", "acted-again", { workedAt: now - 3 * day }],
    ["contact_now", "acted-again", { workedAt: now - 3 * day, state: "opportunity", band: "hot" }],
    ["follow_up", "cadence", { workedAt: now - day }],
    ["follow_up", "cadence", { workedAt: now - 3 * day, band: "mql" }],
    ["follow_up", "open-deal", { workedAt: now - day, state: "opportunity" }],
    ["hand_back", "not-ripe", { workedAt: now - 7 * day, actedAt: now - 9 * day, band: "pool" }],
    ["follow_up", "cadence", { workedAt: now - 7 * day + 1, actedAt: now - 9 * day, band: "pool" }],
    ["follow_up", "cadence", { workedAt: now - 9 * day, actedAt: now - 9 * day, band: "mql" }],
    ["contact_now", "first-contact", { actedAt: now - 9 * day, band: "pool" }],
    ["claim", "unclaimed", { state: "pool" }],
    ["claim", "unclaimed", { state: "pool", band: "warm" }],
    ["nurture", "below-threshold", { state: "pool", band: "cold" }],
    ["nurture", "below-threshold", { state: "nurture" }],
    ["nurture", "below-threshold", { state: "new", band: null }],
    ["none", "being-assigned", { state: "requested" }],
    ...(["won", "lost", "closed", "erased"] as const).map((state): [string, string, Partial<LeadSituation>] => [
      "none",
      "finished",
      { state },
    ]),
  ])("%s by rule %s: %j", (action, rule, details) => {
    expect(nextAction(lead(details), now)).toMatchObject({ action, rule });
    expect(nextActions).toContain(action);
  });

  it("names the next clock, and is overdue from the reminder's instant on", () => {
    const { remindAt, escalateAt, recycleAt } = lead({});
    expect(nextAction(lead({}), remindAt! - 1)).toMatchObject({ dueAt: remindAt, overdue: false });
    expect(nextAction(lead({}), remindAt!)).toMatchObject({ dueAt: escalateAt, overdue: true });
    expect(nextAction(lead({}), recycleAt! + 1)).toMatchObject({ dueAt: null, overdue: true });
    expect(nextAction(lead({ state: "opportunity", workedAt: now }), now)).toMatchObject({ dueAt: null, overdue: false });
  });

  it("bands and silence are settings", () => {
    const settings = { ...defaultNextActionSettings, sqlBands: ["a"], mqlBands: ["b"], silentAfterMs: day };
    expect(nextAction(lead({ state: "pool", band: "sql" }), now, settings).action).toBe("nurture");
    expect(nextAction(lead({ workedAt: now - day, actedAt: now - day }), now, settings).action).toBe("hand_back");
  });
});

describe("nextActionSettings", () => {
  const policy = readPolicy(
    JSON.stringify(
      policyDocument({ bands: { mql: ["lukewarm"], sql: ["burning"] }, inactivity: { after: "3d" }, followUp: { hot: "ring" } }),
    ),
  );
  const settings = nextActionSettings(policy);

  it("are the published policy's bands and silence", () => {
    expect(settings).toEqual({
      sqlBands: ["burning"],
      mqlBands: ["lukewarm"],
      silentAfterMs: 3 * 86_400_000,
      followUp: { hot: "ring", warm: "message", cold: "content" },
    });
  });

  it.each([
    ["hot", {}, "ring"],
    ["warm", { workedAt: now - day }, "message"],
    ["cold", { state: "opportunity", workedAt: now - day }, "content"],
    [null, {}, null],
    ["hot", { state: "pool", band: "burning" }, null],
  ] as const)("name the mode of follow-up of a %s lead (S3)", (temperature, details, mode) => {
    expect(nextAction(lead({ temperature, ...details }), now, settings).mode).toBe(mode);
  });

  it("decide in place of the defaults, the silence to the millisecond", () => {
    const quiet = (actedAt: number) => lead({ band: "cold", workedAt: now - 9 * day, actedAt });
    expect(nextAction(lead({ band: "burning", workedAt: now - 3 * day }), now, settings).rule).toBe("acted-again");
    expect(nextAction(lead({ band: "sql", workedAt: now - 3 * day }), now, settings).rule).toBe("cadence");
    expect(nextAction(quiet(now - 3 * day + 1), now, settings).rule).not.toBe("not-ripe");
    expect(nextAction(quiet(now - 3 * day), now, settings).rule).toBe("not-ripe");
    expect(nextAction(quiet(now - 3 * day - 1), now, settings).rule).toBe("not-ripe");
  });
});

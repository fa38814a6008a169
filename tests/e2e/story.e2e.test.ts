import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { eventually } from "@leadstream/testing";
import { accept, promisingLead } from "./src/leads.ts";
import { type Told, toldOf } from "./src/log-view.ts";
import { StackUnderTest } from "./src/stack-under-test.ts";

const leadId = "story-lead";
/** The demo policy recycles a lead of grade A a minute after it was assigned. */
const recycledWithinMs = 110_000;

let stack: StackUnderTest;
beforeAll(async () => {
  stack = await StackUnderTest.start();
}, 120_000);
afterAll(() => stack?.stop(), 90_000);

const until = (what: string, timeoutMs = 30_000): Promise<Told> =>
  eventually(
    async () => {
      const told = await toldOf(stack, leadId);
      return told.story.includes(what) && told;
    },
    { what: `the lead to be told "${what}"`, timeoutMs, everyMs: 500 },
  );

describe("the story of a lead under the demo policy, on real servers", () => {
  it("is captured, crosses, is assigned, ignored, reminded, recycled, claimed, contacted and won", async () => {
    await accept(stack, "/v1/captures", promisingLead(leadId));
    // 68 points: marketing nurtures it.
    expect((await until("nurtured")).story).toEqual(["captured", "nurtured"]);
    await accept(stack, "/v1/touches", { leadId, eventId: "story-demo", kind: "demo-request" });
    const [first] = (await until("assigned")).assignments.filter(({ change }) => change === "assigned");
    // The seller does nothing. Time is noticed on an idle log by the scorer's ticks.
    const recycled = await until("recycled", recycledWithinMs);

    // Two sellers at the same moment: the log decides who was first (I4).
    const claims = ["emma-clark", "jonas-weber"].map((rep) => ({ leadId, eventId: `claim-of-${rep}`, rep, toTeam: "emea" }));
    await accept(stack, "/v1/claims", { events: claims });
    await until("claimed");
    await until("refused");
    for (const status of ["contacted", "opportunity", "won"]) {
      const deal = status === "won" ? { amount: 48_000, currency: "EUR" } : {};
      await accept(stack, "/v1/statuses", { leadId, eventId: `story-${status}`, rep: "emma-clark", status, ...deal });
      await until(status);
    }

    const { story, assignments, alerts } = await toldOf(stack, leadId);
    expect(story.filter((each) => each !== "refused")).toEqual([
      "captured",
      "nurtured",
      "requested",
      "assigned",
      "alert response_missed",
      "alert reminder",
      "alert escalation",
      "alert recycle",
      "recycled",
      "requested",
      "claimed",
      "contacted",
      "opportunity",
      "won",
    ]);
    expect(first).toMatchObject({ epoch: 1, state: "leased", rep: "anna-keller", team: "emea", rule: "manufacturing-emea", grade: "A" });
    const won = assignments.at(-1)!;
    expect(won).toMatchObject({ change: "won", state: "won", epoch: 2, rep: null, previousRep: "emma-clark", amount: 4_800_000 });
    expect(assignments.filter(({ change }) => change === "refused").map(({ commandId }) => commandId)).toEqual(["claim-of-jonas-weber"]);
    // Alerts carry the instant at which they were due, to the millisecond.
    const assignedAt = first!.time;
    expect(alerts.map(({ kind, due }) => [kind, due - assignedAt])).toEqual([
      ["response_missed", 10_000],
      ["reminder", 20_000],
      ["escalation", 40_000],
      ["recycle", 60_000],
    ]);
    expect(recycled.assignments.at(-1)).toMatchObject({ change: "recycled", state: "pool", rep: null, previousRep: "anna-keller" });
  }, 240_000);

  it("is the same story in ClickHouse", async () => {
    const client = stack.clients.clickhouse();
    const story = await eventually(
      async () => {
        const answer = await client.query({
          query: "SELECT change FROM assignments FINAL WHERE lead_id = {lead:String} AND change != 'refused' ORDER BY log_offset",
          query_params: { lead: leadId },
          format: "JSONEachRow",
        });
        const rows = await answer.json<{ change: string }>();
        return rows.some(({ change }) => change === "won") && rows.map(({ change }) => change);
      },
      { what: "the deal to be in ClickHouse", timeoutMs: 30_000, everyMs: 500 },
    );
    expect(story).toEqual([
      "captured",
      "nurtured",
      "requested",
      "assigned",
      "recycled",
      "requested",
      "claimed",
      "contacted",
      "opportunity",
      "won",
    ]);
  }, 60_000);
});

describe("the journey of a lead that marketing keeps, on real servers", () => {
  const nurtured = "nurtured-lead";
  const movesOf = async (): Promise<{ move: string; step: string; outcome: string; template: string }[]> => {
    const answer = await stack.clients.clickhouse().query({
      query: `SELECT v.move AS move, v.step AS step, v.outcome AS outcome, m.template AS template FROM (SELECT * FROM journey_moves FINAL) AS v
        LEFT JOIN (SELECT * FROM messages FINAL) AS m ON m.lead_id = v.lead_id AND m.entry = v.entry AND m.step = v.step AND v.outcome = 'sent'
        WHERE v.lead_id = {lead:String} ORDER BY v.log_offset`,
      query_params: { lead: nurtured },
      format: "JSONEachRow",
    });
    return answer.json();
  };
  const moved = (count: number, what: string): Promise<{ step: string }[]> =>
    eventually(
      async () => {
        const moves = await movesOf();
        return moves.length >= count && moves;
      },
      { what, timeoutMs: 90_000, everyMs: 500 },
    );

  it("is asked for its messages, adapts to a click, and ends with the opt-out", async () => {
    await accept(stack, "/v1/captures", promisingLead(nurtured));
    await moved(2, "the thanks");
    await accept(stack, "/v1/touches", { leadId: nurtured, eventId: "nurtured-click", kind: "email-click" });
    await moved(3, "the blog");
    await accept(stack, "/v1/touches", { leadId: nurtured, eventId: "nurtured-enough", kind: "unsubscribe" });
    await moved(4, "the end");
    expect(await movesOf()).toEqual([
      { move: "entered", step: "", outcome: "", template: "" },
      { move: "stepped", step: "thanks", outcome: "sent", template: "thanks-and-case" },
      { move: "stepped", step: "blog", outcome: "sent", template: "blog-in-depth" },
      { move: "left", step: "webinar-invitation", outcome: "opted_out", template: "" },
    ]);
  }, 240_000);
});

import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type ClickHouseClient, connectClickHouse, insertBlock, migrate, prepareDatabase } from "@leadstream/clickhouse";
import { sharedTestServers, uniqueName } from "@leadstream/infra-local";
import { expectedMessages, expectedRuns } from "../tests/expected-journeys.ts";
import {
  type ExpectedDeal,
  type ExpectedLead,
  expectedDeals,
  expectedFunnel,
  expectedLeads,
  expectedSpend,
  mean,
  monthOf,
  quantile,
} from "../tests/expected-metrics.ts";
import { type LoggedRecord, RandomStream, randomOf } from "../tests/random-stream.ts";
import { BlockBuilder } from "./block-builder.ts";
import { currentMapper } from "./mapper.ts";

const SEED = 20_261;
const LEADS = 300;
const migrations = join(import.meta.dirname, "../../../infra/clickhouse/migrations");
const retry = { initialBackoffMs: 50, maximumBackoffMs: 500, limitMs: 20_000 };
const byKey = <T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> => Map.groupBy(items, key);

let client: ClickHouseClient;
let records: readonly LoggedRecord[];
let leads: ExpectedLead[];
let deals: ExpectedDeal[];

async function rows<T>(query: string): Promise<T[]> {
  const answer = await client.query({ query, format: "JSONEachRow" });
  return answer.json<T>();
}

/** Inserts the records topic by topic in blocks of random size, and some blocks again under another token: past the deduplication window. */
async function insertAll(all: readonly LoggedRecord[]): Promise<void> {
  const random = randomOf(SEED + 1);
  for (const [topic, ofTopic] of byKey(all, (each) => each.topic)) {
    const repeatable: BlockBuilder[] = [];
    for (let from = 0; from < ofTopic.length; ) {
      const to = from + 20 + Math.floor(random() * 200);
      const builder = new BlockBuilder(currentMapper);
      for (const { partition, offset, time, key, record } of ofTopic.slice(from, to)) {
        builder.add({ topic, incarnation: "one", partition, offset, time }, { key, bytes: 10 }, record);
      }
      await insert(topic, builder, "first");
      if (random() < 0.4) repeatable.push(builder);
      from = to;
    }
    for (const builder of repeatable) await insert(topic, builder, "again");
    repeated += repeatable.length;
  }
}

let blocks = 0;
let repeated = 0;
async function insert(topic: string, builder: BlockBuilder, mark: string): Promise<void> {
  const block = builder.finish(topic, "one", [{ partition: 0, from: blocks, to: ++blocks }]);
  for (const table of block.tables) {
    await insertBlock(client, { ...table, token: `${table.token}-${mark}`, format: "RowBinary" }, retry);
  }
}

beforeAll(async () => {
  const { url, user, password } = sharedTestServers().clickhouse;
  const options = { url, user, password, database: uniqueName("agreement") };
  await prepareDatabase(options);
  client = connectClickHouse(options);
  await migrate(client, migrations);
  records = new RandomStream(SEED, LEADS).records;
  await insertAll(records);
  leads = expectedLeads(records);
  deals = expectedDeals(records);
}, 120_000);

afterAll(async () => {
  await client?.close();
});

const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString().replace("T", " ").replace("Z", ""));

describe(`the views agree with the same metrics in plain code (seed ${SEED})`, () => {
  it("lead by lead: origin, stages, score, owner, outcome", async () => {
    const actual = await rows<Record<string, unknown>>(
      `SELECT lead_id, channel, captured_at, mql_at, sql_suggested_at, contacted_at, sql_accepted_at, opportunity_at, won_at, outcome, score, owner
       FROM leads ORDER BY lead_id`,
    );
    const expected = leads
      .map((lead) => ({
        lead_id: lead.leadId,
        channel: lead.channel,
        captured_at: iso(lead.capturedAt),
        mql_at: iso(lead.mqlAt),
        sql_suggested_at: iso(lead.suggestedAt),
        contacted_at: iso(lead.contactedAt),
        sql_accepted_at: iso(lead.acceptedAt),
        opportunity_at: iso(lead.opportunityAt),
        won_at: iso(lead.wonAt),
        outcome: lead.outcome,
        score: lead.score,
        owner: lead.owner,
      }))
      .sort((left, right) => (left.lead_id < right.lead_id ? -1 : 1));
    expect(leads.length).toBeGreaterThan(LEADS * 0.8);
    expect(actual).toEqual(expected);
  });

  it("D1, M1, M2, M5: the funnel and its cohorts", async () => {
    const actual = await rows<{ stage: string; leads: number; lost: number }>("SELECT stage, leads, lost FROM funnel ORDER BY position");
    const expected = Object.entries(expectedFunnel(leads));
    expect(actual.map(({ stage, leads: count }) => [stage, count])).toEqual(expected);
    expect(actual.map(({ lost }) => lost)).toEqual(expected.map(([, count], index) => (index === 0 ? 0 : expected[index - 1]![1] - count)));
    const cohorts = await rows<{ month: string; channel: string; leads: number; won: number }>(
      "SELECT month, channel, sum(leads) AS leads, sum(won) AS won FROM funnel_cohorts GROUP BY month, channel",
    );
    const groups = byKey(leads, (lead) => `${monthOf(lead.capturedAt)} ${lead.channel}`);
    expect(cohorts).toHaveLength(groups.size);
    for (const { month, channel, leads: count, won } of cohorts) {
      const group = groups.get(`${month} ${channel}`)!;
      expect([count, won]).toEqual([group.length, group.filter((lead) => lead.wonAt !== null).length]);
    }
  });

  it("M3: response time, quantiles and buckets", async () => {
    const times = leads.filter((lead) => lead.contactedAt !== null).map((lead) => Math.max(0, lead.contactedAt! - lead.capturedAt));
    const [actual] = await rows<Record<string, number>>("SELECT * FROM response_times");
    expect(actual).toMatchObject({
      leads: leads.length,
      answered: times.length,
      p50_ms: quantile(times, 0.5),
      p90_ms: quantile(times, 0.9),
      p99_ms: quantile(times, 0.99),
    });
    expect(actual!.mean_ms).toBeCloseTo(mean(times)!, 3);
    const limits = [60, 300, 1_800, 3_600, 7_200, 14_400, 86_400, 172_800, Number.POSITIVE_INFINITY].map((seconds) => seconds * 1_000);
    const expected = limits
      .map((limit, index) => times.filter((time) => time <= limit && time > (limits[index - 1] ?? -1)).length)
      .concat(leads.length - times.length);
    const buckets = await rows<{ position: number; leads: number }>("SELECT position, leads FROM response_buckets");
    expect(expected.map((_, index) => buckets.find((each) => each.position === index + 1)?.leads ?? 0)).toEqual(expected);
  });

  it("M4, M7, M8, M10 by channel and month; M9 over all", async () => {
    const spend = expectedSpend(records);
    const channelOf = new Map(leads.map((lead) => [lead.leadId, lead.channel]));
    const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
    const key = (at: number, channel: string): string => `${monthOf(at)} ${channel}`;
    const actual = await rows<Record<string, number> & { month: string; channel: string }>("SELECT * FROM channel_months");
    expect(actual.length).toBeGreaterThan(6);
    expect(sum(actual.map((row) => row.leads!))).toBe(leads.length);
    expect(sum(actual.map((row) => row.deals!))).toBe(deals.length);
    for (const row of actual) {
      const here = `${row.month} ${row.channel}`;
      const captured = leads.filter((lead) => key(lead.capturedAt, lead.channel) === here).length;
      const customers = leads.filter((lead) => lead.wonAt !== null && key(lead.wonAt, lead.channel) === here).length;
      const sold = deals.filter((deal) => key(deal.at, channelOf.get(deal.leadId)!) === here);
      const cost = sum(spend.filter((each) => key(each.occurredAt, each.channel) === here).map((each) => each.amount));
      const profit = sum(sold.map((deal) => deal.grossProfit ?? 0));
      expect(row).toMatchObject({ leads: captured, customers, deals: sold.length, spend: cost, gross_profit: profit });
      expect(row.cpl).toEqual(captured === 0 ? null : expect.closeTo(cost / captured, 6));
      expect(row.cac).toEqual(customers === 0 ? null : expect.closeTo(cost / customers, 6));
      expect(row.roi).toEqual(cost === 0 ? null : expect.closeTo((profit - cost) / cost, 6));
      const before = new Date(`${row.month}T00:00:00Z`);
      before.setUTCMonth(before.getUTCMonth() - 1);
      const previous = leads.filter((lead) => key(lead.capturedAt, lead.channel) === key(before.getTime(), row.channel)).length;
      expect(row.growth).toEqual(previous === 0 ? null : expect.closeTo(captured / previous - 1, 6));
    }
    const [programme] = await rows<Record<string, number>>("SELECT * FROM programme");
    const revenue = sum(deals.map((deal) => deal.amount));
    const customers = leads.filter((lead) => lead.wonAt !== null).length;
    expect(programme).toMatchObject({ leads: leads.length, customers, revenue, cost: sum(spend.map((each) => each.amount)) });
    expect(programme!.ltv).toBeCloseTo(revenue / customers, 6);
  });

  it("M6 by channel, M11 for high scores", async () => {
    const won = leads.filter((lead) => lead.wonAt !== null);
    const cycles = await rows<Record<string, number> & { channel: string }>("SELECT * FROM conversion_cycles");
    for (const [channel, group] of byKey(won, (lead) => lead.channel)) {
      const times = group.map((lead) => Math.max(0, lead.wonAt! - lead.capturedAt));
      const row = cycles.find((each) => each.channel === channel)!;
      expect(row).toMatchObject({ customers: times.length, p50_ms: quantile(times, 0.5), p90_ms: quantile(times, 0.9) });
      expect(row.mean_ms).toBeCloseTo(mean(times)!, 3);
    }
    const [high] = await rows<Record<string, number>>("SELECT * FROM high_score_outcomes WHERE high_score");
    const group = leads.filter((lead) => lead.suggestedAt !== null);
    const count = (outcome: string): number => group.filter((lead) => lead.outcome === outcome).length;
    expect(high).toMatchObject({ leads: group.length, won: count("won"), lost: count("lost") });
  });

  it("every event is counted once, every offset is there, points sum to the score", async () => {
    const counted = new Set(
      records.flatMap(({ record }) => (record.type === "Score" && record.value.verdict !== "duplicate" ? [record.value.eventId] : [])),
    );
    const [events] = await rows<{ events: number }>("SELECT sum(events) AS events FROM event_counts");
    expect(events!.events).toBe(counted.size);
    const coverage = await rows<{ topic: string; log_partition: number; records: number }>("SELECT * FROM record_coverage");
    const places = byKey(records, (each) => `${each.topic}-${each.partition}`);
    expect(coverage).toHaveLength(places.size);
    for (const { topic, log_partition, records: stored } of coverage) expect(stored).toBe(places.get(`${topic}-${log_partition}`)!.length);
    expect(repeated).toBeGreaterThan(0);
    const wrong = await rows(
      `SELECT lead_id FROM (SELECT lead_id, sum(points) AS points FROM score_points GROUP BY lead_id) AS p
       INNER JOIN lead_stages AS s USING (lead_id) WHERE p.points != s.score`,
    );
    expect(wrong).toEqual([]);
  });

  it("L4: journeys, their steps and ends; opens and clicks of each message", async () => {
    const messages = expectedMessages(records);
    const runs = expectedRuns(records);
    expect(messages.filter(({ clickedAt }) => clickedAt !== null).length).toBeGreaterThan(20);
    const found = await rows<{ message_id: string; opened_at: string | null; clicked_at: string | null }>(
      "SELECT message_id, opened_at, clicked_at FROM journey_messages ORDER BY message_id",
    );
    const wanted = messages
      .map(({ message, openedAt, clickedAt }) => ({ message_id: message.messageId, opened_at: iso(openedAt), clicked_at: iso(clickedAt) }))
      .sort((left, right) => (left.message_id < right.message_id ? -1 : 1));
    expect(found).toEqual(wanted);
    const ofJourney = (name: string) => messages.filter(({ message }) => message.journey === name);
    for (const [journey, group] of byKey(runs, (run) => run.journey)) {
      const ended = (...reasons: string[]): number => group.filter(({ leftBy }) => leftBy !== null && reasons.includes(leftBy)).length;
      const [actual] = await rows<Record<string, number>>(`SELECT * FROM journeys WHERE journey = '${journey}'`);
      expect(actual).toMatchObject({
        entered: group.length,
        inside: group.filter(({ leftBy }) => leftBy === null).length,
        converted: ended("assigned", "won"),
        finished: ended("finished"),
        opted_out: ended("opted_out"),
        otherwise_left: ended("lost"),
        messages: ofJourney(journey).length,
        opened: ofJourney(journey).filter(({ openedAt }) => openedAt !== null).length,
        clicked: ofJourney(journey).filter(({ clickedAt }) => clickedAt !== null).length,
      });
      const steps = await rows<{ step: string; passed: number; sent: number; clicked: number; did_nothing: number }>(
        `SELECT step, passed, sent, clicked, did_nothing FROM journey_steps WHERE journey = '${journey}' ORDER BY step`,
      );
      const expectedSteps = [...new Set(group.flatMap((run) => run.steps))].sort().map((step) => {
        const passed = group.filter((run) => run.steps.includes(step)).length;
        const sent = ofJourney(journey).filter(({ message }) => message.step === step);
        const clicked = sent.filter(({ clickedAt }) => clickedAt !== null).length;
        return { step, passed, sent: sent.length, clicked, did_nothing: passed - sent.length };
      });
      expect(steps).toEqual(expectedSteps);
      const exits = await rows<{ reason: string; runs: number }>(
        `SELECT reason, sum(e.runs) AS runs FROM journey_exits AS e WHERE journey = '${journey}' GROUP BY reason ORDER BY reason`,
      );
      expect(exits).toEqual(
        [
          ...byKey(
            group.filter(({ leftBy }) => leftBy !== null),
            (run) => run.leftBy!,
          ),
        ]
          .map(([reason, those]) => ({ reason, runs: those.length }))
          .sort((left, right) => (left.reason < right.reason ? -1 : 1)),
      );
    }
  });

  it("sellers: deals for who is named, else for the last owner", async () => {
    const owners = new Map(leads.map((lead) => [lead.leadId, lead.owner]));
    const statuses = records.flatMap(({ record }) => (record.type === "Status" ? [record.value] : []));
    const revenue = new Map<string, number>();
    for (const deal of deals) {
      const named = statuses.find((each) => each.leadId === deal.leadId && each.status === "won" && each.occurredAt === deal.at)!.rep;
      const rep = named ?? owners.get(deal.leadId) ?? "";
      revenue.set(rep, (revenue.get(rep) ?? 0) + deal.amount);
    }
    revenue.delete("");
    const actual = await rows<{ rep: string; revenue: number }>("SELECT rep, revenue FROM seller_performance WHERE deals > 0");
    expect(new Map(actual.map((row) => [row.rep, row.revenue]))).toEqual(revenue);
  });
});

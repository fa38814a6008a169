// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of mappings
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { type EmitItem, type EmitOutcome, ProducerError } from "@leadstream/producer";
import { acceptedOutcome, storeWith, Trial } from "./trial.ts";

const mapping = `name: deals
lead: "\${file.name}-\${row.number}"
times:
  seen: { text: "\${date}" }
events:
  - kind: capture
    at: { time: seen, every: 1d, firstOf: "\${calls}" }
    fields: { channel: web, profile: { annualRevenue: "\${revenue}", custom: { stage: "\${stage}" } } }
  - kind: touch
    repeat: { count: "\${calls}", atMost: 5 }
    at: { time: seen, every: 1d }
    fields: { kind: call }
  - kind: status
    when: { stage: [won, lost] }
    at: seen
    fields: { status: "\${stage}", amount: "\${amount}", currency: EUR }
`;
const header = "date,calls,stage,amount,revenue";
const row = (stage = "won", date = "2020-01-03", calls = "2", amount = "10.50", revenue = "5000") =>
  [date, calls, stage, amount, revenue].join(",");
const fileOf = (...rows: string[]): string => `${[header, ...rows].join("\n")}\n`;
const rows = (count: number): string[] => Array.from({ length: count }, (_, index) => row(index % 2 === 0 ? "won" : "open"));
const later = (items: readonly EmitItem[], code: "UNAVAILABLE" | "BUFFER_FULL" = "UNAVAILABLE"): EmitOutcome[] =>
  items.map(() => ({ ok: false, eventId: null, error: new ProducerError(code, "away", "wait") }));

describe("an import", () => {
  let trial: Trial;
  beforeEach(() => {
    trial = new Trial();
    trial.mapping = trial.write("deals.yaml", mapping);
  });
  afterEach(() => trial[Symbol.dispose]());

  const start = (...lines: string[]): void => {
    trial.file = trial.write("q1.csv", fileOf(...lines));
  };
  const rejects = (path: string | null): string[] =>
    readFileSync(path as string, "utf8")
      .trim()
      .split("\n")
      .slice(1);

  it("makes events of a row, in order, each with an id made of the row", async () => {
    start(row(), row("open"));
    const report = await trial.run();
    expect(trial.log.events).toEqual([
      {
        kind: "capture",
        eventId: "deals-q1-1-1",
        leadId: "q1-1",
        input: {
          eventId: "deals-q1-1-1",
          occurredAt: Date.parse("2020-01-02"),
          imported: true,
          leadId: "q1-1",
          channel: "web",
          profile: { annualRevenue: 5000, custom: { stage: "won" } },
        },
      },
      expect.objectContaining({ input: expect.objectContaining({ eventId: "deals-q1-1-2.1", occurredAt: Date.parse("2020-01-02") }) }),
      expect.objectContaining({ input: expect.objectContaining({ eventId: "deals-q1-1-2.2", occurredAt: Date.parse("2020-01-03") }) }),
      expect.objectContaining({
        kind: "status",
        input: expect.objectContaining({ eventId: "deals-q1-1-3", status: "won", amount: "10.50" }),
      }),
      expect.objectContaining({ eventId: "deals-q1-2-1" }),
      expect.objectContaining({ eventId: "deals-q1-2-2.1" }),
      expect.objectContaining({ eventId: "deals-q1-2-2.2" }),
    ]);
    expect(report).toMatchObject({
      state: "finished",
      rows: 2,
      sent: { capture: 2, touch: 4, status: 1 },
      rejectedRows: 0,
      rejectsPath: null,
    });
  });

  it("rejects a row whole, with row, line, field, reason and remedy, and brings in the others", async () => {
    start(
      row(),
      row("won", "yesterday"),
      "1,2",
      row("won", "2020-01-03", "6"),
      row("lost", "2020-01-03", "1", "1.234"),
      row("open", "2020-01-03", "1", "", "much"),
      row(),
    );
    const report = await trial.run();
    expect(trial.log.ids.map((id) => id.split("-")[2])).toEqual(["1", "1", "1", "1", "7", "7", "7", "7"]);
    expect(report).toMatchObject({ rows: 7, rejectedRows: 5 });
    expect(rejects(report.rejectsPath)).toEqual([
      '2,3,times.seen,is no moment in the mapping\'s format,"correct the row, or add its format to the mapping"',
      "3,4,row,has 2 cells where the header has 5,check the row's delimiters and quotes",
      '4,5,events.2.repeat,is more than 5,"correct the row, or raise atMost (up to 60)"',
      '5,6,status.amount,is no amount of money,"give currency units with at most two decimals, up to a million millions"',
      expect.stringMatching(/^6,7,capture\.profile\.annualRevenue,is no number,/),
    ]);
    expect(readFileSync(report.rejectsPath as string, "utf8")).not.toMatch(/yesterday|much/);
  });

  it("rejects a row with more events than the scorer would recognise again", async () => {
    trial.mapping = trial.write(
      "deals.yaml",
      mapping.replace("atMost: 5", "atMost: 60").replace(
        "  - kind: status",
        `  - kind: touch
    repeat: "\${calls}"
    at: seen
    fields: { kind: call }
  - kind: status`,
      ),
    );
    start(row("won", "2020-01-03", "31"), row("won", "2020-01-03", "32"));
    const report = await trial.run();
    expect(report.sent).toEqual({ capture: 1, touch: 62, status: 1, spend: 0 });
    expect(rejects(report.rejectsPath)).toEqual([expect.stringMatching(/^2,3,row,makes more than 64 events,/)]);
  });

  it("asks the store of each batch once an earlier run was cut short, however early", async () => {
    start(...rows(2));
    const asked: string[] = [];
    const alreadyThere = {
      anyOf: async () => {
        asked.push("any");
        return false;
      },
      among: async (): Promise<ReadonlySet<string>> => {
        asked.push("among");
        return new Set();
      },
    };
    trial.log.script.push(() => {
      throw new Error("killed");
    });
    await expect(trial.run({ alreadyThere })).rejects.toThrow("killed");
    await trial.run({ alreadyThere });
    expect(asked).toEqual(["any", "among"]);
  });

  it("is not done twice; --again goes through it and leaves out what the store has", async () => {
    start(...rows(4));
    const first = await trial.run();
    const ids = new Set(trial.log.ids);
    const second = await trial.run();
    expect(second).toMatchObject({ state: "finished-earlier", rows: 4, sent: first.sent });
    expect(trial.log.events).toHaveLength(ids.size);
    const lost = "deals-q1-3-1";
    const again = await trial.run({ again: true, alreadyThere: storeWith(new Set([...ids].filter((id) => id !== lost))) });
    expect(trial.log.ids.slice(ids.size)).toEqual([lost]);
    expect(again).toMatchObject({ state: "finished", alreadyThere: ids.size - 1, sent: { capture: 1, touch: 0, status: 0 } });
  });

  it("sends nothing that the store has when the progress is lost", async () => {
    start(...rows(6));
    await trial.run();
    const ids = new Set(trial.log.ids);
    rmSync(join(trial.folder.path, "data"), { recursive: true });
    const asked: string[] = [];
    const report = await trial.run({
      alreadyThere: {
        anyOf: async (prefix) => prefix === "deals-",
        among: async (events) => {
          asked.push(...events.map(({ eventId }) => eventId));
          return ids;
        },
      },
    });
    expect(asked).toEqual([...ids]);
    expect(trial.log.events).toHaveLength(ids.size);
    expect(report.alreadyThere).toBe(ids.size);
  });

  it("goes on after a crash with the batch that was not noted, also its rejects", async () => {
    const bad = row("won", "never");
    start(row(), bad, row(), bad, row(), bad, row());
    const limits = { batchRows: 2 };
    trial.log.script.push(
      (items) => items.map(acceptedOutcome),
      () => {
        throw new Error("killed");
      },
    );
    await expect(trial.run({ limits })).rejects.toThrow("killed");
    expect(new Set(trial.log.ids.map((id) => id.split("-")[2]))).toEqual(new Set(["1"]));
    // Lines of rows that were not noted: the next run writes them anew.
    const report = readdirSync(join(trial.folder.path, "data/imports")).find((name) => name.endsWith(".rejects.csv")) as string;
    const path = join(trial.folder.path, "data/imports", report);
    writeFileSync(path, `${readFileSync(path, "utf8")}4,5,torn line that is longer than what comes\n6,7,and`);
    const resumed = await trial.run({ limits });
    expect(resumed).toMatchObject({
      state: "finished",
      rows: 7,
      rowsBefore: 2,
      rejectedRows: 3,
      sent: { capture: 4, touch: 8, status: 4 },
    });
    expect(trial.log.ids).toHaveLength(16);
    expect(rejects(resumed.rejectsPath).map((line) => line.split(",")[0])).toEqual(["2", "4", "6"]);
  });

  it("sends again what the log did not take, with the same ids, and gives up after the limit", async () => {
    start(...rows(2));
    const pauses: number[] = [];
    const pause = async (ms: number): Promise<void> => void pauses.push(ms);
    const half = (items: readonly EmitItem[]): EmitOutcome[] =>
      items.map((item, index) => (index % 2 === 0 ? acceptedOutcome(item) : (later([item], "BUFFER_FULL")[0] as EmitOutcome)));
    trial.log.script.push(later, half);
    const report = await trial.run({ pause });
    expect(new Set(trial.log.ids).size).toBe(7);
    expect(trial.log.ids).toHaveLength(7);
    expect(pauses).toEqual([100, 200]);
    expect(report.sent).toEqual({ capture: 2, touch: 4, status: 1, spend: 0 });

    trial.log.script.push(...Array.from({ length: 50 }, () => later));
    await expect(trial.run({ again: true, pause, limits: { retryForMs: 2_000 } })).rejects.toMatchObject({ code: "LOG_UNAVAILABLE" });
    expect(trial.log.ids).toHaveLength(7);
  });

  it("lists what only the log refuses, and throws what it does not know", async () => {
    start(row(), row());
    const fault = { field: "leadId", reason: "is strange", remedy: "ask" };
    trial.log.script.push((items) =>
      items.map((item, index) =>
        index === 0
          ? { ok: false, eventId: null, error: new ProducerError("INVALID_EVENT", "faults", "correct", { faults: [fault] }) }
          : index === 1
            ? { ok: false, eventId: null, error: new ProducerError("EVENT_TOO_LARGE", "large", "shorten") }
            : acceptedOutcome(item),
      ),
    );
    const report = await trial.run();
    expect(report).toMatchObject({ rejectedRows: 1, sent: { capture: 1, touch: 3, status: 2 } });
    expect(rejects(report.rejectsPath)).toEqual(["1,2,leadId,is strange,ask", "1,2,,is larger than Kafka takes,shorten its texts"]);
    trial.log.script.push((items) => items.map(() => ({ ok: false, eventId: null, error: new ProducerError("CLOSED", "closed", "open") })));
    await expect(trial.run({ again: true })).rejects.toMatchObject({ code: "CLOSED" });
  });

  it("stops after the batch under way and says so", async () => {
    start(...rows(10));
    const stop = new AbortController();
    const seen: number[] = [];
    const report = await trial.run({
      limits: { batchRows: 3 },
      signal: stop.signal,
      progress: ({ tally, totalRows }) => {
        seen.push(tally.rows / totalRows);
        if (tally.rows >= 6) stop.abort();
      },
    });
    expect(report).toMatchObject({ state: "stopped", rows: 6 });
    expect(seen).toEqual([0.3, 0.6]);
    expect(await trial.run()).toMatchObject({ state: "finished", rows: 10, rowsBefore: 6, sent: { capture: 10 } });
  });

  it("only checks where there is no sink", async () => {
    start(row(), row("won", "never"));
    const report = await trial.run({ sink: null });
    expect(report).toMatchObject({ rows: 2, rejectedRows: 1 });
    expect(trial.log.events).toEqual([]);
    expect(await trial.run()).toMatchObject({ state: "finished", rowsBefore: 0 });
    expect(trial.log.events).toHaveLength(4);
  });

  it("refuses another content under a known name, because its ids would be those of other rows", async () => {
    start(...rows(2));
    await trial.run();
    start(...rows(3));
    await expect(trial.run()).rejects.toMatchObject({ code: "NAME_TAKEN", remedy: expect.stringContaining("--same-rows") });
    const there = new Set(trial.log.ids);
    const report = await trial.run({ sameRows: true, alreadyThere: storeWith(there) });
    expect(report).toMatchObject({ state: "finished", alreadyThere: 7, sent: { capture: 1 } });
  });

  it("takes a newer export by natural keys: what is new in it is sent", async () => {
    trial.mapping = trial.write(
      "deals.yaml",
      mapping.replace('lead: "${file.name}-${row.number}"', 'key: "${amount}"\nlead: "d-${amount}"'),
    );
    start(row("open", "2020-01-03", "1", "7"));
    await trial.run();
    const there = new Set(trial.log.ids);
    start(row("open", "2020-01-01", "1", "8"), row("won", "2020-01-03", "1", "7"));
    await trial.run({ alreadyThere: storeWith(there) });
    expect(trial.log.ids.slice(there.size)).toEqual(["deals-8-1", "deals-8-2.1", "deals-7-3"]);
  });

  it("rejects rows with one key: the second would be taken for a repeat", async () => {
    trial.mapping = trial.write("deals.yaml", mapping.replace("name: deals", 'name: deals\nkey: "${amount}"'));
    start(row("open", "2020-01-03", "1", "7"), row("open", "2020-01-03", "1", "7"), row("open", "2020-01-03", "1", ""));
    const report = await trial.run();
    expect(rejects(report.rejectsPath).map((line) => line.split(",").slice(2, 4))).toEqual([
      ["key", "is that of row 1 as well"],
      ["key", "is empty"],
    ]);
    await expect(trial.run({ again: true, limits: { keys: 0 } })).rejects.toMatchObject({ code: "TOO_MANY_KEYS" });
  });

  it("stops when the mapping, not the data, seems wrong", async () => {
    start(...Array.from({ length: 30 }, () => row("won", "never")));
    await expect(trial.run({ limits: { rejectedRows: 10, batchRows: 5 } })).rejects.toMatchObject({ code: "TOO_MANY_REJECTS" });
  });

  it("says when the store does not answer, and keeps what is done", async () => {
    start(...rows(4));
    let asked = 0;
    const alreadyThere = {
      anyOf: async () => true,
      among: async (): Promise<ReadonlySet<string>> => {
        if (++asked === 2) throw new Error("no store");
        return new Set();
      },
    };
    await expect(trial.run({ alreadyThere, limits: { batchRows: 2 } })).rejects.toThrow("no store");
    expect(await trial.run({ alreadyThere })).toMatchObject({ state: "finished", rowsBefore: 2 });
    expect(new Set(trial.log.ids).size).toBe(trial.log.ids.length);
  });
});

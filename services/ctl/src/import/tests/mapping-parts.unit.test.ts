// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of mappings
import { describe, expect, it } from "@jest/globals";
import { compileCondition } from "../condition.ts";
import { RowFaults } from "../row-faults.ts";
import { RowOrderClock } from "../row-order-clock.ts";
import { compileTemplate } from "../template.ts";
import { isTimeFormat, timeReader } from "../time-format.ts";
import { compileValue, type ValueSpec, valueShape, type Wanted } from "../value.ts";

const names = ["a", "b", "emp.var.rate"];
const slotOf = (name: string): number => names.indexOf(name);

describe("templates", () => {
  it.each([
    ["${a}", "x"],
    ["${ a }-${emp.var.rate}", "x-1.1"],
    ["constant", "constant"],
    ["", ""],
    ["crm-${b}", ""],
  ])("%j gives %j", (template, expected) => {
    expect(compileTemplate(template, slotOf)(["x", "", "1.1"])).toBe(expected);
  });
});

describe("values", () => {
  const valueIn = (spec: unknown, wanted: Wanted, a: string) => {
    const faults = new RowFaults();
    const parsed: ValueSpec = valueShape.parse(spec);
    return { value: compileValue(parsed, wanted, "field", slotOf)([a, "", ""], faults), faults: faults.all().map(({ reason }) => reason) };
  };

  it.each<[unknown, Wanted, string, unknown]>([
    [7, "any", "", 7],
    ["${a}", "any", "", null],
    ["${a}", "number", "12.5", 12.5],
    ["${a}", "boolean", "Yes", true],
    [{ text: "${a}", map: { yes: "won" } }, "any", "yes", "won"],
    [{ text: "${a}", map: { yes: "won" } }, "any", "no", "no"],
    [{ text: "${a}", map: { yes: "won" }, unmapped: "leave-out" }, "any", "no", null],
    [{ text: "${a}", blank: ["999"] }, "any", "999", null],
    [{ text: "${a}", blank: ["999"], default: "never" }, "any", "999", "never"],
    [{ text: "${a}", slug: true }, "any", " José  Ñandú, Jr. ", "jose-nandu-jr"],
    [{ text: "${a}", number: { thousands: ".", decimal: "," } }, "any", "1.234,5", 1234.5],
    [{ text: "${a}", number: { times: 1000000 } }, "any", "4269.9", 4_269_900_000],
    [{ text: "${a}", number: true }, "any", "-3e2", -300],
  ])("%j wanted as %s makes of %j %j", (spec, wanted, a, expected) => {
    expect(valueIn(spec, wanted, a)).toEqual({ value: expected, faults: [] });
  });

  it.each<[unknown, Wanted, string, string]>([
    [{ text: "${a}", map: { yes: "won" }, unmapped: "reject" }, "any", "secret", "is not in the value map"],
    [{ text: "${a}", number: true }, "any", "12 EUR", "is no number"],
    ["${a}", "number", "0x10", "is no number"],
    ["${a}", "boolean", "perhaps", "is neither true nor false"],
  ])("%j wanted as %s refuses %j", (spec, wanted, a, reason) => {
    expect(valueIn(spec, wanted, a)).toEqual({ value: null, faults: [reason] });
  });
});

describe("conditions", () => {
  it.each<[Parameters<typeof compileCondition>[0], boolean]>([
    [undefined, true],
    [{ a: "Won" }, true],
    [{ a: ["Lost", "Won"], b: { empty: true } }, true],
    [{ a: { not: ["Won", "Lost"] } }, false],
    [{ a: "Won", b: { empty: false } }, false],
    [{ "emp.var.rate": 5 }, true],
  ])("%j", (spec, expected) => {
    expect(compileCondition(spec, slotOf)(["Won", "", "5"])).toBe(expected);
  });
});

describe("times", () => {
  it.each([
    ["iso", "Z", "2017-03-01", "2017-03-01T00:00:00.000Z"],
    ["iso", "+08:00", "2017-03-01", "2017-02-28T16:00:00.000Z"],
    ["iso", "+08:00", "2017-03-01 09:30", "2017-03-01T01:30:00.000Z"],
    ["iso", "+08:00", "2017-03-01T09:30:15-05:00", "2017-03-01T14:30:15.000Z"],
    ["dd/MM/yyyy", "Z", "31/12/2017", "2017-12-31T00:00:00.000Z"],
    ["d.M.yyyy H:mm", "-03:30", "1.2.2017 9:05", "2017-02-01T12:35:00.000Z"],
    ["d MMM yyyy", "Z", "5 Mar 2017", "2017-03-05T00:00:00.000Z"],
    ["epoch-s", "Z", "1488326400", "2017-03-01T00:00:00.000Z"],
    ["epoch-ms", "Z", "1488326400000", "2017-03-01T00:00:00.000Z"],
  ])("%s in %s reads %s", (format, zone, text, expected) => {
    expect(isTimeFormat(format)).toBe(true);
    expect(new Date(timeReader(format, zone)(text) as number).toISOString()).toBe(expected);
  });

  it.each([
    ["iso", "2017-02-30"],
    ["dd/MM/yyyy", "12/31/2017"],
    ["dd/MM/yyyy", "31/12/17"],
    ["d MMM yyyy", "5 Foo 2017"],
    ["yyyy-MM-dd HH:mm", "2017-01-01 24:00"],
    ["epoch-ms", "-5"],
  ])("%s refuses %s", (format, text) => {
    expect(timeReader(format, "Z")(text)).toBeNull();
  });

  it.each(["yyyy", "dd/MM", "dd.MM.yyyy MM", "", "ISO"])("%j is no format", (format) => {
    expect(isTimeFormat(format)).toBe(false);
  });
});

describe("row order clock", () => {
  const clock = () => new RowOrderClock({ year: 2008, month: 5, dayStartMs: 9 * 3_600_000, rowEveryMs: 1_000 });
  const run = (...rows: (readonly [number, number])[]) => {
    const running = clock();
    return rows.map(([month, weekday]) => {
      const time = running.next(month, weekday);
      return time.ok ? new Date(time.at).toISOString().slice(0, 19) : time.reason;
    });
  };

  it("goes on within a day, to the next weekday, the next month and over the turn of the year", () => {
    expect(run([5, 0], [5, 0], [5, 1], [5, 0], [6, 6], [12, 2], [3, 2])).toEqual([
      "2008-05-05T09:00:00",
      "2008-05-05T09:00:01",
      "2008-05-06T09:00:00",
      "2008-05-12T09:00:00",
      "2008-06-01T09:00:00",
      "2008-12-03T09:00:00",
      "2009-03-04T09:00:00",
    ]);
  });

  it("refuses a weekday beyond the month's end and stays where it is", () => {
    expect(run([5, 5], [6, 0], [5, 4], [5, 6], [5, 6], [5, 5], [5, 4], [5, 3], [5, 2], [5, 1]).at(-1)).toBe("outside the month");
    const running = clock();
    running.next(5, 6);
    const before = running.next(5, 6);
    expect(running.next(null, 6)).toEqual({ ok: false, reason: "no month" });
    expect(running.next(5, null)).toEqual({ ok: false, reason: "no weekday" });
    expect(running.next(5, 6)).toEqual({ ok: true, at: (before as { at: number }).at + 1_000 });
  });

  it("never leaves the day, however many rows it has", () => {
    const running = new RowOrderClock({ year: 2008, month: 5, dayStartMs: 0, rowEveryMs: 3_600_000 });
    const days = new Set(
      Array.from({ length: 100 }, () => running.next(5, 3)).map((time) => (time.ok ? new Date(time.at).toISOString().slice(0, 10) : "")),
    );
    expect([...days]).toEqual(["2008-05-01"]);
  });
});

import { type EventSpec, type Mapping, maximumRepeats, type TimeSpec } from "./mapping.ts";
import type { RowFaults } from "./row-faults.ts";
import { RowOrderClock } from "./row-order-clock.ts";
import { type Cells, compileTemplate, type SlotOf } from "./template.ts";
import { monthOf, timeReader, weekdayOf } from "./time-format.ts";

/** Milliseconds since epoch; null after a fault was reported. */
export type TimeOf = (cells: Cells, faults: RowFaults) => number | null;

/** The mapping's times. `advance` must see every row, in order, before its times are asked. */
export interface RowTimes {
  advance(cells: Cells): void;
  readonly byName: ReadonlyMap<string, TimeOf>;
}

export function compileTimes(mapping: Mapping, slotOf: SlotOf): RowTimes {
  const advances: ((cells: Cells) => void)[] = [];
  const byName = new Map<string, TimeOf>();
  for (const [name, spec] of Object.entries(mapping.times)) {
    if (!("rule" in spec)) {
      byName.set(name, writtenTime(name, spec, slotOf));
      continue;
    }
    const { advance, timeOf } = rowOrderTime(name, spec, slotOf);
    advances.push(advance);
    byName.set(name, timeOf);
  }
  return {
    advance(cells) {
      for (const advance of advances) advance(cells);
    },
    byName,
  };
}

function writtenTime(name: string, spec: Exclude<TimeSpec, { rule: string }>, slotOf: SlotOf): TimeOf {
  const text = compileTemplate(spec.text, slotOf);
  const readers = [spec.format].flat().map((format) => timeReader(format, spec.zone));
  const fallback = spec.default === undefined ? null : timeReader("iso", spec.zone)(spec.default);
  return (cells, faults) => {
    const said = text(cells);
    if (said === "") {
      if (fallback === null) faults.add(`times.${name}`, "is empty", "give the date in the row, or a `default` in the mapping");
      return fallback;
    }
    for (const read of readers) {
      const at = read(said);
      if (at !== null) return at;
    }
    faults.add(`times.${name}`, "is no moment in the mapping's format", "correct the row, or add its format to the mapping");
    return null;
  };
}

function rowOrderTime(name: string, spec: Extract<TimeSpec, { rule: string }>, slotOf: SlotOf) {
  const month = compileTemplate(spec.month, slotOf);
  const weekday = compileTemplate(spec.weekday, slotOf);
  const [year, firstMonth] = spec.from.split("-").map(Number) as [number, number];
  const clock = new RowOrderClock({ year, month: firstMonth, dayStartMs: spec.dayStart, rowEveryMs: spec.rowEvery });
  let current = clock.next(null, null);
  return {
    advance: (cells: Cells): void => {
      current = clock.next(monthOf(month(cells)), weekdayOf(weekday(cells)));
    },
    timeOf: (_: Cells, faults: RowFaults): number | null => {
      if (current.ok) return current.at;
      const remedy =
        current.reason === "outside the month"
          ? "put the rows back into the order of time"
          : "give English names, of which three letters count";
      faults.add(
        `times.${name}`,
        current.reason === "outside the month" ? "the weekday lies outside of the month" : `holds ${current.reason}`,
        remedy,
      );
      return null;
    },
  };
}

/** Moment of the `number`th (from 1) of `count` events that one event of the mapping makes. */
export type EventTimeOf = (cells: Cells, number: number, count: number, faults: RowFaults) => number | null;

export function compileEventTime(at: EventSpec["at"], times: RowTimes, path: string, slotOf: SlotOf): EventTimeOf {
  const timeOf = times.byName.get(typeof at === "string" ? at : at.time) as TimeOf;
  if (typeof at === "string") return (cells, _number, _count, faults) => timeOf(cells, faults);
  const { every } = at;
  const firstOf = at.firstOf === undefined ? null : compileCount(at.firstOf, maximumRepeats, `${path}.firstOf`, slotOf);
  return (cells, number, count, faults) => {
    const last = timeOf(cells, faults);
    const of = firstOf === null ? count : firstOf(cells, faults);
    if (last === null || of === null) return null;
    return Math.max(0, last - (of - (firstOf === null ? number : 1)) * every);
  };
}

/** How often; null after a fault was reported. */
export type CountOf = (cells: Cells, faults: RowFaults) => number | null;

export function compileCount(template: string, atMost: number, path: string, slotOf: SlotOf): CountOf {
  const text = compileTemplate(template, slotOf);
  return (cells, faults) => {
    const said = text(cells).trim();
    const count = /^\d{1,9}$/.test(said) ? Number(said) : null;
    if (count === null) {
      faults.add(path, "is no whole number", "correct the row");
      return null;
    }
    if (count <= atMost) return count;
    faults.add(path, `is more than ${atMost}`, `correct the row, or raise atMost (up to ${maximumRepeats})`);
    return null;
  };
}

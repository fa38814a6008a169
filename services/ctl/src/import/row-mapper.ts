import type { EmitItem } from "@leadstream/producer";
import { compileCondition } from "./condition.ts";
import { compileFields, type ImportKind } from "./field-tree.ts";
import { compileJoins, type SideTables } from "./join.ts";
import { type EventSpec, type Mapping, maximumRowEvents } from "./mapping.ts";
import { fileName, type Headers, importName, layoutOf, repeatNumber, rowNumber } from "./names.ts";
import { RowFaults } from "./row-faults.ts";
import { compileCount, compileEventTime, compileTimes, type RowTimes } from "./row-time.ts";
import { compileTemplate, type SlotOf } from "./template.ts";
import { compileValue } from "./value.ts";

/** One event of a row, ready for the edge. */
export interface MappedEvent extends EmitItem {
  readonly kind: ImportKind;
  readonly eventId: string;
  /** null = derived by the edge, or spend. */
  readonly leadId: string | null;
}

export interface MappedRow {
  /** Natural key; file name and row number where the mapping names none. Empty after a fault. */
  readonly key: string;
  readonly events: readonly MappedEvent[];
  readonly faults: RowFaults;
}

export interface MapperSource {
  readonly headers: Headers;
  readonly tables: SideTables;
  /** Name of the file without its endings: stands in ids. */
  readonly file: string;
}

/** Turns rows into inputs of the edge. It holds the place of row-order dates, so it must see every row in order. */
export interface RowMapper {
  map(number: number, columns: readonly string[]): MappedRow;
  /** Takes note of a row that was sent by an earlier run. Returns its natural key. */
  pass(number: number, columns: readonly string[]): string;
}

export function compileMapping(mapping: Mapping, { headers, tables, file }: MapperSource): RowMapper {
  const { slotOf, width } = layoutOf(mapping, headers);
  const sets = Object.entries(mapping.set).map(([name, spec]) => ({
    slot: slotOf(name),
    read: compileValue(spec, "any", `set.${name}`, slotOf),
  }));
  const join = compileJoins(mapping, headers, tables, slotOf);
  const keyOf = compileTemplate(mapping.key ?? `\${${fileName}}-\${${rowNumber}}`, slotOf);
  const times = compileTimes(mapping, slotOf);
  const leadOf = mapping.lead === undefined ? () => "" : compileTemplate(mapping.lead, slotOf);
  const events = mapping.events.map((spec, index) => compileEvent(spec, index, mapping.name, times, slotOf));

  const fill = (number: number, columns: readonly string[], faults: RowFaults): string[] => {
    const cells = columns.slice();
    cells[slotOf(rowNumber)] = String(number);
    cells[slotOf(fileName)] = file;
    cells[slotOf(importName)] = mapping.name;
    for (let slot = cells.length; slot < width; slot++) cells.push("");
    for (const { slot, read } of sets) cells[slot] = String(read(cells, faults) ?? "");
    join(cells, faults);
    times.advance(cells);
    return cells;
  };
  return {
    map(number, columns) {
      const faults = new RowFaults();
      const cells = fill(number, columns, faults);
      const key = keyOf(cells);
      if (key === "") faults.add("key", "is empty", "every row needs its own key: correct the row, or leave `key` out of the mapping");
      const leadId = leadOf(cells);
      if (mapping.lead !== undefined && leadId === "") faults.add("lead", "is empty", "correct the row, or the `lead` of the mapping");
      const made = faults.empty ? events.flatMap((make) => make(cells, key, leadId || null, faults)) : [];
      if (made.length > maximumRowEvents) {
        faults.add(
          "row",
          `makes more than ${maximumRowEvents} events`,
          "the scorer would not recognise all of them again: lower atMost, or split the row",
        );
      }
      return { key, events: made, faults };
    },
    pass: (number, columns) => keyOf(fill(number, columns, new RowFaults())),
  };
}

type MakeEvents = (cells: string[], key: string, leadId: string | null, faults: RowFaults) => MappedEvent[];

/** An event's number is its place in the mapping (and among its repeats), so that it stays when a condition changes its mind. */
function compileEvent(spec: EventSpec, index: number, name: string, times: RowTimes, slotOf: SlotOf): MakeEvents {
  const { kind, repeat } = spec;
  const path = `events.${index + 1}`;
  const holds = compileCondition(spec.when, slotOf);
  const countOf = repeat === undefined ? () => 1 : compileCount(repeat.count, repeat.atMost, `${path}.repeat`, slotOf);
  const timeOf = compileEventTime(spec.at, times, `${path}.at`, slotOf);
  const fieldsOf = compileFields(kind, spec.fields, slotOf);
  const repeatSlot = slotOf(repeatNumber);
  return (cells, key, leadId, faults) => {
    if (!holds(cells)) return [];
    const count = countOf(cells, faults) ?? 0;
    const made: MappedEvent[] = [];
    for (let number = 1; number <= count; number++) {
      cells[repeatSlot] = String(number);
      const occurredAt = timeOf(cells, number, count, faults);
      const fields = fieldsOf(cells, faults);
      if (!faults.empty) break;
      const eventId = repeat === undefined ? `${name}-${key}-${index + 1}` : `${name}-${key}-${index + 1}.${number}`;
      const head = { eventId, occurredAt, imported: true };
      made.push(
        kind === "spend"
          ? { kind, eventId, leadId: null, input: { ...head, ...fields } }
          : { kind, eventId, leadId, input: leadId === null ? { ...head, ...fields } : { ...head, leadId, ...fields } },
      );
    }
    cells[repeatSlot] = "";
    return made;
  };
}

import type { Mapping } from "./mapping.ts";
import type { Headers } from "./names.ts";
import type { RowFaults } from "./row-faults.ts";
import { compileTemplate, type SlotOf } from "./template.ts";

/** Rows of each join's side file by their key; cells in the order of its header. */
export type SideTables = Readonly<Record<string, ReadonlyMap<string, readonly string[]>>>;

/** Puts the columns of side files into a row. */
export function compileJoins(
  mapping: Mapping,
  headers: Headers,
  tables: SideTables,
  slotOf: SlotOf,
): (cells: string[], faults: RowFaults) => void {
  const joins = Object.entries(mapping.joins).map(([name, spec]) => ({
    field: `joins.${name}`,
    on: compileTemplate(spec.on, slotOf),
    rejects: spec.missing === "reject",
    table: tables[name] ?? new Map<string, readonly string[]>(),
    slots: (headers.joined[name] ?? []).map((column) => slotOf(`${name}.${column}`)),
  }));
  return (cells, faults) => {
    for (const { field, on, rejects, table, slots } of joins) {
      const key = on(cells);
      if (key === "") continue;
      const found = table.get(key);
      if (found === undefined) {
        if (rejects)
          faults.add(field, "finds nothing in the side file", "add the key there, map the word under `set`, or set `missing: leave-empty`");
        continue;
      }
      for (const [index, slot] of slots.entries()) cells[slot] = found[index] ?? "";
    }
  };
}

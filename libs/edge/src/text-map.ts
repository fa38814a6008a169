import { bounds } from "./bounds.ts";
import type { FaultList } from "./fault.ts";
import { line } from "./text.ts";

type Scalar = string | number | boolean | null | undefined;

/** Values as text; what is null was not said. */
export function textMap(map: Readonly<Record<string, Scalar>>, field: string, faults: FaultList): Record<string, string> {
  const texts: Record<string, string> = {};
  const keys = Object.keys(map);
  if (keys.length > bounds.mapEntries) {
    faults.add(field, `has ${keys.length} entries`, `give at most ${bounds.mapEntries}`);
    return texts;
  }
  for (const key of keys) {
    const value = map[key];
    if (value === null || value === undefined) continue;
    // An age is the one number that every source has and that goes wrong often enough to name it.
    if (key.toLowerCase() === "age" && !plausibleAge(value)) {
      faults.add(`${field}.${key}`, "is no age of a person", `give years from 0 to ${bounds.ageYears}, or leave it out`);
    }
    const text = typeof value === "string" ? line(value) : String(value);
    if (text !== null) texts[key] = text;
  }
  return texts;
}

/** Words such as `30-39` are let through: only a number can be wrong. */
function plausibleAge(value: string | number | boolean): boolean {
  if (typeof value === "boolean") return false;
  const years = Number(value);
  return typeof value === "string" && Number.isNaN(years) ? true : years >= 0 && years <= bounds.ageYears;
}

import { NEVER } from "@leadstream/domain-scoring";
import type { ReplayedLead } from "../replay/replay-lead.ts";

export interface WeekRow {
  /** Monday of the week (UTC), `2026-03-02`. */
  readonly week: string;
  readonly captured: number;
  /** Leads that first reached each band above the lowest, in the order of the model's bands. */
  readonly entered: readonly number[];
  /** Leads of the top band for each seller; null when no seller is known. */
  readonly perSeller: number | null;
}

export interface Volume {
  /** Names of the bands that `entered` counts. */
  readonly bands: readonly string[];
  readonly weeks: readonly WeekRow[];
  readonly sellers: number | null;
  /** Means over all weeks. */
  readonly meanEntered: readonly number[];
  readonly meanPerSeller: number | null;
  readonly peakPerSeller: number | null;
}

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
/** 1970-01-01 was a Thursday. */
const FIRST_MONDAY_MS = 4 * DAY_MS;

const weekOf = (time: number): number => Math.floor((time - FIRST_MONDAY_MS) / WEEK_MS);
const mondayOf = (week: number): string => new Date(week * WEEK_MS + FIRST_MONDAY_MS).toISOString().slice(0, 10);

/** MQL and SQL volume by week, and what it means for sellers. `sellers` null = those whom the log names. */
export function volumeOf(leads: readonly ReplayedLead[], bandNames: readonly string[], sellers: number | null): Volume {
  const bands = bandNames.slice(1);
  const weeks = new Map<number, { captured: number; entered: number[] }>();
  const at = (time: number): { captured: number; entered: number[] } => {
    const week = weekOf(time);
    let row = weeks.get(week);
    if (row === undefined) {
      row = { captured: 0, entered: bands.map(() => 0) };
      weeks.set(week, row);
    }
    return row;
  };
  const reps = new Set<string>();
  for (const lead of leads) {
    at(lead.capturedAt).captured++;
    if (lead.rep !== null) reps.add(lead.rep);
    bands.forEach((_, index) => {
      const time = lead.enteredAt[index + 1]!;
      if (time !== NEVER) at(time).entered[index]!++;
    });
  }
  const count = sellers ?? (reps.size === 0 ? null : reps.size);
  const numbers = [...weeks.keys()].sort((a, b) => a - b);
  const span = numbers.length === 0 ? 0 : numbers.at(-1)! - numbers[0]! + 1;
  const rows = numbers.map((week): WeekRow => {
    const { captured, entered } = weeks.get(week)!;
    return { week: mondayOf(week), captured, entered, perSeller: count === null ? null : (entered.at(-1) ?? 0) / count };
  });
  const meanEntered = bands.map((_, index) => (span === 0 ? 0 : rows.reduce((sum, row) => sum + row.entered[index]!, 0) / span));
  return {
    bands,
    weeks: rows,
    sellers: count,
    meanEntered,
    meanPerSeller: count === null ? null : (meanEntered.at(-1) ?? 0) / count,
    peakPerSeller: count === null ? null : rows.reduce((peak, row) => Math.max(peak, row.perSeller ?? 0), 0),
  };
}

export interface HandOverRow {
  readonly month: string;
  /** Leads that first reached the band below the top in the month. */
  readonly mql: number;
  /** Of those, how many reached the top band by the end of the replay. */
  readonly sql: number;
}

/** MQL→SQL by month of becoming MQL (R4): null when the model has fewer than three bands. */
export function handOverOf(leads: readonly ReplayedLead[], bandNames: readonly string[]): readonly HandOverRow[] | null {
  if (bandNames.length < 3) return null;
  const top = bandNames.length - 1;
  const months = new Map<string, { mql: number; sql: number }>();
  for (const { enteredAt } of leads) {
    const time = enteredAt[top - 1]!;
    if (time === NEVER) continue;
    const month = new Date(time).toISOString().slice(0, 7);
    const row = months.get(month) ?? { mql: 0, sql: 0 };
    row.mql++;
    if (enteredAt[top]! !== NEVER) row.sql++;
    months.set(month, row);
  }
  return [...months].sort(([a], [b]) => (a < b ? -1 : 1)).map(([month, row]) => ({ month, ...row }));
}

/** What is persistently low: share of MQL that become SQL, months in a row (R4), and how many MQL a month needs to count. */
export interface HandOverLimits {
  readonly least: number;
  readonly months: number;
  readonly leastMql: number;
}

/** 15 % is where G1 begins. */
export const usualHandOverLimits: HandOverLimits = { least: 0.15, months: 3, leastMql: 20 };

/** One sentence when MQL→SQL has been low for months; null when it has not, or when too few months can say. */
export function handOverAdvice(rows: readonly HandOverRow[], limits: HandOverLimits = usualHandOverLimits): string | null {
  const recent = rows.filter(({ mql }) => mql >= limits.leastMql).slice(-limits.months);
  if (recent.length < limits.months || recent.some(({ mql, sql }) => sql / mql >= limits.least)) return null;
  const shares = recent.map(({ month, mql, sql }) => `${month} ${((sql / mql) * 100).toFixed(0)} %`).join(", ");
  return `Recalibrate: fewer than ${limits.least * 100} % of MQL became SQL in each of ${limits.months} months (${shares}).`;
}

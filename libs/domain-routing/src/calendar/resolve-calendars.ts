import type { OpenIntervals } from "./add-working-time.ts";

/** Working hours as a document describes them; times are wall-clock times of the zone. */
interface CalendarDescription {
  readonly timeZone: string;
  /** Day of the week (mon … sun) to [from, until) as "09:00". */
  readonly hours: Readonly<Record<string, readonly (readonly [from: string, until: string])[]>>;
  /** Dates as "2026-10-01" on which it stays closed. */
  readonly holidays?: readonly string[];
}

const days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] as const;
const minuteMs = 60_000;
const dayMs = 86_400_000;
const daysBack = 1;
const daysAhead = 730;

/** The document with its calendars resolved from yesterday on, for as long as a publication may hold; for publishers, as `resolveCalendars`. */
export function withOpenHours(document: Readonly<Record<string, unknown>>, nowMs: number): Record<string, unknown> {
  const today = Math.floor(nowMs / dayMs) * dayMs;
  return resolveCalendars(document, today - daysBack * dayMs, today + daysAhead * dayMs);
}

/** A published document as people wrote it: without the instants that its calendars were resolved to. */
export function writtenCalendars(document: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { calendars } = document;
  if (typeof calendars !== "object" || calendars === null) return { ...document };
  const written = Object.entries(calendars).map(([id, { open: _, ...calendar }]) => [id, calendar]);
  return { ...document, calendars: Object.fromEntries(written) };
}

/**
 * For publishers, never for folds: adds to each calendar its open intervals between two instants, with time zone, daylight saving and
 * holidays resolved, so that a newer time-zone database cannot change a replay. Calendars that have `open` already stay as they are.
 * Throws RangeError for an unknown time zone.
 */
export function resolveCalendars(document: Readonly<Record<string, unknown>>, from: number, until: number): Record<string, unknown> {
  const { calendars } = document;
  if (typeof calendars !== "object" || calendars === null) return { ...document };
  const resolved = Object.entries(calendars as Record<string, CalendarDescription & { open?: OpenIntervals }>).map(([id, calendar]) => [
    id,
    calendar.open === undefined ? { ...calendar, open: openIntervals(calendar, from, until) } : calendar,
  ]);
  return { ...document, calendars: Object.fromEntries(resolved) };
}

/** Open intervals that begin on a local day between `from` and `until`; neighbours that touch are joined. */
export function openIntervals({ timeZone, hours, holidays = [] }: CalendarDescription, from: number, until: number): OpenIntervals {
  const offsetAt = zoneOffset(timeZone);
  const closed = new Set(holidays);
  const intervals: [number, number][] = [];
  const first = Math.floor((from + offsetAt(from)) / dayMs) * dayMs;
  for (let day = first; day - offsetAt(day) < until; day += dayMs) {
    const date = new Date(day);
    if (closed.has(date.toISOString().slice(0, 10))) continue;
    for (const [opens, closes] of hours[days[date.getUTCDay()]!] ?? []) {
      const start = toInstant(day + timeOfDay(opens), offsetAt);
      const end = toInstant(day + timeOfDay(closes), offsetAt);
      const last = intervals.at(-1);
      if (last !== undefined && last[1] === start) last[1] = end;
      else if (end > start) intervals.push([start, end]);
    }
  }
  return intervals;
}

/** "24:00" is the end of the day. */
function timeOfDay(text: string): number {
  return (Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5))) * minuteMs;
}

/** Wall-clock time (as if UTC) → instant. A time that daylight saving skips becomes the instant of the jump's far side. */
function toInstant(wall: number, offsetAt: (instant: number) => number): number {
  const guess = wall - offsetAt(wall - offsetAt(wall));
  return guess + offsetAt(guess) === wall ? guess : wall - offsetAt(wall - dayMs);
}

/** Offset of the zone from UTC in ms at an instant, to the minute. */
function zoneOffset(timeZone: string): (instant: number) => number {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
  });
  return (instant) => {
    const part: Record<string, number> = {};
    for (const { type, value } of format.formatToParts(instant)) part[type] = Number(value);
    const wall = Date.UTC(part.year!, part.month! - 1, part.day!, part.hour!, part.minute!);
    return wall - Math.floor(instant / minuteMs) * minuteMs;
  };
}

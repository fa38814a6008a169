import { type DocumentReader, join } from "../document/document-reader.ts";
import type { OpenIntervals } from "./add-working-time.ts";

const days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const timeOfDay = /^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/;
const date = /^\d{4}-\d{2}-\d{2}$/;

/** Calendars by id with their open intervals; a source document that is not resolved yet has none. */
export function readCalendars(reader: DocumentReader, value: unknown, path = "calendars"): ReadonlyMap<string, OpenIntervals> {
  const calendars = new Map<string, OpenIntervals>();
  for (const [id, entry] of reader.entries(value, path)) calendars.set(id, readCalendar(reader, entry, join(path, id)));
  return calendars;
}

function readCalendar(reader: DocumentReader, entry: unknown, path: string): OpenIntervals {
  const calendar = reader.object(entry, path, ["timeZone", "hours", "holidays", "open"]);
  if (calendar.open === undefined) {
    checkDescription(reader, calendar, path);
    return [];
  }
  const open = reader.list(calendar.open, `${path}.open`);
  if (open.length === 0) reader.fault(`${path}.open`, "never opens", "Leave at least one working day that is no holiday");
  return readIntervals(reader, open, `${path}.open`);
}

function checkDescription(reader: DocumentReader, calendar: Readonly<Record<string, unknown>>, path: string): void {
  const zone = reader.text(calendar.timeZone, `${path}.timeZone`);
  if (zone !== "" && !isTimeZone(zone)) reader.fault(`${path}.timeZone`, "is no known time zone", "Use an IANA name such as Asia/Shanghai");
  const hours = reader.object(calendar.hours, `${path}.hours`, days);
  let opens = false;
  for (const day of days) {
    let last = "";
    for (const [index, item] of reader.list(hours[day], `${path}.hours.${day}`).entries()) {
      const [from, until] = Array.isArray(item) ? (item as unknown[]) : [];
      const readable = typeof from === "string" && typeof until === "string" && timeOfDay.test(from) && timeOfDay.test(until);
      if (!readable || from < last || until <= from) {
        reader.fault(`${path}.hours.${day}[${index}]`, "is not a span after the one before it", 'Give ["09:00", "18:00"], ascending');
        continue;
      }
      last = until;
      opens = true;
    }
  }
  if (!opens) reader.fault(`${path}.hours`, "never opens", 'Give at least one day: mon: [["09:00", "18:00"]]');
  for (const [index, holiday] of reader.texts(calendar.holidays, `${path}.holidays`).entries()) {
    if (!date.test(holiday)) reader.fault(`${path}.holidays[${index}]`, "is not a date", "Give dates as 2026-10-01");
  }
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en-US", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function readIntervals(reader: DocumentReader, items: readonly unknown[], path: string): OpenIntervals {
  const intervals: (readonly [number, number])[] = [];
  let last = 0;
  for (const [index, item] of items.entries()) {
    const [from, until] = Array.isArray(item) ? (item as unknown[]) : [];
    if (typeof from !== "number" || typeof until !== "number" || !(from >= last) || !(until > from)) {
      reader.fault(`${path}[${index}]`, "is not an interval after the one before it", "Give [from, until] in ms, ascending");
      continue;
    }
    intervals.push([from, until]);
    last = until;
  }
  return intervals;
}

import { momentOf } from "@leadstream/edge";

/** Milliseconds since epoch, or null when the text is no moment in this format. */
export type ReadTime = (text: string) => number | null;

const LOCAL_ISO = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?)?$/;
const ZONE = /^([+-])(\d{2}):(\d{2})$/;
const months: readonly string[] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const weekdays: readonly string[] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

const tokens: Readonly<Record<string, string>> = {
  yyyy: "(?<year>\\d{4})",
  MMM: "(?<name>[A-Za-z]{3})",
  MM: "(?<month>\\d{2})",
  M: "(?<month>\\d{1,2})",
  dd: "(?<day>\\d{2})",
  d: "(?<day>\\d{1,2})",
  HH: "(?<hour>\\d{2})",
  H: "(?<hour>\\d{1,2})",
  mm: "(?<minute>\\d{2})",
  ss: "(?<second>\\d{2})",
};
const TOKEN = /yyyy|MMM|MM|M|dd|d|HH|H|mm|ss|[\s\S]/g;

/** 1 to 12 from an English name (its first three letters count) or a number; null when it is neither. */
export function monthOf(text: string): number | null {
  const index = months.indexOf(text.trim().slice(0, 3).toLowerCase());
  if (index >= 0) return index + 1;
  const number = Number(text);
  return Number.isInteger(number) && number >= 1 && number <= 12 ? number : null;
}

/** 0 (Monday) to 6 from an English name, of which the first three letters count; null when it is none. */
export function weekdayOf(text: string): number | null {
  const index = weekdays.indexOf(text.trim().slice(0, 3).toLowerCase());
  return index >= 0 ? index : null;
}

/** Whether a format of the mapping can be used: `iso`, `epoch-ms`, `epoch-s`, or a pattern that names year, month and day. */
export function isTimeFormat(format: string): boolean {
  if (format === "iso" || format === "epoch-ms" || format === "epoch-s") return true;
  const found = Array.from(format.matchAll(TOKEN), ([token]) => token);
  const times = (...names: string[]): number => found.filter((token) => names.includes(token)).length;
  const dated = times("yyyy") === 1 && times("MMM", "MM", "M") === 1 && times("dd", "d") === 1;
  return dated && times("HH", "H") <= 1 && times("mm") <= 1 && times("ss") <= 1;
}

export const isZone = (zone: string): boolean => zone === "Z" || ZONE.test(zone);

/** A reader of one format. `zone` (`Z` or `+08:00`) is that of times which name none. */
export function timeReader(format: string, zone: string): ReadTime {
  const offsetMs = offsetOf(zone);
  if (format === "epoch-ms") return (text) => epoch(text, 1);
  if (format === "epoch-s") return (text) => epoch(text, 1_000);
  if (format === "iso") return (text) => readIso(text.trim(), offsetMs);
  const pattern = new RegExp(`^${format.replace(TOKEN, (token) => tokens[token] ?? token.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&"))}$`);
  return (text) => {
    const groups = pattern.exec(text.trim())?.groups;
    if (groups === undefined) return null;
    const month = groups.name === undefined ? Number(groups.month) : monthOf(groups.name);
    if (month === null) return null;
    return fromParts(Number(groups.year), month, Number(groups.day), [groups.hour, groups.minute, groups.second], offsetMs);
  };
}

function readIso(text: string, offsetMs: number): number | null {
  const local = LOCAL_ISO.exec(text);
  if (local === null) return momentOf(text);
  return fromParts(Number(local[1]), Number(local[2]), Number(local[3]), [local[4], local[5], local[6]], offsetMs);
}

function fromParts(year: number, month: number, day: number, clock: readonly (string | undefined)[], offsetMs: number): number | null {
  const [hour, minute, second] = clock.map((part) => Number(part ?? 0)) as [number, number, number];
  if (hour > 23 || minute > 59 || second > 59) return null;
  const at = Date.UTC(year, month - 1, day, hour, minute, second);
  const date = new Date(at);
  // The engine rolls 31 February over into March; a wrong day is a fault, not another day.
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day || date.getUTCFullYear() !== year) return null;
  return momentOf(at - offsetMs);
}

function epoch(text: string, unitMs: number): number | null {
  return /^\d{1,15}(?:\.\d+)?$/.test(text.trim()) ? momentOf(Number(text) * unitMs) : null;
}

function offsetOf(zone: string): number {
  const match = ZONE.exec(zone);
  if (match === null) return 0;
  const minutes = Number(match[2]) * 60 + Number(match[3]);
  return (match[1] === "-" ? -minutes : minutes) * 60_000;
}

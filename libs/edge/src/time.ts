import { bounds } from "./bounds.ts";

const ISO = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2}))?$/i;
const ZONE_WITHOUT_COLON = /([+-]\d{2})(\d{2})$/;
const DAY_MS = 86_400_000;
const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/** Milliseconds since epoch from a number or an ISO 8601 text with its zone (a bare date is midnight UTC); null when it is neither. */
export function momentOf(time: number | string): number | null {
  const at = typeof time === "number" ? Math.floor(time) : parseIso(time.trim());
  return at !== null && at >= 0 && at <= bounds.timeMs ? at : null;
}

function parseIso(text: string): number | null {
  if (!ISO.test(text) || !isDay(text)) return null;
  const at = Date.parse(text[10] === "T" && text.endsWith("Z") ? text : commonForm(text));
  return Number.isNaN(at) ? null : at;
}

/** What the engine reads for sure: `T`, `Z` in upper case, a colon in the zone. */
function commonForm(text: string): string {
  return text
    .replace(" ", "T")
    .replace(ZONE_WITHOUT_COLON, text.length > 10 ? "$1:$2" : "$&")
    .toUpperCase();
}

/** The engine rolls 31 February over into March; a wrong day is a fault, not another day. */
function isDay(text: string): boolean {
  const [year, month, day] = [Number(text.slice(0, 4)), Number(text.slice(5, 7)), Number(text.slice(8, 10))];
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = month === 2 && leap ? 29 : (MONTH_DAYS[month - 1] ?? 0);
  return day >= 1 && day <= days;
}

/** Start of the UTC day of a moment. */
export function dayOf(at: number): number {
  return at - (at % DAY_MS);
}

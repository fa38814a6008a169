import { bounds } from "./bounds.ts";

const ISO = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2}))?$/i;
const ZONE_WITHOUT_COLON = /([+-]\d{2})(\d{2})$/;
const DAY_MS = 86_400_000;

/** Milliseconds since epoch from a number or an ISO 8601 text with its zone (a bare date is midnight UTC); null when it is neither. */
export function momentOf(time: number | string): number | null {
  const at = typeof time === "number" ? Math.floor(time) : parseIso(time.trim());
  return at !== null && at >= 0 && at <= bounds.timeMs ? at : null;
}

function parseIso(text: string): number | null {
  if (!ISO.test(text)) return null;
  const date = text.slice(0, 10);
  const at = Date.parse(
    text
      .replace(" ", "T")
      .replace(ZONE_WITHOUT_COLON, text.length > 10 ? "$1:$2" : "$&")
      .toUpperCase(),
  );
  // The engine rolls 31 February over into March; a wrong day is a fault, not another day.
  if (Number.isNaN(at) || new Date(`${date}T00:00:00Z`).toISOString().slice(0, 10) !== date) return null;
  return at;
}

/** Start of the UTC day of a moment. */
export function dayOf(at: number): number {
  return at - (at % DAY_MS);
}

/** Thousandths of a point in a point: points are integers everywhere (requirements, decision 10). */
export const THOUSANDTHS = 1000;

export const SECOND_MS = 1000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: SECOND_MS, m: MINUTE_MS, h: HOUR_MS, d: DAY_MS };

/** `30d`, `12h`, `10m`, `5s`, `250ms` in milliseconds; null when the text is none of them. */
export function durationMs(text: string): number | null {
  const match = /^(\d{1,12})(ms|s|m|h|d)$/.exec(text);
  if (match === null) return null;
  const value = Number(match[1]) * unitsMs[match[2]!]!;
  return Number.isSafeInteger(value) ? value : null;
}

/** Points with at most three decimals as thousandths; null when the number has more or is not finite. Exact: reads the decimal digits. */
export function thousandths(points: number): number | null {
  const match = /^(-?)(\d{1,9})(?:\.(\d{1,3}))?$/.exec(String(points));
  if (match === null) return null;
  const value = Number(match[2]) * THOUSANDTHS + Number((match[3] ?? "").padEnd(3, "0"));
  return match[1] === "-" && value !== 0 ? -value : value;
}

/** Thousandths as the text of points: 79999 → "79.999", 80000 → "80". */
export function pointsText(value: number): string {
  const sign = value < 0 ? "-" : "";
  const magnitude = Math.abs(value);
  const rest = magnitude % THOUSANDTHS;
  const whole = (magnitude - rest) / THOUSANDTHS;
  return rest === 0 ? `${sign}${whole}` : `${sign}${whole}.${String(rest).padStart(3, "0").replace(/0+$/, "")}`;
}

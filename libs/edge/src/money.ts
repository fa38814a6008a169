const DECIMAL = /^(-?)(\d{1,15})(?:\.(\d{1,2}))?$/;

/** Hundredths of the unit, exact (from the digits, never by multiplying a float); null when there are more than two decimals. */
export function hundredths(amount: number | string): number | null {
  const match = DECIMAL.exec(typeof amount === "number" ? String(amount) : amount.trim());
  if (match === null) return null;
  const value = Number(match[2]) * 100 + Number((match[3] ?? "").padEnd(2, "0"));
  return match[1] === "-" && value !== 0 ? -value : value;
}

/** Head count from a number or the words of a form: `51-200` → 51, `1,000+` → 1000, `500人以上` → 500; null when there is no number. */
export function headCount(size: number | string): number | null {
  if (typeof size === "number") return Math.floor(size);
  const match = /\d[\d,' ]*/.exec(size.normalize("NFKC"));
  return match === null ? null : Number(match[0].replace(/\D/g, ""));
}

import type { DocumentReader } from "../document/document-reader.ts";
import type { Currencies } from "./policy.ts";

const millionths = 1_000_000;
const code = /^[A-Z]{3}$/;

/** `currency: { base: EUR, rates: { USD: 0.92 } }`: what one unit of another currency is worth in the base. */
export function readCurrencies(reader: DocumentReader, value: unknown): Currencies | null {
  if (value === undefined) return null;
  const { base, rates } = reader.object(value, "currency", ["base", "rates"]);
  const known = new Map([[readCode(reader, base, "currency.base"), millionths]]);
  for (const [name, rate] of reader.entries(rates, "currency.rates")) {
    const path = `currency.rates.${name}`;
    if (known.has(readCode(reader, name, path))) reader.fault(path, "is the base currency", "Remove it: its rate is 1");
    else known.set(name, readRate(reader, rate, path));
  }
  return { base: typeof base === "string" ? base : "", rates: known };
}

export function readCode(reader: DocumentReader, value: unknown, path: string): string {
  if (typeof value === "string" && code.test(value)) return value;
  reader.fault(path, value === undefined ? "is missing" : "is no currency", "Give the three letters of ISO 4217, such as EUR");
  return "";
}

function readRate(reader: DocumentReader, value: unknown, path: string): number {
  const rate = typeof value === "number" && value > 0 && value <= 1_000_000 ? Math.round(value * millionths) : 0;
  if (rate > 0 && Math.abs((value as number) * millionths - rate) < 0.001) return rate;
  reader.fault(path, "is no rate", "Give what one unit is worth in the base currency: above 0, at most 6 decimals");
  return millionths;
}

/** Hundredths of `currency` in hundredths of the base, rounded half up; null: no rate is stated. An amount without a currency is in the base. */
export function inBase(currencies: Currencies, amount: number, currency: string | null): number | null {
  const rate = currency === null ? millionths : currencies.rates.get(currency);
  if (rate === undefined) return null;
  if (rate === millionths) return amount;
  const converted = (BigInt(amount) * BigInt(rate) + BigInt(millionths / 2)) / BigInt(millionths);
  return Number(converted > BigInt(Number.MAX_SAFE_INTEGER) ? BigInt(Number.MAX_SAFE_INTEGER) : converted);
}

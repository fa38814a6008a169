import { alphaThree, countryAliases } from "./country-tables.ts";
import { line } from "./text.ts";

const byName = buildNames();

function buildNames(): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const english = new Intl.DisplayNames("en", { type: "region" });
  const chinese = new Intl.DisplayNames("zh", { type: "region" });
  for (const [three, two] of alphaThree) {
    names.set(two.toLowerCase(), two);
    names.set(three.toLowerCase(), two);
    for (const display of [english, chinese]) {
      const name = display.of(two);
      if (name !== undefined) names.set(keyOf(name), two);
    }
  }
  for (const [name, two] of countryAliases) names.set(keyOf(name), two);
  return names;
}

function keyOf(name: string): string {
  return name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/^the\s+/, "")
    .replace(/[^\p{L}\p{N}]+/gu, "");
}

/** ISO 3166-1 alpha-2 code from a code of two or three letters or an English or Chinese name; null when unknown. Idempotent. */
export function normaliseCountry(text: string): string | null {
  const folded = line(text);
  return folded === null ? null : (byName.get(keyOf(folded)) ?? null);
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const wholeText = /^(?:\d{1,9}(?:ms|s|m|h|d))+$/;
const onePart = /(\d{1,9})(ms|s|m|h|d)/g;

/** `"4h"`, `"90s"`, `"1d12h"` → milliseconds; null when the text is no duration. A day has 24 hours. */
export function parseDuration(text: string): number | null {
  if (!wholeText.test(text)) return null;
  let sumMs = 0;
  for (const [, digits, unit] of text.matchAll(onePart)) sumMs += Number(digits) * unitMs[unit!]!;
  return Number.isSafeInteger(sumMs) ? sumMs : null;
}

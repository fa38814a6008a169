import { z } from "zod";

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const DURATION = /^(\d{1,6})(ms|s|m|h|d)$/;

/** `30s`, `9h`, `1d` as milliseconds. */
export const durationShape = z.string().transform((text, context) => {
  const match = DURATION.exec(text);
  if (match !== null) return Number(match[1]) * (UNITS_MS[match[2] as string] as number);
  context.addIssue({ code: "custom", message: "is no duration: give a whole number and ms, s, m, h or d, as 30s" });
  return z.NEVER;
});

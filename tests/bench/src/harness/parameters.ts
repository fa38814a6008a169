import { BenchError } from "./bench-error.ts";

/** Defaults of a bench with what the caller overrides; the type of a default is the type of its override. Throws INVALID_OPTION naming every fault. */
export function withOverrides<T extends Readonly<Record<string, number | string | boolean>>>(
  defaults: T,
  overrides: Readonly<Record<string, string>>,
): T {
  const result: Record<string, number | string | boolean> = { ...defaults };
  const faults: string[] = [];
  for (const [name, text] of Object.entries(overrides)) {
    const known = defaults[name];
    if (known === undefined) faults.push(`${name} is not one of ${Object.keys(defaults).join(", ")}`);
    else if (typeof known === "number" && !(Number(text) >= 0)) faults.push(`${name}=${text} is not a number from 0 on`);
    else if (typeof known === "boolean" && text !== "true" && text !== "false") faults.push(`${name}=${text} is neither true nor false`);
    else result[name] = typeof known === "number" ? Number(text) : typeof known === "boolean" ? text === "true" : text;
  }
  if (faults.length > 0) throw new BenchError("INVALID_OPTION", faults.join("; "));
  return result as T;
}

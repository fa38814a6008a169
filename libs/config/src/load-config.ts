import type { z } from "zod";
import { ConfigError, type ConfigFault } from "./config-error.ts";

export interface LoadConfigOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly prefix?: string;
  /** Remedy per key; otherwise made from the key's zod description. */
  readonly describe?: Readonly<Record<string, string>>;
}

const DEFAULT_PREFIX = "LEADSTREAM_";

/** `commitEveryMs` → `LEADSTREAM_COMMIT_EVERY_MS`. */
export function variableOf(key: string, prefix: string = DEFAULT_PREFIX): string {
  const words = key.replace(/([a-z0-9])([A-Z])/g, "$1_$2").replace(/([A-Z])([A-Z][a-z])/g, "$1_$2");
  return prefix + words.toUpperCase();
}

/**
 * Reads one environment variable per key of `schema` and checks them together. A variable that is empty counts as not set.
 * Text becomes what the key's type asks for: number, boolean (true/false/1/0/yes/no), comma-separated list, JSON for objects.
 * Throws ConfigError with every fault at once; a fault never shows the value.
 */
export function loadConfig<S extends z.ZodObject>(schema: S, options: LoadConfigOptions = {}): z.output<S> {
  const env = options.env ?? process.env;
  const prefix = options.prefix ?? DEFAULT_PREFIX;
  const input: Record<string, unknown> = {};
  for (const [key, type] of Object.entries(schema.shape)) {
    const text = env[variableOf(key, prefix)]?.trim();
    if (text !== undefined && text !== "") input[key] = fromText(type, text);
  }
  const result = schema.safeParse(input, { reportInput: false });
  if (result.success) return result.data;
  const faults = result.error.issues.map((issue): ConfigFault => {
    const key = issue.path.length > 0 ? String(issue.path[0]) : null;
    const type = key === null ? undefined : schema.shape[key];
    const missing = key !== null && !(key in input);
    return {
      where: key === null ? "configuration" : variableOf(key, prefix),
      reason: missing && issue.code === "invalid_type" ? "is not set" : withoutDot(elementPrefix(issue.path) + issue.message),
      remedy: (key === null ? undefined : options.describe?.[key]) ?? remedyOf(type, missing),
    };
  });
  throw new ConfigError(faults);
}

function elementPrefix(path: readonly PropertyKey[]): string {
  return path.length > 1 ? `at ${path.slice(1).map(String).join(".")}: ` : "";
}

const withoutDot = (text: string): string => text.replace(/\.$/, "");

function remedyOf(type: z.core.$ZodType | undefined, missing: boolean): string {
  const description = type === undefined ? undefined : (type as z.ZodType).description;
  if (description === undefined) return missing ? "Set it" : "Correct it";
  return `Set it to: ${withoutDot(description)}`;
}

/** Text that does not fit is handed on as it is: the schema says what is wrong with it. */
function fromText(type: z.core.$ZodType, text: string): unknown {
  const bare = unwrap(type);
  switch (bare._zod.def.type) {
    case "number":
    case "int": {
      const number = Number(text);
      return Number.isNaN(number) ? text : number;
    }
    case "boolean":
      return booleanOf(text);
    case "array": {
      const item = (bare as z.ZodArray)._zod.def.element;
      return text
        .split(",")
        .map((part) => part.trim())
        .filter((part) => part !== "")
        .map((part) => fromText(item, part));
    }
    case "object":
    case "record":
      return jsonOf(text);
    default:
      return text;
  }
}

/** The type that is read from text, below optional, default, nullable, readonly and the input side of a pipe. */
function unwrap(type: z.core.$ZodType): z.core.$ZodType {
  const def = type._zod.def as { type: string; innerType?: z.core.$ZodType; in?: z.core.$ZodType };
  if (def.type === "pipe" && def.in !== undefined && (def.in._zod.def as { type: string }).type !== "transform") return unwrap(def.in);
  return def.innerType === undefined ? type : unwrap(def.innerType);
}

function booleanOf(text: string): unknown {
  const lower = text.toLowerCase();
  if (lower === "true" || lower === "1" || lower === "yes") return true;
  if (lower === "false" || lower === "0" || lower === "no") return false;
  return text;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

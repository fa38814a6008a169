import { durationMs, thousandths } from "./units.ts";

/** One thing that is wrong with a document. `path` uses dots and indexes: `behaviour.3.points`. */
export interface ModelFault {
  readonly path: string;
  readonly problem: string;
  readonly remedy: string;
}

export type PlainObject = Readonly<Record<string, unknown>>;

/** Reads a parsed document and gathers every fault instead of stopping at the first. */
export class DocumentReader {
  readonly faults: ModelFault[] = [];

  fault(path: string, problem: string, remedy: string): void {
    this.faults.push({ path, problem, remedy });
  }

  /** Whether something is wrong at `path` already: what follows from it is not told as well. */
  told(path: string): boolean {
    return this.faults.some((fault) => fault.path === path);
  }

  object(value: unknown, path: string, keys: readonly string[]): PlainObject | null {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      this.fault(path, "is not a mapping", `Give it these keys: ${keys.join(", ")}`);
      return null;
    }
    for (const key of Object.keys(value)) {
      if (!keys.includes(key)) this.fault(join(path, key), "is not a known key", `Use one of: ${keys.join(", ")}`);
    }
    return value as PlainObject;
  }

  list(value: unknown, path: string): readonly unknown[] {
    if (value === undefined || value === null) return [];
    if (Array.isArray(value)) return value;
    this.fault(path, "is not a list", "Write its items with dashes");
    return [];
  }

  text(value: unknown, path: string): string {
    if (typeof value === "string" && value.trim() !== "" && value.length <= 200) return value;
    this.fault(path, "is not a text of 1 to 200 characters", "Give it a short text");
    return "";
  }

  /** A text or a list of texts. */
  texts(value: unknown, path: string): readonly string[] {
    if (typeof value === "string") return [this.text(value, path)];
    const items = this.list(value, path);
    if (items.length === 0) this.fault(path, "names nothing", "Give it a text or a list of texts");
    return items.map((item, index) => this.text(item, join(path, index)));
  }

  identifier(value: unknown, path: string): string {
    if (typeof value === "string" && /^[a-z0-9][a-z0-9._:-]{0,63}$/.test(value)) return value;
    this.fault(path, "is not an identifier", "Use 1 to 64 lower-case letters, digits, dots, colons, dashes or underscores");
    return "";
  }

  /** Points in thousandths. */
  points(value: unknown, path: string): number {
    const points = typeof value === "number" ? thousandths(value) : null;
    if (points !== null && Math.abs(points) <= 1_000_000) return points;
    this.fault(path, "is not a number of points", "Use a number from -1000 to 1000 with at most three decimals");
    return 0;
  }

  integer(value: unknown, path: string, least: number, most: number): number {
    if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most) return value;
    this.fault(path, "is not a whole number in its range", `Use a whole number from ${least} to ${most}`);
    return least;
  }

  duration(value: unknown, path: string, mostMs = Number.MAX_SAFE_INTEGER): number {
    const duration = typeof value === "string" ? durationMs(value) : null;
    if (duration !== null && duration > 0 && duration <= mostMs) return duration;
    const limit = mostMs === Number.MAX_SAFE_INTEGER ? "" : `, at most ${Math.floor(mostMs / 86_400_000)}d`;
    this.fault(path, "is not a duration", `Use a number and a unit, such as 30d, 12h, 10m or 5s${limit}`);
    return 1;
  }

  boolean(value: unknown, path: string, otherwise: boolean): boolean {
    if (value === undefined) return otherwise;
    if (typeof value === "boolean") return value;
    this.fault(path, "is not true or false", "Use true or false");
    return otherwise;
  }

  oneOf<T extends string>(value: unknown, path: string, allowed: readonly T[]): T {
    if (typeof value === "string" && (allowed as readonly string[]).includes(value)) return value as T;
    this.fault(path, "is not one of the allowed values", `Use one of: ${allowed.join(", ")}`);
    return allowed[0]!;
  }
}

export function join(path: string, key: string | number): string {
  return path === "" ? String(key) : `${path}.${key}`;
}

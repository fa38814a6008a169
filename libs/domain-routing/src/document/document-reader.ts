import { parseDuration } from "./duration.ts";

/** Something wrong in a document: where, what, and what to do about it. */
export interface Fault {
  /** Such as `rules[3].when.region`. */
  readonly path: string;
  readonly problem: string;
  readonly remedy: string;
}

/** Reads an untrusted document field by field and gathers every fault instead of stopping at the first. */
export class DocumentReader {
  readonly faults: Fault[] = [];

  fault(path: string, problem: string, remedy: string): void {
    this.faults.push({ path, problem, remedy });
  }

  /** An object whose fields are all in `fields`; anything else is a fault and reads as empty. */
  object(value: unknown, path: string, fields: readonly string[]): Readonly<Record<string, unknown>> {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      this.fault(path, "is not an object", `Give an object with ${fields.join(", ")}`);
      return {};
    }
    for (const field of Object.keys(value)) {
      if (!fields.includes(field)) this.fault(join(path, field), "is not a known field", `Remove it, or use one of ${fields.join(", ")}`);
    }
    return value as Readonly<Record<string, unknown>>;
  }

  /** An object with free names, such as calendars by id. */
  entries(value: unknown, path: string): [string, unknown][] {
    if (value === undefined) return [];
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      this.fault(path, "is not an object", "Give an object with one field per name");
      return [];
    }
    return Object.entries(value);
  }

  list(value: unknown, path: string): readonly unknown[] {
    if (value === undefined) return [];
    if (Array.isArray(value)) return value;
    this.fault(path, "is not a list", "Give a list");
    return [];
  }

  text(value: unknown, path: string, otherwise?: string): string {
    if (value === undefined && otherwise !== undefined) return otherwise;
    if (typeof value === "string" && value.length > 0 && value.length <= 200) return value;
    this.fault(path, value === undefined ? "is missing" : "is not a text of 1 to 200 characters", "Give a text");
    return otherwise ?? "";
  }

  optionalText(value: unknown, path: string): string | null {
    return value === undefined || value === null ? null : this.text(value, path);
  }

  /** A list of texts; one text counts as a list of one. */
  texts(value: unknown, path: string): readonly string[] {
    if (typeof value === "string") return [this.text(value, path)];
    return this.list(value, path).map((item, index) => this.text(item, `${path}[${index}]`));
  }

  choice<T extends string>(value: unknown, path: string, choices: readonly T[], otherwise?: T): T {
    if (value === undefined && otherwise !== undefined) return otherwise;
    const found = choices.find((choice) => choice === value);
    if (found !== undefined) return found;
    this.fault(path, value === undefined ? "is missing" : "is not one of the choices", `Use ${choices.join(" or ")}`);
    return otherwise ?? choices[0]!;
  }

  whole(value: unknown, path: string, minimum: number, maximum: number, otherwise?: number): number {
    if (value === undefined && otherwise !== undefined) return otherwise;
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= minimum && value <= maximum) return value;
    this.fault(path, value === undefined ? "is missing" : "is out of range", `Give a whole number from ${minimum} to ${maximum}`);
    return otherwise ?? minimum;
  }

  flag(value: unknown, path: string, otherwise: boolean): boolean {
    if (value === undefined) return otherwise;
    if (typeof value === "boolean") return value;
    this.fault(path, "is neither true nor false", "Give true or false");
    return otherwise;
  }

  /** Milliseconds, at least 1. */
  durationMs(value: unknown, path: string, otherwise?: string): number {
    const text = value === undefined ? otherwise : value;
    const milliseconds = typeof text === "string" ? parseDuration(text) : null;
    if (milliseconds !== null && milliseconds > 0) return milliseconds;
    this.fault(
      path,
      text === undefined ? "is missing" : "is not a duration above zero",
      'Give a duration such as "90s", "15m", "4h" or "2d"',
    );
    return 1;
  }

  optionalDurationMs(value: unknown, path: string): number | null {
    return value === undefined || value === null ? null : this.durationMs(value, path);
  }
}

export function join(path: string, field: string): string {
  return path === "" ? field : `${path}.${field}`;
}

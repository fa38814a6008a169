import { z } from "zod";
import type { RowFaults } from "./row-faults.ts";
import { type Cells, compileTemplate, type SlotOf } from "./template.ts";

export type Scalar = string | number | boolean;
const scalar = z.union([z.string(), z.number(), z.boolean()]);

const numberFormat = z.strictObject({
  decimal: z.enum([".", ","]).default("."),
  thousands: z.string().length(1).optional(),
  /** Unit of the column: 1000000 where the file gives millions. */
  times: z.number().positive().default(1),
});
export type NumberFormat = z.infer<typeof numberFormat>;

const treated = z.strictObject({
  text: z.string(),
  /** Words of the file that mean "not said". */
  blank: z.array(z.string()).optional(),
  map: z.record(z.string(), scalar).optional(),
  unmapped: z.enum(["keep", "leave-out", "reject"]).default("keep"),
  slug: z.literal(true).optional(),
  number: z.union([z.literal(true), numberFormat]).optional(),
  /** Stands where nothing was said. */
  default: scalar.optional(),
});

/** A constant, a template with `${column}`, or a template that is treated further. */
export const valueShape = z.union([scalar, treated], {
  error: "is no value: give a constant, a template with the names of columns, or `text` with map, unmapped, blank, slug, number or default",
});
export type ValueSpec = z.infer<typeof valueShape>;

/** null = not said. Faults are reported under `field`. */
export type ValueOf = (cells: Cells, faults: RowFaults) => Scalar | null;

/** What the receiving field takes. */
export type Wanted = "number" | "boolean" | "any";

export function compileValue(spec: ValueSpec, wanted: Wanted, field: string, slotOf: SlotOf): ValueOf {
  if (typeof spec === "number" || typeof spec === "boolean") return () => spec;
  const raw = typeof spec === "string" ? compilePlain(spec, slotOf) : compileTreated(spec, field, slotOf);
  if (wanted === "any") return raw;
  return wanted === "number" ? asNumber(raw, field) : asBoolean(raw, field);
}

function compilePlain(template: string, slotOf: SlotOf): ValueOf {
  const text = compileTemplate(template, slotOf);
  return (cells) => text(cells) || null;
}

function compileTreated(spec: z.infer<typeof treated>, field: string, slotOf: SlotOf): ValueOf {
  const text = compileTemplate(spec.text, slotOf);
  const blank = new Set(spec.blank);
  const map = spec.map === undefined ? null : new Map(Object.entries(spec.map));
  const otherwise = spec.default ?? null;
  const format = spec.number === undefined ? null : spec.number === true ? numberFormat.parse({}) : spec.number;
  return (cells, faults) => {
    const said = text(cells);
    if (said === "" || blank.has(said)) return otherwise;
    const mapped = map?.get(said);
    if (mapped !== undefined) return mapped;
    if (map !== null && spec.unmapped === "leave-out") return otherwise;
    if (map !== null && spec.unmapped === "reject") {
      faults.add(field, "is not in the value map", "add it to the map, or set `unmapped: keep`");
      return null;
    }
    if (spec.slug) return slugOf(said) || otherwise;
    return format === null ? said : numberOf(said, format, field, faults);
  };
}

function asNumber(raw: ValueOf, field: string): ValueOf {
  const plain = numberFormat.parse({});
  return (cells, faults) => {
    const value = raw(cells, faults);
    return typeof value === "string" ? numberOf(value, plain, field, faults) : value;
  };
}

const words: ReadonlyMap<string, boolean> = new Map([
  ...["true", "yes", "y", "1"].map((word): [string, boolean] => [word, true]),
  ...["false", "no", "n", "0"].map((word): [string, boolean] => [word, false]),
]);

function asBoolean(raw: ValueOf, field: string): ValueOf {
  return (cells, faults) => {
    const value = raw(cells, faults);
    if (typeof value !== "string") return value;
    const meant = words.get(value.toLowerCase());
    if (meant === undefined) faults.add(field, "is neither true nor false", "give true/false, yes/no or 1/0, or a value map");
    return meant ?? null;
  };
}

const DIGITS = /^[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?$/;

function numberOf(text: string, format: NumberFormat, field: string, faults: RowFaults): number | null {
  let plain = text.trim();
  if (format.thousands !== undefined) plain = plain.replaceAll(format.thousands, "");
  if (format.decimal === ",") plain = plain.replace(",", ".");
  if (!DIGITS.test(plain)) {
    faults.add(
      field,
      "is no number",
      "correct the row, name the decimal and thousands signs under `number`, or list the word under `blank`",
    );
    return null;
  }
  // 15 digits are exact in a double: a unit such as a million must not leave the trace of a binary fraction.
  return format.times === 1 ? Number(plain) : Number((Number(plain) * format.times).toPrecision(15));
}

/** Letters and digits of any script in lower case, joined by `-`: fit for an id of a rep or team when the words are Latin. */
export function slugOf(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-+|-+$/g, "");
}

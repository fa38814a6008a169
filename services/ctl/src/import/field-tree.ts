import { captureShape, spendShape, statusShape, touchShape } from "@leadstream/edge";
import { z } from "zod";
import type { RowFaults } from "./row-faults.ts";
import type { Cells, SlotOf } from "./template.ts";
import { compileValue, type ValueSpec, valueShape, type Wanted } from "./value.ts";

export const importKinds = ["capture", "touch", "status", "spend"] as const;
export type ImportKind = (typeof importKinds)[number];

/** Given by the importer itself. */
const given = { eventId: true, occurredAt: true, imported: true } as const;
const shapes = {
  capture: captureShape.omit({ ...given, leadId: true }),
  touch: touchShape.omit({ ...given, leadId: true }),
  status: statusShape.omit({ ...given, leadId: true }),
  spend: spendShape.omit({ ...given, date: true }),
} as const;

/** Values under the names of an event's fields, nested as the edge nests them. */
export type FieldSpecs = { readonly [name: string]: ValueSpec | readonly ValueSpec[] | FieldSpecs | undefined };

/** Shape of `fields` for a kind of event, made from the edge's own, so that both always know the same names. */
export function fieldsShape(kind: ImportKind): z.ZodType<FieldSpecs> {
  return specShapeOf(shapes[kind]) as z.ZodType<FieldSpecs>;
}

function specShapeOf(target: unknown): z.ZodType {
  const shape = unwrapped(target);
  if (shape instanceof z.ZodObject) {
    const fields = Object.entries(shape.shape as Record<string, unknown>);
    return z.strictObject(Object.fromEntries(fields.map(([name, field]) => [name, specShapeOf(field).optional()])));
  }
  if (shape instanceof z.ZodRecord) return z.record(z.string(), valueShape);
  if (shape instanceof z.ZodArray) return z.array(valueShape);
  return valueShape;
}

function unwrapped(shape: unknown): unknown {
  let inner = shape;
  while (inner instanceof z.ZodOptional || inner instanceof z.ZodNullable) inner = inner.unwrap();
  return inner;
}

/** Values of an event as the edge wants them; what was not said is left out. Faults name the field's path. */
export type FieldsOf = (cells: Cells, faults: RowFaults) => Record<string, unknown>;

export function compileFields(kind: ImportKind, specs: FieldSpecs, slotOf: SlotOf): FieldsOf {
  return compileGroup(specs, shapes[kind], kind, slotOf);
}

function compileGroup(specs: FieldSpecs, target: unknown, path: string, slotOf: SlotOf): FieldsOf {
  const members = Object.entries(specs).flatMap(([name, spec]) =>
    spec === undefined ? [] : [[name, compileNode(spec, memberShape(target, name), `${path}.${name}`, slotOf)] as const],
  );
  return (cells, faults) => {
    const group: Record<string, unknown> = {};
    for (const [name, member] of members) {
      const value = member(cells, faults);
      if (value !== null) group[name] = value;
    }
    return group;
  };
}

type Node = (cells: Cells, faults: RowFaults) => unknown;

function compileNode(spec: NonNullable<FieldSpecs[string]>, target: unknown, path: string, slotOf: SlotOf): Node {
  const shape = unwrapped(target);
  if (shape instanceof z.ZodObject || shape instanceof z.ZodRecord) {
    const group = compileGroup(spec as FieldSpecs, shape, path, slotOf);
    return (cells, faults) => {
      const value = group(cells, faults);
      return Object.keys(value).length === 0 ? null : value;
    };
  }
  if (Array.isArray(spec)) {
    const items = (spec as readonly ValueSpec[]).map((item, index) => compileValue(item, "any", `${path}[${index}]`, slotOf));
    return (cells, faults) => items.map((item) => item(cells, faults)).filter((value) => value !== null);
  }
  return compileValue(spec as ValueSpec, wantedBy(shape), path, slotOf);
}

function memberShape(target: unknown, name: string): unknown {
  return target instanceof z.ZodObject ? (target.shape as Record<string, unknown>)[name] : undefined;
}

function wantedBy(shape: unknown): Wanted {
  if (shape instanceof z.ZodNumber) return "number";
  return shape instanceof z.ZodBoolean ? "boolean" : "any";
}

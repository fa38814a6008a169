import type { z } from "zod";
import type { Mapping } from "./mapping.ts";
import { referencesIn, type SlotOf } from "./template.ts";

/** Names that every row has beside its columns. */
export const rowNumber = "row.number";
export const fileName = "file.name";
export const importName = "import.name";
export const repeatNumber = "repeat.number";
const builtIn = [rowNumber, fileName, importName, repeatNumber] as const;

/** Header of the file and of each side file. */
export interface Headers {
  readonly columns: readonly string[];
  /** Columns of the joins' files by join. */
  readonly joined: Readonly<Record<string, readonly string[]>>;
}

/** Place of each name in a row's texts: columns first, then built-in names, `set`, joined columns. */
export interface RowLayout {
  readonly width: number;
  readonly slotOf: SlotOf;
}

export function layoutOf(mapping: Mapping, headers: Headers): RowLayout {
  const names = knownNames(mapping, headers);
  const slots = new Map(names.map((name, slot) => [name, slot]));
  return {
    width: names.length,
    slotOf: (name) => {
      const slot = slots.get(name);
      if (slot === undefined) throw new RangeError(`no column ${name}: checkNames was not asked`);
      return slot;
    },
  };
}

function knownNames(mapping: Mapping, headers: Headers): string[] {
  return [...headers.columns, ...builtIn, ...Object.keys(mapping.set), ...joinedNames(headers)];
}

function joinedNames({ joined }: Headers): string[] {
  return Object.entries(joined).flatMap(([join, columns]) => columns.map((column) => `${join}.${column}`));
}

type Report = (path: (string | number)[], message: string) => void;

/** Refuses names that no column, side file or `set` has, and lists those that are known. For `superRefine` once the headers are read. */
export function checkNames(headers: Headers): (mapping: Mapping, context: z.RefinementCtx) => void {
  return (mapping, context) => {
    const report: Report = (path, message) => context.addIssue({ code: "custom", path, message });
    const early = [...headers.columns, rowNumber, fileName, importName];
    checkClashes(mapping, headers, report);
    const soFar = [...early];
    for (const [name, value] of Object.entries(mapping.set)) {
      checkTree(value, ["set", name], soFar, report);
      soFar.push(name);
    }
    for (const [name, join] of Object.entries(mapping.joins)) checkTree(join.on, ["joins", name, "on"], soFar, report);
    const all = [...soFar, ...joinedNames(headers)];
    checkTree(mapping.key, ["key"], all, report);
    checkTree(mapping.lead, ["lead"], all, report);
    checkTree(mapping.times, ["times"], all, report);
    for (const [index, event] of mapping.events.entries()) {
      const path = ["events", index];
      for (const name of Object.keys(event.when ?? {})) checkName(name, [...path, "when", name], all, report);
      checkTree(event.repeat, [...path, "repeat"], all, report);
      checkTree(event.at, [...path, "at"], all, report);
      checkTree(event.fields, [...path, "fields"], event.repeat === undefined ? all : [...all, repeatNumber], report);
    }
  };
}

function checkClashes(mapping: Mapping, headers: Headers, report: Report): void {
  const columns = new Set(headers.columns);
  for (const name of Object.keys(mapping.set)) {
    if (columns.has(name)) report(["set", name], `the file has a column \`${name}\` already: choose another name`);
  }
  for (const name of [...builtIn, ...joinedNames(headers)]) {
    if (columns.has(name))
      report(["file"], `the file's column \`${name}\` has a name that the importer gives itself: rename it in the file`);
  }
}

/** Looks for `${name}` in every text below `value`. */
function checkTree(value: unknown, path: (string | number)[], known: readonly string[], report: Report): void {
  if (typeof value === "string") {
    for (const name of referencesIn(value)) checkName(name, path, known, report);
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) checkTree(item, [...path, index], known, report);
  } else if (typeof value === "object" && value !== null) {
    for (const [key, item] of Object.entries(value)) checkTree(item, [...path, key], known, report);
  }
}

function checkName(name: string, path: (string | number)[], known: readonly string[], report: Report): void {
  if (!known.includes(name)) report(path, `no column \`${name}\`: known are ${known.join(", ")}`);
}

/** Texts of one row by slot: columns of the file, then what the mapping adds. Empty = not said. */
export type Cells = readonly string[];
export type SlotOf = (name: string) => number;
export type TextOf = (cells: Cells) => string;

const REFERENCE = /\$\{([^}]*)\}/g;

/** Names that stand as `${name}` in a template, in their order. */
export function referencesIn(template: string): string[] {
  return Array.from(template.matchAll(REFERENCE), (match) => (match[1] as string).trim());
}

/** A text with `${name}` in it. Where one of its names is empty the whole is: half an id would be the id of something else. */
export function compileTemplate(template: string, slotOf: SlotOf): TextOf {
  const parts: (string | number)[] = [];
  let end = 0;
  for (const match of template.matchAll(REFERENCE)) {
    if (match.index > end) parts.push(template.slice(end, match.index));
    parts.push(slotOf((match[1] as string).trim()));
    end = match.index + match[0].length;
  }
  if (end < template.length) parts.push(template.slice(end));
  const [only] = parts;
  if (only === undefined) return () => "";
  if (parts.length === 1) return typeof only === "string" ? () => only : (cells) => cells[only] ?? "";
  return (cells) => joined(parts, cells);
}

function joined(parts: readonly (string | number)[], cells: Cells): string {
  let text = "";
  for (const part of parts) {
    if (typeof part === "string") {
      text += part;
      continue;
    }
    const cell = cells[part] ?? "";
    if (cell === "") return "";
    text += cell;
  }
  return text;
}

import type { FieldSpecs } from "./field-tree.ts";
import type { Mapping } from "./mapping.ts";

/** Whether the mapping gives anything that the edge seals: ways to reach a lead, a title, free text. */
export function holdsPersonal(mapping: Mapping): boolean {
  return mapping.events.some(({ fields }) => {
    const { contact, needDescription, note, profile } = fields;
    return (
      contact !== undefined ||
      needDescription !== undefined ||
      note !== undefined ||
      (profile as FieldSpecs | undefined)?.title !== undefined
    );
  });
}

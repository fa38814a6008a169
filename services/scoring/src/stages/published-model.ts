import { checkModel, checkPilot, type Model, type Pilot } from "@leadstream/domain-scoring";
import type { ModelPublished } from "@leadstream/schemas";

/** What of a publication a partition keeps. */
export type Publication = Pick<ModelPublished, "name" | "version" | "document" | "percent" | "where">;

/** The published document as a model under the record's name and version, or what is wrong with it. */
export function modelOf(published: Pick<ModelPublished, "name" | "version" | "document">): Model | string {
  const document = parsed(published.document);
  if (document === undefined) return "document is not JSON: publish it with the command line, which checks it";
  const checked = checkModel(document);
  if ("faults" in checked) {
    const [first] = checked.faults;
    return `document has ${checked.faults.length} faults, the first at ${first?.path}: ${first?.problem}`;
  }
  if (published.version < 1 || published.name === "") return "name or version is missing: versions begin at 1";
  return { ...checked.model, name: published.name, version: published.version };
}

/** The leads that a challenger is published for, or what is wrong with its terms. */
export function pilotOf({ name, percent, where }: Pick<ModelPublished, "name" | "percent" | "where">): Pilot | string {
  const conditions = where === null ? undefined : parsed(where);
  if (where !== null && conditions === undefined) return "where is not JSON: publish it with the command line, which checks it";
  const checked = checkPilot(name, { percent, where: conditions });
  if ("pilot" in checked) return checked.pilot;
  const [first] = checked.faults;
  return `${first?.path} ${first?.problem}`;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

import { join } from "node:path";
import { readYamlDocument } from "@leadstream/config";
import { everyLead, type ModelPublished } from "@leadstream/schemas";
import { z } from "zod";

/** The fixed model that the peers know too. */
export const benchModelFile: string = join(import.meta.dirname, "../../models/bench.yaml");
/** The shipped one. */
export const defaultModelFile: string = join(import.meta.dirname, "../../../../infra/examples/models/default.yaml");

/** The scorer itself checks the rest. */
const shape = z.looseObject({ name: z.string(), version: z.int() });

/** A model as `publish` puts it into the log. */
export function readModel(file: string): ModelPublished {
  const document = readYamlDocument(file, shape);
  return { name: document.name, version: document.version, fingerprint: "bench", document: JSON.stringify(document), ...everyLead };
}

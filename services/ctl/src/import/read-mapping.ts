import { readFile } from "node:fs/promises";
import { ConfigError, parseYamlDocument } from "@leadstream/config";
import { type Mapping, mappingShape } from "./mapping.ts";
import { checkNames, type Headers } from "./names.ts";

export interface MappingDocument {
  readonly path: string;
  readonly text: string;
  readonly mapping: Mapping;
}

/** The mapping as far as it can be judged without the file. Throws ConfigError with the line of each fault. */
export async function readMapping(path: string): Promise<MappingDocument> {
  const text = await readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
    const reason = cause.code === "ENOENT" ? "there is no such mapping" : "the mapping cannot be read";
    throw new ConfigError([{ where: path, reason, remedy: "Check the path and its permissions" }], { cause });
  });
  return { path, text, mapping: parseYamlDocument(text, mappingShape, path) };
}

/** Checks every name of the mapping against the columns that the files really have. Throws ConfigError with the line of each fault. */
export function checkMapping(document: MappingDocument, headers: Headers): void {
  parseYamlDocument(document.text, mappingShape.superRefine(checkNames(headers)), document.path);
}

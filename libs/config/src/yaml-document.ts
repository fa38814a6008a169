import { readFileSync } from "node:fs";
import { type Document, isNode, LineCounter, parseDocument } from "yaml";
import type { z } from "zod";
import { ConfigError, type ConfigFault } from "./config-error.ts";

/** Aliases may not blow a small file up to a large value. */
const MAX_ALIASES = 100;

/** Reads and checks a YAML file. Throws ConfigError whose faults name `file:line path`. */
export function readYamlDocument<S extends z.ZodType>(path: string, schema: S): z.output<S> {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === "ENOENT" ? "there is no such file" : "the file cannot be read";
    throw new ConfigError([{ where: path, reason, remedy: "Check the path and its permissions" }], { cause: error });
  }
  return parseYamlDocument(text, schema, path);
}

/** As readYamlDocument, for text already at hand; `name` stands in the faults. */
export function parseYamlDocument<S extends z.ZodType>(text: string, schema: S, name: string): z.output<S> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  if (document.errors.length > 0) {
    throw new ConfigError(
      document.errors.map((error) => ({
        where: `${name}:${lines.linePos(error.pos[0]).line}`,
        reason: `not YAML: ${error.message.replace(/\.$/, "")}`,
        remedy: "Correct the syntax",
      })),
    );
  }
  const result = schema.safeParse(document.toJS({ maxAliasCount: MAX_ALIASES }));
  if (result.success) return result.data;
  throw new ConfigError(result.error.issues.map((issue) => faultOf(issue, document, lines, name)));
}

function faultOf(issue: z.core.$ZodIssue, document: Document, lines: LineCounter, name: string): ConfigFault {
  const path = issue.path.map(String).join(".");
  const line = lineOf(document, issue.path, lines);
  return {
    where: `${name}:${line}${path === "" ? "" : ` ${path}`}`,
    reason: issue.message.replace(/\.$/, ""),
    remedy: remedyOf(issue) ?? "Correct the document",
  };
}

/** Of a check that knows what to do: `context.addIssue({ code: "custom", …, params: { remedy } })`. */
function remedyOf(issue: z.core.$ZodIssue): string | null {
  const remedy: unknown = issue.code === "custom" ? issue.params?.remedy : undefined;
  return typeof remedy === "string" ? remedy : null;
}

/** Line of the node at `path`, or of the nearest node above it that exists. */
function lineOf(document: Document, path: readonly PropertyKey[], lines: LineCounter): number {
  for (let depth = path.length; depth > 0; depth--) {
    const node = document.getIn(path.slice(0, depth), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}

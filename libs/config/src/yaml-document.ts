import { readFileSync } from "node:fs";
import { type Document, isMap, isNode, isSeq, LineCounter, type Node, parseDocument } from "yaml";
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
  const path = issue.path.map(String);
  const where = path.length === 0 ? "" : ` ${path.join(".")}`;
  return {
    where: `${name}:${lineOf(document, path, lines)}${where}`,
    reason: withLines(issue.message.replace(/\.$/, ""), document, lines),
    remedy: remedyOf(issue) ?? "Correct the document",
  };
}

/** Of a check that knows what to do: `context.addIssue({ code: "custom", …, params: { remedy } })`. */
function remedyOf(issue: z.core.$ZodIssue): string | null {
  const remedy: unknown = issue.code === "custom" ? issue.params?.remedy : undefined;
  return typeof remedy === "string" ? remedy : null;
}

/** A fault between two places names the other one by its path: `rules.2.when` becomes `rules.2.when (line 14)`. */
function withLines(reason: string, document: Document, lines: LineCounter): string {
  return reason.replace(/[A-Za-z]\w*(?:\.[\w-]+)+/g, (path) => {
    const { node, rest } = nodeAt(document.contents, path.split("."));
    return rest === 0 && node !== null ? `${path} (line ${lineAt(node, lines)})` : path;
  });
}

/** Line of the node at `path`, or of the nearest node above it that exists. */
function lineOf(document: Document, path: readonly string[], lines: LineCounter): number {
  const { node } = nodeAt(document.contents, path);
  return node === null || node === document.contents ? 1 : lineAt(node, lines);
}

function lineAt(node: Node, lines: LineCounter): number {
  return node.range ? lines.linePos(node.range[0]).line : 1;
}

/** The deepest node on the way to `path`, and how many of its parts lie beyond. A key of the document may hold dots (`custom.size`). */
function nodeAt(root: unknown, path: readonly string[]): { node: Node | null; rest: number } {
  let node = isNode(root) ? root : null;
  let from = 0;
  while (from < path.length) {
    let to = from + 1;
    let next = childAt(node, path.slice(from, to).join("."));
    while (next === null && to < path.length) next = childAt(node, path.slice(from, ++to).join("."));
    if (next === null) break;
    node = next;
    from = to;
  }
  return { node, rest: path.length - from };
}

function childAt(node: Node | null, key: string): Node | null {
  if (isSeq(node)) return /^\d+$/.test(key) ? nodeOrNull(node.get(Number(key), true)) : null;
  return isMap(node) ? nodeOrNull(node.get(key, true)) : null;
}

const nodeOrNull = (value: unknown): Node | null => (isNode(value) ? value : null);

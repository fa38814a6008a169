import { parseSync } from "@swc/core";

/** What one source file imports and which worldly things it names. */
export interface SourceFacts {
  /** Specifiers of static, dynamic and type imports and of re-exports. */
  readonly imports: readonly string[];
  /** Uses of clock, randomness, environment or timers. */
  readonly impurities: readonly string[];
}

type Node = Readonly<Record<string, unknown>> & { readonly type: string };

/** Globals that tell the time, draw numbers, or reach the world. */
const IMPURE_GLOBALS = new Set([
  ...["process", "performance", "crypto", "fetch", "globalThis", "global", "require", "console"],
  ...["setTimeout", "setInterval", "setImmediate", "queueMicrotask"],
]);
const IMPURE_MEMBERS = new Set(["Date.now", "Math.random", "Intl.DateTimeFormat"]);

export function sourceFacts(text: string): SourceFacts {
  const module = parseSync(text, { syntax: "typescript", target: "es2024" }) as unknown as Node;
  const walk: Walk = { imports: [], impurities: new Set(), bound: new Set() };
  visit(module, walk);
  return { imports: walk.imports, impurities: [...walk.impurities].filter((name) => !walk.bound.has(name)) };
}

interface Walk {
  readonly imports: string[];
  readonly impurities: Set<string>;
  /** Names that the file declares itself: a parameter called `performance` is not the global. */
  readonly bound: Set<string>;
}

function visit(value: unknown, walk: Walk): void {
  if (Array.isArray(value)) {
    for (const each of value) visit(each, walk);
    return;
  }
  if (!isNode(value)) {
    if (typeof value === "object" && value !== null) for (const each of Object.values(value)) visit(each, walk);
    return;
  }
  noteImport(value, walk);
  noteImpurity(value, walk);
  for (const [key, child] of Object.entries(value)) if (!isName(value, key)) visit(child, walk);
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && typeof (value as { type?: unknown }).type === "string";
}

/** Children that are names, not values: `a.process`, `{ process: 1 }`, members of classes and types. */
function isName(node: Node, key: string): boolean {
  if (node.type === "MemberExpression" && key === "property") return (node.property as Node).type === "Identifier";
  if (node.type.startsWith("Ts") && (key === "key" || key === "id" || key === "typeName")) return true;
  return key === "key" && isNode(node.key) && node.key.type === "Identifier";
}

function noteImport(node: Node, walk: Walk): void {
  if (node.type === "ImportDeclaration" || node.type === "ExportAllDeclaration" || node.type === "ExportNamedDeclaration") {
    if (isNode(node.source)) walk.imports.push(String(node.source.value));
  }
  if (node.type === "TsImportType" && isNode(node.argument)) walk.imports.push(String(node.argument.value));
  if (node.type === "CallExpression" && isNode(node.callee) && isImporter(node.callee)) {
    const [first] = node.arguments as readonly { expression: Node }[];
    if (first?.expression.type === "StringLiteral") walk.imports.push(String(first.expression.value));
  }
}

/** `import("x")`, `require("x")`, and what createRequire gives when it is called require. */
function isImporter(callee: Node): boolean {
  return callee.type === "Import" || (callee.type === "Identifier" && callee.value === "require");
}

function noteImpurity(node: Node, walk: Walk): void {
  if (node.type === "Identifier" || node.type === "BindingIdentifier") {
    const name = String(node.value);
    if (IMPURE_GLOBALS.has(name)) walk.impurities.add(name);
  }
  if (node.type === "MemberExpression" && isNode(node.object) && isNode(node.property)) {
    const member = `${String(node.object.value)}.${String(node.property.value)}`;
    if (IMPURE_MEMBERS.has(member)) walk.impurities.add(member);
  }
  if (node.type === "NewExpression" && isNode(node.callee) && node.callee.value === "Date") {
    if (((node.arguments as unknown[] | null) ?? []).length === 0) walk.impurities.add("new Date()");
  }
  if (node.type === "CallExpression" && isNode(node.callee) && node.callee.type === "Identifier" && node.callee.value === "Date") {
    walk.impurities.add("Date()");
  }
  if (node.type === "ImportSpecifier" || node.type === "ImportDefaultSpecifier") bind(node.local, walk);
  if (node.type === "VariableDeclarator") bind(node.id, walk);
  if (node.type === "FunctionDeclaration") bind(node.identifier, walk);
  if (node.type === "Parameter") bind(node.pat, walk);
  if (node.type === "ArrowFunctionExpression") for (const parameter of node.params as unknown[]) bind(parameter, walk);
}

/** Names that a pattern binds. */
function bind(pattern: unknown, walk: Walk): void {
  if (Array.isArray(pattern)) for (const each of pattern) bind(each, walk);
  if (!isNode(pattern)) return;
  if (pattern.type === "Identifier") walk.bound.add(String(pattern.value));
  if (pattern.type === "ObjectPattern") bind(pattern.properties, walk);
  if (pattern.type === "ArrayPattern") bind(pattern.elements, walk);
  if (pattern.type === "AssignmentPatternProperty") bind(pattern.key, walk);
  if (pattern.type === "KeyValuePatternProperty") bind(pattern.value, walk);
  if (pattern.type === "AssignmentPattern") bind(pattern.left, walk);
  if (pattern.type === "RestElement") bind(pattern.argument, walk);
}

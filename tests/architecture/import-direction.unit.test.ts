import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { checkUnused, checkWorkspace } from "./check-workspace.ts";
import { sourceFacts } from "./source-facts.ts";
import { readWorkspace, rootDevelopmentPackages, type WorkspacePackage } from "./workspace.ts";

const root = join(import.meta.dirname, "../..");

describe("the workspace", () => {
  it("imports in the directions of CONTRIBUTING.md, is pure where it must be, and declares what it imports", () => {
    const packages = readWorkspace(root);
    expect(packages.length).toBeGreaterThan(15);
    expect(checkWorkspace(packages, rootDevelopmentPackages(root))).toEqual([]);
  });

  it("declares nothing that no file imports", () => {
    expect(checkUnused(readWorkspace(root))).toEqual([]);
  });
});

/** A package with one file. */
const given = (folder: string, text: string, change: Partial<WorkspacePackage> & { path?: string } = {}): WorkspacePackage => ({
  folder,
  name: `@leadstream/${folder.split("/").at(-1)}`,
  dependencies: [],
  optionalDependencies: [],
  devDependencies: [],
  files: [{ path: change.path ?? "src/index.ts", text }],
  ...change,
});
const ours = (folder: string): WorkspacePackage => given(folder, "");
const importing = (folder: string, name: string): WorkspacePackage =>
  given(folder, `import { x } from "${name}";\nx();`, { dependencies: [name] });

describe("the checker fails on a seeded violation of direction", () => {
  it.each([
    ["services/scoring", "services/router"],
    ["libs/kafka", "libs/state"],
    ["libs/state", "libs/clickhouse"],
    ["libs/edge", "libs/stream"],
    ["libs/domain-scoring", "libs/edge"],
    ["libs/stream", "libs/kafka"],
    ["libs/config", "libs/kafka"],
    ["libs/producer", "libs/state"],
    ["schemas", "libs/stream"],
    ["services/scoring", "infra/local"],
    ["infra/local", "libs/kafka"],
  ])("%s imports %s", (from, to) => {
    const target = ours(to);
    expect(checkWorkspace([importing(from, target.name), target], [])).toEqual([
      `${from}/src/index.ts: imports ${to}, which ${from} may not`,
    ]);
  });

  it.each([
    ['export * from "@leadstream/router";', "a re-export"],
    ['export { a } from "@leadstream/router";', "a named re-export"],
    ['import type { A } from "@leadstream/router"; export type B = A;', "a type import"],
    ['export const a = () => import("@leadstream/router");', "a dynamic import"],
    ['export type A = import("@leadstream/router").A;', "an import type"],
    ['import "@leadstream/router/src/deep.ts";', "an import for its effect, of a file inside"],
  ])("%s (%s)", (text) => {
    const target = ours("services/router");
    const found = checkWorkspace([given("services/scoring", text, { dependencies: [target.name] }), target], []);
    expect(found).toEqual(["services/scoring/src/index.ts: imports services/router, which services/scoring may not"]);
  });

  it("leaves allowed directions alone", () => {
    const targets = [ours("schemas"), ours("libs/stream"), ours("libs/kafka"), ours("libs/testing")];
    expect(checkWorkspace([importing("libs/kafka", "@leadstream/stream"), ours("libs/stream")], [])).toEqual([]);
    expect(checkWorkspace([importing("services/scoring", "@leadstream/kafka"), ...targets], [])).toEqual([]);
    const test = { path: "src/index.unit.test.ts", devDependencies: ["@leadstream/testing"] };
    expect(checkWorkspace([given("libs/state", 'import { x } from "@leadstream/testing"; x();', test), ...targets], [])).toEqual([]);
  });

  it("finds a way around through a relative path", () => {
    expect(checkWorkspace([given("libs/state", 'import { x } from "../../kafka/src/index.ts"; x();')], [])[0]).toContain(
      "outside of its package",
    );
  });

  it("refuses a package without a place in the table", () => {
    const target = ours("schemas");
    expect(() => checkWorkspace([importing("libs/other", target.name), target], [])).toThrow("no place in the table");
  });
});

describe("the checker fails on a seeded impurity", () => {
  it.each([
    ["export const f = () => Date.now();", "Date.now"],
    ["export const f = () => new Date();", "new Date()"],
    ["export const f = () => Date();", "Date()"],
    ["export const f = () => Math.random();", "Math.random"],
    ["export const f = () => process.env.HOME;", "process"],
    ["export const f = () => performance.now();", "performance"],
    ["export const f = () => setTimeout(() => {}, 1);", "setTimeout"],
    ["export const f = () => globalThis.x;", "globalThis"],
    ["export const f = () => crypto.randomUUID();", "crypto"],
    ["const { env } = process; export { env };", "process"],
    ["class A { static b = Math.random(); } export { A };", "Math.random"],
    ["export const f = (a = Date.now()) => a;", "Date.now"],
  ])("%s", (text, name) => {
    expect(checkWorkspace([given("libs/stream", text)], [])).toEqual([`libs/stream/src/index.ts: uses ${name}, but the package is pure`]);
  });

  it("and on an import of Node", () => {
    const violations = checkWorkspace([given("libs/edge", 'import { readFileSync } from "node:fs"; readFileSync("x");')], []);
    expect(violations).toEqual(["libs/edge/src/index.ts: imports node:fs, but the package is pure"]);
  });

  it("leaves names that only look so alone", () => {
    const text = `
      interface Rep { readonly performance: number; process(value: string): void }
      export const f = (rep: Rep, at: number) => ({ performance: rep.performance, at: new Date(at).getUTCDay() });
      export function g(performance: number) { return performance + 1; }
    `;
    expect(checkWorkspace([given("libs/domain-routing", text)], [])).toEqual([]);
  });

  it("lets shells and tests do all that", () => {
    expect(checkWorkspace([given("libs/telemetry", "export const f = () => Date.now();")], [])).toEqual([]);
    const test = { path: "src/a.unit.test.ts" };
    expect(checkWorkspace([given("libs/stream", 'import { join } from "node:path"; join("a", String(Date.now()));', test)], [])).toEqual(
      [],
    );
  });
});

describe("the checker compares imports with package.json", () => {
  it("in both directions", () => {
    const undeclared = given("libs/state", 'import { open } from "lmdb"; open();');
    expect(checkWorkspace([undeclared], [])).toEqual(["libs/state/src/index.ts: imports lmdb, which its package.json does not declare"]);
    const unused = given("libs/state", "", { dependencies: ["lmdb"] });
    expect(checkUnused([unused])).toEqual(["libs/state/package.json: declares lmdb, which no file imports"]);
  });

  it("takes development packages for tests only", () => {
    const text = 'import fc from "fast-check"; fc.assert();';
    expect(checkWorkspace([given("libs/state", text, { path: "src/a.unit.test.ts" })], ["fast-check"])).toEqual([]);
    expect(checkWorkspace([given("libs/state", text)], ["fast-check"])).toHaveLength(1);
  });
});

describe("the checker looks at the shape of files", () => {
  it("length and name", () => {
    expect(checkWorkspace([given("libs/state", "\n".repeat(351))], [])[0]).toContain("has 351 lines");
    expect(checkWorkspace([given("libs/state", "", { files: [{ path: "src/badName.ts", text: "" }] })], [])[0]).toContain("kebab-case");
    expect(
      checkWorkspace([given("libs/state", "\n".repeat(2_000), { files: [{ path: "src/generated/a.ts", text: "\n".repeat(2_000) }] })], []),
    ).toEqual([]);
  });

  it("and its facts come from the syntax tree, not from text", () => {
    expect(sourceFacts('// import "a"\nconst text = `import "b"; process.env`;\nexport { text };')).toEqual({
      imports: [],
      impurities: [],
    });
  });
});

import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "@jest/globals";

const root = join(import.meta.dirname, "../..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const isThere = (path: string): boolean => existsSync(join(root, path));
const pages = globSync(["*.md", "docs/**/*.md"], { cwd: root }).sort();
const all = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map((match) => match[1] ?? "");
/** The blocks of a language, in order. */
const blocks = (text: string, language: string): string[] => all(text, new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, "gm"));
const unique = (values: readonly string[]): string[] => [...new Set(values)].sort();

/** Tests that a page names as "`file`: *test*, *test*" and that are not there. */
function missingTests(text: string, sourceOf: (path: string) => string | undefined): string[] {
  const named = [...text.matchAll(/`([\w./-]+\.test\.ts)`((?::|,) \*[^*|]+\*(?: \([^)]*\))?(?:, \*[^*|]+\*)*)?/g)];
  return named.flatMap(([, path = "", names = ""]) => {
    const source = sourceOf(path);
    if (source === undefined) return [`${path} is not there`];
    return all(names, /\*([^*]+)\*/g)
      .filter((name) => !source.includes(name))
      .map((name) => `${path} has no test "${name}"`);
  });
}

describe("pages", () => {
  it.each(pages)("%s links to what is there", (page) => {
    const targets = all(read(page), /\]\(([^)#]+)(?:#[^)]*)?\)/g).filter((target) => !/^[a-z]+:/.test(target));
    expect(targets.filter((target) => !isThere(join(dirname(page), target)))).toEqual([]);
  });

  it.each(pages)("%s names files and folders that are there", (page) => {
    const named = all(read(page), /`((?:libs|services|infra|tests|schemas|docs)\/[\w./-]+)`/g);
    expect(named.filter((path) => !isThere(path))).toEqual([]);
  });

  it("name commands that the command line has", () => {
    const sources = globSync("services/ctl/src/**/*.ts", { cwd: root }).map(read).join("\n");
    const known = new Set(all(sources, /\.command\("([a-z-]+)/g));
    const named = unique(pages.flatMap((page) => all(read(page), /\.\/leadstream ([a-z][a-z-]+)/g)));
    expect(named.filter((name) => !known.has(name))).toEqual([]);
    expect(named.length).toBeGreaterThan(10);
  });
});

describe("the guarantees", () => {
  const page = "docs/guarantees.md";
  const sourceOf = (path: string): string | undefined => (isThere(path) ? read(path) : undefined);

  it("name tests that are there, for every claim", () => {
    const claims = read(page)
      .split("\n")
      .filter((line) => /^\| \d+ \|/.test(line));
    expect(claims.length).toBeGreaterThan(8);
    expect(claims.filter((line) => !/\.test\.ts`: \*/.test(line))).toEqual([]);
    expect(missingTests(read(page), sourceOf)).toEqual([]);
  });

  it("would not pass with a test that is gone", () => {
    const text = "`a.unit.test.ts`: *one*, *two*; `gone.unit.test.ts`: *one*";
    expect(missingTests(text, (path) => (path === "a.unit.test.ts" ? 'it("one"' : undefined))).toEqual([
      'a.unit.test.ts has no test "two"',
      "gone.unit.test.ts is not there",
    ]);
  });
});

describe("README.md and README.zh-CN.md", () => {
  const [english, chinese] = [read("README.md"), read("README.zh-CN.md")];
  const uncommented = (block: string): string => block.replace(/\s+#.*$/gm, "");
  const links = (text: string): string[] => unique(all(text, /\]\(([^)]+)\)/g).filter((target) => !target.startsWith("README")));

  it("have the same commands, programs, links and parts", () => {
    for (const language of ["sh", "ts"])
      expect(blocks(chinese, language).map(uncommented)).toEqual(blocks(english, language).map(uncommented));
    expect(links(chinese)).toEqual(links(english));
    expect(all(chinese, /^(#+) /gm)).toEqual(all(english, /^(#+) /gm));
    expect(all(chinese, /^\| ([^\n]*?) \|/gm).length).toBe(all(english, /^\| ([^\n]*?) \|/gm).length);
  });

  it("show a part of the example program as it stands", () => {
    const program = read("infra/examples/producer/emit-a-lead.ts")
      .split("\n")
      .map((line) => line.trim());
    const shown = blocks(english, "ts").flatMap((block) => block.split("\n").map((line) => line.trim()));
    expect(shown.filter((line) => line !== "" && !program.includes(line))).toEqual([]);
    expect(shown.length).toBeGreaterThan(10);
  });
});

import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { ConfigError } from "@leadstream/config";
import { readModel } from "../documents.ts";
import { contradictions } from "./contradictions.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "models-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Each fault as `<line> <path>: <problem>. <remedy>`. */
function faultsOf(text: string): string[] {
  const file = join(folder, "m.yaml");
  writeFileSync(file, text);
  try {
    readModel(file);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.faults.map(({ where, reason, remedy }) => `${where.replace(`${file}:`, "")}: ${reason}. ${remedy}`);
  }
}

describe("a contradiction is told once, with both places, their lines and what to do", () => {
  it.each(contradictions.map(({ what, refused, said }) => [what, refused, said]))("%s", (_, refused, said) => {
    expect(faultsOf(refused)).toEqual([said]);
  });
});

describe("what only looks like one is accepted", () => {
  it.each(contradictions.map(({ what, accepted }) => [what, accepted]))("near: %s", (_, accepted) => {
    expect(faultsOf(accepted)).toEqual([]);
  });

  it.each(readdirSync(new URL("../../../../../infra/examples/models/", import.meta.url)))("%s", (name) => {
    expect(readModel(new URL(`../../../../../infra/examples/models/${name}`, import.meta.url).pathname).name).toBe(
      name.replace(".yaml", ""),
    );
  });
});

describe("one mistake is told once", () => {
  it.each([
    ["behaviour:\n  - { id: a, points: many, touch: demo }\n", "5 behaviour.0.points: is not a number of points"],
    ["behaviour:\n  - { id: a, points: 80, touch: demo, cap: { perDay: much } }\n", "5 behaviour.0.cap.perDay: is not a number of points"],
    [
      "behaviour:\n  - { id: Demo Request, points: 80, touch: demo }\n  - { id: Visit!, points: 8, touch: visit }\n",
      "is not an identifier",
    ],
  ])("%#", (text, problem) => {
    const faults = faultsOf(`name: tried\nversion: 1\nbands: [{ name: pool, from: 0 }, { name: sql, from: 80 }]\n${text}`);
    const places = faults.map((fault) => fault.split(":")[0]);
    expect(faults.every((fault) => fault.includes(problem))).toBe(true);
    expect([...new Set(places)]).toEqual(places);
  });

  it("a wrong bound of a band and a wrong penalty", () => {
    expect(faultsOf("name: tried\nversion: 1\nbands:\n  - { name: pool, from: none }\n  - { name: sql, from: 80 }\n")).toHaveLength(1);
    const wrong =
      "name: tried\nversion: 1\nbands: [{ name: pool, from: 0 }]\ninactivity: { penalties: [{ id: a, after: 1d, points: x }] }\n";
    expect(faultsOf(wrong)).toHaveLength(1);
  });
});

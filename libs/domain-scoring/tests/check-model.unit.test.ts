import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { parse } from "yaml";
import { checkModel } from "../src/index.ts";
import { rejectedModels, smallModel } from "./rejected-models.ts";

const faultsOf = (parts: Record<string, unknown>): string[] => {
  const checked = checkModel({ ...smallModel, ...parts });
  return "faults" in checked ? checked.faults.map((fault) => `${fault.path}: ${fault.problem}`) : [];
};

describe("a model is refused with place and remedy", () => {
  it("accepts the small one", () => {
    expect(faultsOf({})).toEqual([]);
  });

  it.each(rejectedModels)("%s", (_, parts, fault) => {
    expect(faultsOf(parts)).toContain(fault);
  });

  it.each([null, 3, "text", [], undefined])("%p is no document", (value) => {
    expect(checkModel(value)).toMatchObject({ faults: [{ problem: "is not a mapping" }] });
  });

  it("reports all faults together", () => {
    expect(faultsOf({ name: "Not An Id", version: 0, behaviour: [{ id: "a" }] }).length).toBeGreaterThanOrEqual(4);
  });
});

describe("docs/scoring.md", () => {
  it("its example is a model", () => {
    const text = readFileSync(new URL("../../../docs/scoring.md", import.meta.url), "utf8");
    const examples = [...text.matchAll(/```yaml\n(.*?)```/gs)].map((match) => checkModel(parse(match[1]!)));
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) expect(example).toHaveProperty("model");
  });
});

import { describe, expect, it } from "@jest/globals";
import { z } from "zod";
import { ConfigError, faultLine, parseYamlDocument, readYamlDocument } from "./index.ts";

const schema = z.strictObject({ version: z.number().int(), teams: z.array(z.object({ name: z.string(), size: z.number() })) });

const faultsOf = (text: string): string[] => {
  try {
    parseYamlDocument(text, schema, "policy.yaml");
  } catch (error) {
    return (error as ConfigError).faults.map(faultLine);
  }
  throw new Error("the document was accepted");
};

describe("a YAML document", () => {
  it("gives the checked value", () => {
    expect(parseYamlDocument("version: 1\nteams:\n  - {name: north, size: 2}\n", schema, "x")).toEqual({
      version: 1,
      teams: [{ name: "north", size: 2 }],
    });
  });

  it("names the line of each wrong value", () => {
    const faults = faultsOf("version: one\nteams:\n  - name: north\n    size: 2\n  - name: south\n    size: big\n");
    expect(faults.map((fault) => fault.split(": ")[0])).toEqual(["policy.yaml:1 version", "policy.yaml:6 teams.1.size"]);
  });

  it("names the line of the parent of a missing value", () => {
    expect(faultsOf("version: 1\nteams:\n  - name: north\n")[0]).toMatch(/^policy\.yaml:3 teams\.0\.size: /);
  });

  it("names the line of broken syntax and of a key given twice", () => {
    expect(faultsOf("version: 1\nteams: [\n")[0]).toMatch(/^policy\.yaml:[23]: not YAML/);
    expect(faultsOf("version: 1\nteams: []\nversion: 2\n")[0]).toMatch(/^policy\.yaml:3: not YAML/);
  });

  it("says the remedy of a check that has one, and only that", () => {
    const judged = schema.superRefine((_, context) =>
      context.addIssue({ code: "custom", path: ["teams", 0], message: "is too small", params: { remedy: "Add somebody" } }),
    );
    const parsing = (): unknown => parseYamlDocument("version: 1\nteams:\n  - {name: north, size: 2}\n", judged, "roster.yaml");
    expect(parsing).toThrow(/^CONFIG_INVALID: 1 fault\nroster\.yaml:3 teams\.0: is too small\. Add somebody$/);
  });

  it("names the line of the other place that a reason names, and of a key with dots", () => {
    const judged = z.looseObject({}).superRefine((_, context) => {
      context.addIssue({
        code: "custom",
        path: ["teams", "1", "lead", "size"],
        message: "is teams.0.lead.size too, not teams.7 or e.g. this",
      });
    });
    const text = "teams:\n  - {lead.size: 2}\n  - name: south\n    lead.size: 2\n";
    expect(() => parseYamlDocument(text, judged, "x.yaml")).toThrow(
      "x.yaml:4 teams.1.lead.size: is teams.0.lead.size (line 2) too, not teams.7 or e.g. this. Correct the document",
    );
  });

  it("says which file is missing", () => {
    expect(() => readYamlDocument("/nowhere/policy.yaml", schema)).toThrow(ConfigError);
    expect(() => readYamlDocument("/nowhere/policy.yaml", schema)).toThrow("/nowhere/policy.yaml: there is no such file. Check the path");
  });
});

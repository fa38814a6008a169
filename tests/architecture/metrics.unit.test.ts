import { globSync, readFileSync } from "node:fs";
import { expect, it } from "@jest/globals";
import { metricDefinitions } from "@leadstream/telemetry";

const root = new URL("../../", import.meta.url).pathname;

it("each metric that is described is fed by a service or a library", () => {
  const files = globSync("{libs,services}/*/src/**/*.ts", { cwd: root, exclude: (name) => name.includes("node_modules") });
  const code = files.filter((file) => !/test\.ts$|metric-definitions\.ts$/.test(file)).map((file) => readFileSync(root + file, "utf8"));
  expect(code.length).toBeGreaterThan(100);
  const unfed = Object.keys(metricDefinitions).filter((name) => !code.some((text) => new RegExp(`\\.${name}\\b`).test(text)));
  expect(unfed).toEqual([]);
});

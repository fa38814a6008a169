import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "@jest/globals";
import { realData, temporaryFolder } from "./index.ts";

it("finds real data, or says why there is none", () => {
  using folder = temporaryFolder("real-data");
  writeFileSync(join(folder.path, "a.csv"), "");
  const set = realData({ LEADSTREAM_DATA: folder.path });
  expect([set.leftOut, set.file("a.csv")]).toEqual([null, join(folder.path, "a.csv")]);
  expect(() => set.file("b.csv")).toThrow(/LEADSTREAM_DATA is set, but .*b\.csv is missing/);
  expect(realData({}).leftOut).toMatch(/LEADSTREAM_DATA names no folder/);
  expect(() => realData({ LEADSTREAM_DATA: "" }).file("a.csv")).toThrow(/left out/);
});

import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { type CsvRow, openCsv, surveyFile } from "../csv-file.ts";
import type { FileSpec } from "../mapping.ts";
import { Trial } from "./trial.ts";

const plain: FileSpec = { delimiter: ",", quote: '"', encoding: "utf-8" };

describe("CSV files", () => {
  let trial: Trial;
  beforeEach(() => {
    trial = new Trial();
  });
  afterEach(() => trial[Symbol.dispose]());

  const read = async (content: string | Buffer, spec: Partial<FileSpec> = {}, recordBytes = 1_000) => {
    const { columns, rows } = await openCsv(trial.write("file.csv", content), { ...plain, ...spec }, recordBytes);
    const found: CsvRow[] = [];
    for await (const row of rows) found.push(row);
    return { columns, rows: found.map((row) => ("cells" in row ? [row.number, ...row.cells] : [row.number, row.reason])) };
  };
  const expected = {
    columns: ["name", "town"],
    rows: [
      [1, "Ünal", "a,b"],
      [2, "x", "two\nlines"],
    ],
  };
  const text = 'name,town\nÜnal,"a,b"\n\nx,"two\nlines"\n';

  it.each<[string, string | Buffer, Partial<FileSpec>]>([
    ["as they are", text, {}],
    ["with CRLF and a byte order mark", `\uFEFF${text.replaceAll("\n", "\r\n").replace("two\r\n", "two\n")}`, {}],
    ["packed, whatever the name says", gzipSync(text), {}],
    ["in parts packed one by one", Buffer.concat([gzipSync(text.slice(0, 12)), gzipSync(text.slice(12))]), {}],
    ["in latin1", Buffer.from(text, "latin1"), { encoding: "latin1" }],
    ["in utf-16le", Buffer.from(`\uFEFF${text}`, "utf16le"), { encoding: "utf-16le" }],
    ["with other signs", text.replaceAll(",", ";").replace("a;b", "a,b").replaceAll('"', "'"), { delimiter: ";", quote: "'" }],
    ["without an end of the last line", text.trimEnd(), {}],
  ])("are read %s", async (_, content, spec) => {
    expect(await read(content, spec)).toEqual(expected);
  });

  it("give each row its number, also where cells are missing or hold quotes", async () => {
    const { rows } = await read('a,b\n1,2\n3\n4,5,6\n7" pipe,8\n"9"x,10\n11,12\n');
    expect(rows).toEqual([
      [1, "1", "2"],
      [2, "has 1 cells where the header has 2"],
      [3, "has 3 cells where the header has 2"],
      [4, '7" pipe', "8"],
      [5, '"9"x', "10"],
      [6, "11", "12"],
    ]);
  });

  it.each([
    ["to the end", 'a,b\n1,2\n"3,4\n5,6\n', 1_000],
    ["beyond the largest row", `a,b\n1,2\n"3,4\n${"5,6\n".repeat(50)}"\n`, 100],
  ])("are refused where a quote stays open %s", async (_, content, recordBytes) => {
    await expect(read(content, {}, recordBytes)).rejects.toThrow(/FILE_UNREADABLE: .* near line \d+ .* quote that is not closed/);
  });

  it("tell of bytes that are not UTF-8", async () => {
    expect((await read(Buffer.from("a\nÜ\nb\n", "latin1"))).rows).toEqual([
      [1, "is not UTF-8"],
      [2, "b"],
    ]);
  });

  it.each([
    ["", "HEADER_INVALID: .* has no readable header line"],
    ["a,b,a\n1,2,3\n", "HEADER_INVALID: .* names column `a` twice"],
    ["a,,b\n", "HEADER_INVALID: .* column without a name"],
  ])("are refused with header %j", async (content, message) => {
    await expect(read(content)).rejects.toThrow(new RegExp(message));
  });

  it("are refused when packed and cut off, or away", async () => {
    const cut = gzipSync(`a\n${Array.from({ length: 5_000 }, (_, index) => `${index * 7919}\n`).join("")}`).subarray(0, 4_000);
    await expect(read(cut)).rejects.toMatchObject({ code: "FILE_UNREADABLE" });
    await expect(surveyFile(trial.write("cut.gz", cut))).rejects.toMatchObject({ code: "FILE_UNREADABLE" });
    await expect(surveyFile("/nowhere/file.csv")).rejects.toMatchObject({ code: "FILE_MISSING" });
    await expect(openCsv(trial.folder.path, plain, 1_000)).rejects.toMatchObject({ code: "FILE_UNREADABLE" });
  });

  it("are known by their bytes and counted in lines", async () => {
    const path = trial.write("a.csv", "h\n1\n2");
    expect(await surveyFile(path)).toEqual({ sha256: createHash("sha256").update("h\n1\n2").digest("hex"), lines: 2 });
    expect((await surveyFile(trial.write("b.csv.gz", gzipSync("h\n1\n2\n")))).lines).toBe(2);
    expect((await surveyFile(trial.write("c.csv", ""))).lines).toBe(0);
  });
});

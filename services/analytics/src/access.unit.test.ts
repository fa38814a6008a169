import { describe, expect, it } from "@jest/globals";
import { ApiKeys, hashOf } from "@leadstream/config";
import { createTelemetry } from "@leadstream/telemetry";
import type { Access } from "./access.ts";
import { isLoopback } from "./access.ts";
import type { ReportReader } from "./report-reader.ts";
import { buildServer } from "./server.ts";

const telemetry = createTelemetry({ service: "analytics", level: "silent", processMetrics: false });
const reader: ReportReader = { rows: async () => [] };

async function statuses(access: Access, url: string, headers: readonly Record<string, string>[]): Promise<number[]> {
  const app = await buildServer(reader, telemetry, access);
  const answers = [];
  for (const each of headers) answers.push((await app.inject({ method: "GET", url, headers: each })).statusCode);
  await app.close();
  return answers;
}

describe("on a loopback address", () => {
  it("only the machine's own names are answered, with or without a port", async () => {
    const hosts = ["127.0.0.1:18090", "localhost", "[::1]:18090", "leads.example.com", "127.0.0.1.example.com"].map((host) => ({ host }));
    for (const url of ["/v1/decisions", "/"]) expect(await statuses("this-machine", url, hosts)).toEqual([200, 200, 200, 403, 403]);
    expect(await statuses("this-machine", "/health", [{ host: "leads.example.com" }])).toEqual([200]);
  });
});

describe("on any other address", () => {
  const keys = new ApiKeys([[hashOf("ls_right"), "default"]]);
  const basic = (key: string) => ({ authorization: `Basic ${Buffer.from(`anybody:${key}`).toString("base64")}` });

  it("report, page and documentation ask for a key, as a browser does too", async () => {
    const tries = [
      {},
      { "x-api-key": "ls_wrong" },
      basic("ls_wrong"),
      { "x-api-key": "ls_right" },
      { authorization: "Bearer ls_right" },
      basic("ls_right"),
    ];
    for (const url of ["/v1/decisions", "/", "/docs/json"])
      expect(await statuses(keys, url, tries)).toEqual([401, 401, 401, 200, 200, 200]);
    const app = await buildServer(reader, telemetry, keys);
    const refused = await app.inject({ method: "GET", url: "/v1/nothing" });
    expect([refused.statusCode, refused.headers["www-authenticate"], refused.json()]).toMatchObject([
      401,
      expect.stringContaining("Basic"),
      { code: "UNAUTHORISED" },
    ]);
    await app.close();
  });

  it("health and metrics do not", async () => {
    expect([...(await statuses(keys, "/health", [{}])), ...(await statuses(keys, "/metrics", [{}]))]).toEqual([200, 200]);
  });

  it.each([
    ["0.0.0.0", false],
    ["::", false],
    ["127.0.0.1", true],
    ["127.8.8.8", true],
    ["::1", true],
    ["LOCALHOST", true],
    ["127.evil.example", false],
  ])("%s is loopback: %s", (host, expected) => expect(isLoopback(host)).toBe(expected));
});

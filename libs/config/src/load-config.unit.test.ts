import { describe, expect, it } from "@jest/globals";
import { z } from "zod";
import { ConfigError, exitOnConfigError, faultLine, loadConfig, variableOf } from "./index.ts";

const schema = z.object({
  brokers: z.array(z.string().min(1)).min(1).describe("comma-separated host:port of the brokers"),
  commitEveryMs: z.number().int().positive().default(200),
  eosEnabled: z.boolean().default(true),
  registryUrl: z.url().optional(),
  ports: z.array(z.number()).readonly().default([]),
  mode: z.enum(["run", "replay"]).default("run"),
  retries: z.coerce.number().max(9).default(3),
});

const faultsOf = (env: Record<string, string>, shape: z.ZodObject = schema): string[] => {
  try {
    loadConfig(shape, { env });
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).faults.map(faultLine);
  }
  throw new Error("the configuration was accepted");
};

describe("loadConfig", () => {
  it("reads each key from its variable, in the key's type", () => {
    const env = {
      LEADSTREAM_BROKERS: "a:1, b:2",
      LEADSTREAM_COMMIT_EVERY_MS: "250",
      LEADSTREAM_EOS_ENABLED: "no",
      LEADSTREAM_PORTS: "1,2",
      LEADSTREAM_RETRIES: "4",
    };
    expect(loadConfig(schema, { env })).toEqual({
      brokers: ["a:1", "b:2"],
      commitEveryMs: 250,
      eosEnabled: false,
      ports: [1, 2],
      mode: "run",
      retries: 4,
    });
  });

  it("reports all faults at once, with what to do and without the values", () => {
    const faults = faultsOf({
      LEADSTREAM_COMMIT_EVERY_MS: "s3cret",
      LEADSTREAM_EOS_ENABLED: "s3cret",
      LEADSTREAM_REGISTRY_URL: "s3cret",
      LEADSTREAM_MODE: "s3cret",
    });
    expect(faults).toHaveLength(5);
    expect(faults[0]).toBe("LEADSTREAM_BROKERS: is not set. Set it to: comma-separated host:port of the brokers");
    expect(faults.map((fault) => fault.split(":")[0])).toEqual([
      "LEADSTREAM_BROKERS",
      "LEADSTREAM_COMMIT_EVERY_MS",
      "LEADSTREAM_EOS_ENABLED",
      "LEADSTREAM_REGISTRY_URL",
      "LEADSTREAM_MODE",
    ]);
    expect(faults.join("\n")).not.toContain("s3cret");
  });

  it("takes an empty variable as not set", () => {
    expect(faultsOf({ LEADSTREAM_BROKERS: "  " })).toEqual([
      "LEADSTREAM_BROKERS: is not set. Set it to: comma-separated host:port of the brokers",
    ]);
  });

  it("names the variable of a refused combination", () => {
    const combined = z
      .object({ leaseMs: z.number(), renewMs: z.number() })
      .refine((config) => config.renewMs < config.leaseMs, { path: ["renewMs"], message: "must be below LEADSTREAM_LEASE_MS" });
    expect(faultsOf({ LEADSTREAM_LEASE_MS: "5", LEADSTREAM_RENEW_MS: "5" }, combined)).toEqual([
      "LEADSTREAM_RENEW_MS: must be below LEADSTREAM_LEASE_MS. Correct it",
    ]);
  });

  it("names the element of a list", () => {
    expect(faultsOf({ LEADSTREAM_BROKERS: "a:1", LEADSTREAM_PORTS: "1,x" })[0]).toMatch(/^LEADSTREAM_PORTS: at 1: .+\. Correct it$/);
  });

  it.each([
    ["commitEveryMs", "LEADSTREAM_COMMIT_EVERY_MS"],
    ["url", "LEADSTREAM_URL"],
    ["maxHTTPBytes", "LEADSTREAM_MAX_HTTP_BYTES"],
    ["p99Ms", "LEADSTREAM_P99_MS"],
  ])("%s is %s", (key, variable) => {
    expect(variableOf(key)).toBe(variable);
  });
});

describe("exitOnConfigError", () => {
  const exit = (code: number): never => {
    throw new Error(`exit ${code}`);
  };

  it("prints each fault and exits with 78", async () => {
    const printed: string[] = [];
    const run = exitOnConfigError(() => loadConfig(schema, { env: {} }), { print: (text) => printed.push(text), exit });
    await expect(run).rejects.toThrow("exit 78");
    expect(printed).toEqual(["LEADSTREAM_BROKERS: is not set. Set it to: comma-separated host:port of the brokers"]);
  });

  it("lets other errors pass", async () => {
    const run = exitOnConfigError(
      () => {
        throw new TypeError("other");
      },
      { exit },
    );
    await expect(run).rejects.toThrow(TypeError);
  });
});

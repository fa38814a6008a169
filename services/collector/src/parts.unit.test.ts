import { describe, expect, it } from "@jest/globals";
import type { RecordPlace } from "@leadstream/producer";
import { collectorConfig } from "./config.ts";
import { KafkaWatch } from "./kafka-watch.ts";
import { TokenBucket } from "./token-bucket.ts";

describe("token bucket", () => {
  it("lets the burst through, then the rate, and says how long to wait", () => {
    const bucket = new TokenBucket(10, 20, 0);
    expect(bucket.take(20, 0)).toBe(0);
    expect(bucket.take(1, 0)).toBe(100);
    expect(bucket.take(1, 99)).toBe(1);
    expect(bucket.take(1, 100)).toBe(0);
    expect(bucket.take(20, 1_000_000)).toBe(0);
    expect(bucket.take(1, 1_000_000)).toBe(100);
  });
});

describe("configuration", () => {
  const least = { kafkaBrokers: ["localhost:9092"], registryUrl: "http://localhost:1", dataDir: "data" };
  it("has a default for every limit", () => {
    expect(collectorConfig.parse(least)).toMatchObject({ collectorPort: 18_080, batchLimit: 1_000 });
  });
  it.each([
    ["eventsBurst", { eventsBurst: 10 }],
    ["bytesInFlight", { bytesInFlight: 2_048 }],
    ["bufferBytes", { bodyLimitBytes: 5 << 20, bytesInFlight: 5 << 20, bufferBytes: 6 << 20 }],
    ["deliveryTimeoutMs", { deliveryTimeoutMs: 30_000 }],
    ["kafkaRequestTimeoutMs", { kafkaRequestTimeoutMs: 15_000, deliveryTimeoutMs: 15_000 }],
    ["defaultCountry", { defaultCountry: "China" }],
    ["lingerMs", { lingerMs: 6 }],
  ])("refuses a %s that breaks a promise", (field, overrides) => {
    const result = collectorConfig.safeParse({ ...least, ...overrides });
    expect(result.error?.issues.map((issue) => issue.path[0])).toEqual([field]);
  });
});

describe("watch over Kafka", () => {
  it("reports work and progress, and looks for Kafka by itself after a failure until it answers", async () => {
    const seen: string[] = [];
    let looks = 0;
    let answered = (): void => {};
    const healthy = new Promise<void>((resolve) => {
      answered = resolve;
    });
    const watch = new KafkaWatch({
      health: { workStarted: () => seen.push("work"), progress: () => seen.push("progress") },
      probeEveryMs: 7,
      probe: async () => {
        if (++looks < 3) throw new Error("away");
        answered();
      },
      sleep: async (durationMs) => {
        seen.push(`sleep ${durationMs}`);
      },
      signal: new AbortController().signal,
    });
    const results: (RecordPlace | Error)[] = [{ partition: 0, offset: 0 }, new Error("away")];
    const sender = watch.around({
      async send() {
        const result = results.shift() as RecordPlace | Error;
        if (result instanceof Error) throw result;
        return result;
      },
    });
    await sender.send("t", null, "k", Buffer.alloc(0));
    expect(seen).toEqual(["work", "progress"]);
    await expect(sender.send("t", null, "k", Buffer.alloc(0))).rejects.toThrow("away");
    await healthy;
    await new Promise((resolve) => setImmediate(resolve));
    expect(seen.slice(2)).toEqual(["work", "work", "sleep 7", "work", "sleep 7", "progress"]);
  });
});

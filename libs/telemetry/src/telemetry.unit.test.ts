import { EventEmitter } from "node:events";
import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "@jest/globals";
import { type AdminServer, createTelemetry, metricDefinitions, onShutdown, serveAdmin, systemClock } from "./index.ts";
import { metricsDocument, metricsDocumentPath } from "./metrics-document.ts";

const silent = { write: () => {} };
const telemetryFor = (options: { progressLimitMs?: number } = {}) =>
  createTelemetry({ service: "scoring", destination: silent, processMetrics: false, ...options });

describe("metrics", () => {
  it("count under their name, labels and service", async () => {
    const { metrics } = telemetryFor();
    metrics.recordsConsumed.add({ stage: "scoring", partition: 1 }, 3);
    const series = metrics.recordsConsumed.series({ stage: "scoring", partition: 1 });
    series.add();
    expect(metrics.recordsConsumed.series({ stage: "scoring", partition: 1 })).toBe(series);
    metrics.inputLag.set({ stage: "scoring", partition: 1 }, 7);
    metrics.commitLatency.observe({ stage: "scoring" }, 0.02);
    let inFlight = 0;
    metrics.httpInFlight.follow(() => inFlight);
    inFlight = 2;
    const text = await metrics.text();
    expect(text).toContain('leadstream_records_consumed_total{stage="scoring",partition="1",service="scoring"} 4');
    expect(text).toContain('leadstream_input_lag_records{stage="scoring",partition="1",service="scoring"} 7');
    expect(text).toContain('leadstream_commit_latency_seconds_bucket{le="0.025",service="scoring",stage="scoring"} 1');
    expect(text).toContain('leadstream_http_requests_in_flight{service="scoring"} 2');
    series.add(2);
    expect(await metrics.text()).toContain('partition="1",service="scoring"} 6');
    metrics.inputLag.remove({ stage: "scoring", partition: 1 });
    expect(await metrics.text()).not.toContain("leadstream_input_lag_records{");
  });

  it("have unique names of one shape, help and advice", () => {
    const definitions = Object.values(metricDefinitions);
    expect(new Set(definitions.map((definition) => definition.name)).size).toBe(definitions.length);
    for (const definition of definitions) {
      expect(definition.name).toMatch(/^leadstream_[a-z_]+$/);
      expect(definition.name.endsWith("_total")).toBe(definition.type === "counter");
      expect(definition.help).toMatch(/\.$/);
      expect(definition.advice).toMatch(/\.$/);
      expect("buckets" in definition).toBe(definition.type === "histogram");
    }
  });

  it("are described by docs/metrics.md as they are", () => {
    expect(readFileSync(metricsDocumentPath, "utf8")).toBe(metricsDocument());
  });
});

describe("log", () => {
  it("is one JSON object per line with service, level name and time", () => {
    const lines: string[] = [];
    const { log } = createTelemetry({ service: "sink", destination: { write: (line) => lines.push(line) }, processMetrics: false });
    log.info({ partition: 2 }, "assigned");
    const line = JSON.parse(lines[0]!) as Record<string, unknown>;
    expect(line).toMatchObject({ level: "info", service: "sink", partition: 2, msg: "assigned" });
    expect(line.time).toMatch(/^\d{4}-\d\d-\d\dT/);
  });
});

describe("the admin server", () => {
  let admin: AdminServer | undefined;
  afterEach(async () => {
    await admin?.close();
    admin = undefined;
  });
  const get = async (path: string): Promise<{ status: number; body: string }> => {
    const response = await fetch(`http://127.0.0.1:${admin!.port}${path}`);
    return { status: response.status, body: await response.text() };
  };

  it("serves health, metrics and extra routes", async () => {
    const telemetry = telemetryFor();
    admin = await serveAdmin({ port: 0, host: "127.0.0.1", telemetry, extra: { "/state": () => ({ partitions: [1] }) } });
    expect(await get("/health")).toEqual({ status: 200, body: '{"service":"scoring","healthy":true,"reasons":[]}' });
    telemetry.health.fail("scoring-0", "FENCED");
    expect((await get("/health")).status).toBe(503);
    expect((await get("/health?full")).body).toContain("scoring-0 failed: FENCED");
    expect((await get("/metrics")).body).toContain('leadstream_unhealthy_units{service="scoring"} 1');
    expect(await get("/state")).toEqual({ status: 200, body: '{"partitions":[1]}' });
    expect((await get("/toString")).status).toBe(404);
  });

  it("answers 500 without the message of a failing route", async () => {
    const fail = () => Promise.reject(new Error("s3cret"));
    admin = await serveAdmin({ port: 0, host: "127.0.0.1", telemetry: telemetryFor(), extra: { "/state": fail } });
    const { status, body } = await get("/state");
    expect(status).toBe(500);
    expect(body).not.toContain("s3cret");
  });

  it("says that its port is taken", async () => {
    const telemetry = telemetryFor();
    admin = await serveAdmin({ port: 0, host: "127.0.0.1", telemetry });
    await expect(serveAdmin({ port: admin.port, host: "127.0.0.1", telemetry })).rejects.toThrow("EADDRINUSE");
  });
});

class FakeProcess extends EventEmitter {
  readonly exits: number[] = [];
  exit(code: number): void {
    this.exits.push(code);
  }
}

describe("onShutdown", () => {
  it("drains once and exits with 0", async () => {
    const host = new FakeProcess();
    const drained: string[] = [];
    const shutdown = onShutdown(async (reason) => void drained.push(reason), { process: host });
    host.emit("SIGTERM");
    expect(shutdown.signal.aborted).toBe(true);
    await shutdown.begin("again");
    expect(drained).toEqual(["SIGTERM"]);
    expect(host.exits).toEqual([0]);
  });

  it("exits with 1 when the drain fails or takes longer than its limit", async () => {
    const failing = new FakeProcess();
    await onShutdown(() => Promise.reject(new Error("broken")), { process: failing }).begin("test");
    expect(failing.exits).toEqual([1]);
    const hanging = new FakeProcess();
    await onShutdown(() => new Promise(() => {}), { process: hanging, timeoutMs: 5 }).begin("test");
    expect(hanging.exits).toEqual([1]);
  });

  it("leaves at once at the second signal", () => {
    const host = new FakeProcess();
    const shutdown = onShutdown(() => new Promise(() => {}), { process: host, timeoutMs: 1_000 });
    host.emit("SIGINT");
    expect(host.exits).toEqual([]);
    host.emit("SIGINT");
    expect(host.exits).toEqual([1]);
    shutdown.dispose();
    expect(host.listenerCount("SIGTERM")).toBe(0);
  });
});

describe("systemClock", () => {
  it("wakes when the signal aborts", async () => {
    const controller = new AbortController();
    const asleep = systemClock.sleep(60_000, controller.signal);
    controller.abort();
    await asleep;
    await systemClock.sleep(60_000, controller.signal);
    await systemClock.sleep(1);
  });
});

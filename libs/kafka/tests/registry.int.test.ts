import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "@jest/globals";
import { sharedTestServers, uniqueName } from "@leadstream/infra-local";
import { AvroReader, AvroWriter, codecs, type TopicDefinition, UnknownSchemaIdError, type WireFormat } from "@leadstream/schemas";
import { temporaryFolder } from "@leadstream/testing";
import avro from "avsc";
import { connectRegistry, type RegistryOptions } from "../src/index.ts";

const folder = temporaryFolder("registry");
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});
afterAll(() => folder.remove());

const url = (): string => sharedTestServers().registry.url;
/** Topics of our own, so that suites and runs do not meet in one subject. */
const topicsOf = (...records: TopicDefinition["records"]): TopicDefinition[] => [
  { name: uniqueName("topic"), group: "other", key: "none", timestamp: "CreateTime", retentionMs: -1, records },
];
const options = (overrides: Partial<RegistryOptions> = {}): RegistryOptions => ({
  url: url(),
  topics: topicsOf("Tick", "Spend"),
  ...overrides,
});

async function registerBy(subject: string, schema: object): Promise<number> {
  const answer = await fetch(`${url()}/subjects/${subject}/versions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ schema: JSON.stringify(schema) }),
  });
  return ((await answer.json()) as { id: number }).id;
}

function tickBytes(wire: WireFormat, writer: string): Buffer {
  const out = new AvroWriter();
  wire.write(out, "Tick", { writer });
  return Buffer.from(out.buffer.subarray(0, out.position));
}

function framed(id: number, body: Buffer): Buffer {
  const header = Buffer.alloc(5);
  header.writeInt32BE(id, 1);
  return Buffer.concat([header, body]);
}

describe("registry", () => {
  it("registers our schemas and gives a wire format that reads what it writes", async () => {
    const registry = await connectRegistry(options());
    expect(registry.answered).toBe(true);
    expect(registry.wire.read(new AvroReader(tickBytes(registry.wire, "one")))).toEqual({ type: "Tick", value: { writer: "one" } });
  });

  it("refuses a schema that could not read what is there", async () => {
    const topics = topicsOf("Tick");
    const earlier = { type: "record", name: "Tick", namespace: "leadstream", fields: [] };
    await registerBy(`${topics[0]!.name}-leadstream.Tick`, earlier);
    await expect(connectRegistry(options({ topics }))).rejects.toMatchObject({ code: "SCHEMA_REFUSED" });
  });

  it("a start with ids on the disk only looks them up, and takes none that the registry does not confirm", async () => {
    const cacheFile = join(folder.path, "confirmed.json");
    const topics = topicsOf("Tick", "Spend");
    const asked: string[] = [];
    const relay = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", async () => {
        asked.push(`${request.method} ${request.url}`);
        const body = chunks.length === 0 ? {} : { body: Buffer.concat(chunks) };
        const headers = { "content-type": request.headers["content-type"] ?? "application/json" };
        const answer = await fetch(url() + request.url, { method: request.method ?? "GET", headers, ...body });
        response.writeHead(answer.status, { "content-type": "application/json" }).end(await answer.text());
      });
    });
    servers.push(relay);
    await new Promise<void>((resolve) => relay.listen(0, "127.0.0.1", resolve));
    const relayed = options({ topics, cacheFile, url: `http://127.0.0.1:${(relay.address() as AddressInfo).port}` });
    const first = await connectRegistry(relayed);
    asked.length = 0;
    const second = await connectRegistry(relayed);
    expect(asked.toSorted()).toEqual(topics[0]!.records.map((name) => `POST /subjects/${topics[0]!.name}-leadstream.${name}`).toSorted());
    expect(tickBytes(second.wire, "x")).toEqual(tickBytes(first.wire, "x"));
    const cache = JSON.parse(readFileSync(cacheFile, "utf8")) as { subjects: Record<string, { id: number }> };
    for (const known of Object.values(cache.subjects)) known.id += 1_000;
    writeFileSync(cacheFile, JSON.stringify(cache));
    const third = await connectRegistry(relayed);
    expect(tickBytes(third.wire, "x")).toEqual(tickBytes(first.wire, "x"));
  });

  it("starts from the disk when the registry is down, but not with a schema that has changed", async () => {
    const cacheFile = join(folder.path, "new/schemas.json");
    const topics = topicsOf("Tick", "Spend");
    const first = await connectRegistry(options({ topics, cacheFile }));
    const down = { topics, cacheFile, url: "http://127.0.0.1:1/apis/ccompat/v7" };
    const second = await connectRegistry(options(down));
    expect(second.answered).toBe(false);
    expect(tickBytes(second.wire, "x")).toEqual(tickBytes(first.wire, "x"));
    const cache = JSON.parse(readFileSync(cacheFile, "utf8")) as { subjects: Record<string, { schema: string }> };
    for (const known of Object.values(cache.subjects)) known.schema = "another";
    writeFileSync(cacheFile, JSON.stringify(cache));
    await expect(connectRegistry(options(down))).rejects.toMatchObject({
      code: "REGISTRY_UNAVAILABLE",
      message: expect.stringContaining("LEADSTREAM_REGISTRY_URL"),
    });
    await expect(connectRegistry(options({ ...down, cacheFile: undefined }))).rejects.toMatchObject({ code: "REGISTRY_UNAVAILABLE" });
  });

  it.each(["PUT", "GET", "POST"])("does not wait for ever for a registry that never answers a %s", async (method) => {
    const server = createServer((request, response) => {
      // The questions before it are answered.
      if (request.method !== method) response.end(JSON.stringify({ compatibility: "BACKWARD", compatibilityLevel: "BACKWARD" }));
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const silent = connectRegistry(options({ url: `http://127.0.0.1:${port}`, timeoutMs: 200 }));
    await expect(silent).rejects.toMatchObject({ code: "REGISTRY_UNAVAILABLE" });
    server.closeAllConnections();
  });

  it("reads records of a writer with another version, now and after a restart without the registry", async () => {
    const cacheFile = join(folder.path, "writers.json");
    const topics = topicsOf("Tick");
    const registry = await connectRegistry(options({ topics, cacheFile }));
    const ours = JSON.parse(codecs.Tick.schema) as { fields: object[] };
    const newer = { ...ours, fields: [{ name: "added", type: "long", default: 0 }, ...ours.fields] };
    const id = await registerBy(`${topics[0]!.name}-leadstream.Tick`, newer);
    const bytes = framed(id, avro.Type.forSchema(newer as avro.Schema).toBuffer({ added: 7, writer: "newer" }));
    expect(() => registry.wire.read(new AvroReader(bytes))).toThrow(UnknownSchemaIdError);
    await registry.resolveUnknown(id);
    expect(registry.wire.read(new AvroReader(bytes))).toEqual({ type: "Tick", value: { writer: "newer" } });
    expect(() => registry.wire.read(new AvroReader(bytes.subarray(0, -1)))).toThrow(expect.objectContaining({ code: "AVRO_DECODE" }));
    const restarted = await connectRegistry(options({ topics, cacheFile, url: "http://127.0.0.1:1" }));
    expect(restarted.wire.read(new AvroReader(bytes))).toEqual({ type: "Tick", value: { writer: "newer" } });
  });

  it("tells an unknown id from a silent registry and from a foreign schema", async () => {
    const cacheFile = join(folder.path, "three.json");
    const topics = topicsOf("Tick");
    const registry = await connectRegistry(options({ topics, cacheFile }));
    await expect(registry.resolveUnknown(2_000_000_000)).rejects.toMatchObject({ code: "UNKNOWN_SCHEMA_ID" });
    const foreign = await registerBy(uniqueName("foreign"), { type: "record", name: "Other", namespace: "elsewhere", fields: [] });
    await expect(registry.resolveUnknown(foreign)).rejects.toMatchObject({ code: "SCHEMA_REFUSED" });
    const down = await connectRegistry(options({ topics, cacheFile, url: "http://127.0.0.1:1" }));
    await expect(down.resolveUnknown(2_000_000_000)).rejects.toMatchObject({ name: "RetriableStreamError" });
    expect(existsSync(cacheFile)).toBe(true);
  });
});

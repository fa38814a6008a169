import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { sharedTestServers, uniqueName } from "@leadstream/infra-local";
import { eventually, type TemporaryFolder, temporaryFolder } from "@leadstream/testing";
import { TopicReader } from "./lead-events.ts";

const MAIN = join(import.meta.dirname, "../src/main.ts");
const CLIENTS = 4;
const BATCH = 50;

interface Running {
  readonly process: ChildProcess;
  readonly url: string;
  readonly ended: Promise<unknown[]>;
}

let folder: TemporaryFolder;
let reader: TopicReader;
const started: Running[] = [];

beforeAll(async () => {
  reader = await TopicReader.open(sharedTestServers());
});
afterAll(() => reader?.close());
beforeEach(() => {
  folder = temporaryFolder("collector-process");
});
afterEach(async () => {
  for (const running of started.splice(0)) {
    running.process.kill("SIGKILL");
    await running.ended;
  }
  folder.remove();
});

async function start(): Promise<Running> {
  const servers = sharedTestServers();
  const child = spawn(process.execPath, [MAIN], {
    env: {
      PATH: process.env.PATH,
      LEADSTREAM_KAFKA_BROKERS: servers.kafka.brokers,
      LEADSTREAM_REGISTRY_URL: servers.registry.url,
      LEADSTREAM_DATA_DIR: folder.path,
      LEADSTREAM_COLLECTOR_PORT: "0",
    },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const ended = once(child, "exit");
  let url: string | null = null;
  let lastMessage = "";
  createInterface({ input: child.stdout }).on("line", (line) => {
    const entry = JSON.parse(line) as { msg: string; url?: string };
    lastMessage = entry.msg;
    if (entry.msg === "ready") url = entry.url ?? null;
  });
  let exitCode: unknown = null;
  child.once("exit", (code) => {
    exitCode = code ?? "a signal";
  });
  await eventually(() => url !== null || exitCode !== null, { what: "the collector to be ready", timeoutMs: 30_000 });
  if (url === null) throw new Error(`the collector ended with ${exitCode} before it was ready: ${lastMessage}`);
  const running = { process: child, ended, url };
  started.push(running);
  return running;
}

/** Sends batches until the collector no longer answers. `accepted` is the client's own journal of 202. */
class Client {
  readonly accepted: string[] = [];
  /** Batches that got no answer: what became of them is not known. */
  unanswered: string[][] = [];
  private readonly prefix: string;
  private next = 0;

  constructor(prefix: string) {
    this.prefix = prefix;
  }

  async sendUntilRefused(url: string): Promise<void> {
    for (;;) {
      const ids = new Array(BATCH).fill(0).map(() => `${this.prefix}-${this.next++}`);
      if (!(await this.send(url, ids))) return;
    }
  }

  async send(url: string, ids: string[]): Promise<boolean> {
    const key = readFileSync(join(folder.path, "api-key"), "utf8").trim();
    const events = ids.map((eventId, index) => ({
      eventId,
      leadId: `${this.prefix}-${index % 5}`,
      channel: "web",
      contact: { name: eventId },
    }));
    try {
      const answer = await fetch(`${url}/v1/captures`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-api-key": key },
        body: JSON.stringify({ events }),
      });
      const { items } = (await answer.json()) as { items?: { status: number; eventId: string }[] };
      for (const item of items ?? []) if (item.status === 202) this.accepted.push(item.eventId);
      if (answer.status === 202) return true;
    } catch {
      // Refused, or cut off.
    }
    this.unanswered.push(ids);
    return false;
  }
}

async function stored(prefix: string): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  const mine = await reader.events("lead.events", ({ value }) => "eventId" in value && (value.eventId?.startsWith(prefix) ?? false));
  for (const { record } of mine) {
    const { eventId } = record.value as { eventId: string };
    counts.set(eventId, (counts.get(eventId) ?? 0) + 1);
  }
  return counts;
}

async function underLoad(signal: NodeJS.Signals): Promise<{ prefix: string; clients: Client[]; exit: unknown[] }> {
  const prefix = uniqueName(signal.toLowerCase());
  const running = await start();
  const clients = new Array(CLIENTS).fill(0).map((_, index) => new Client(`${prefix}-${index}`));
  const sending = clients.map((client) => client.sendUntilRefused(running.url));
  await eventually(() => clients.every((client) => client.accepted.length >= 3 * BATCH), {
    what: "every client to be served",
    timeoutMs: 30_000,
  });
  running.process.kill(signal);
  const exit = await running.ended;
  await Promise.all(sending);
  return { prefix, clients, exit };
}

describe("the collector's process ends under load", () => {
  it("SIGTERM: what was accepted is answered, then it leaves with 0 (F28)", async () => {
    const { prefix, clients, exit } = await underLoad("SIGTERM");
    expect(exit).toEqual([0, null]);
    const counts = await stored(prefix);
    const accepted = clients.flatMap((client) => client.accepted);
    expect(accepted.filter((id) => counts.get(id) !== 1)).toEqual([]);
    // Nothing was cut off between the log and the answer: what got no answer is not in the topic.
    expect(counts.size).toBe(accepted.length);
  });

  it("SIGKILL: every 202 is in the topic, and a repetition with the same ids completes the rest (F1)", async () => {
    const { prefix, clients, exit } = await underLoad("SIGKILL");
    expect(exit).toEqual([null, "SIGKILL"]);
    const first = await stored(prefix);
    expect(clients.flatMap((client) => client.accepted).filter((id) => first.get(id) !== 1)).toEqual([]);

    const again = await start();
    for (const client of clients) {
      for (const ids of client.unanswered.splice(0)) expect(await client.send(again.url, ids)).toBe(true);
    }
    const counts = await stored(prefix);
    const accepted = clients.flatMap((client) => client.accepted);
    expect(new Set(accepted).size).toBe(accepted.length);
    expect([...counts.keys()].sort()).toEqual([...accepted].sort());
    // A batch that was cut off may be there twice, by the same ids; never more.
    expect(Math.max(...counts.values())).toBeLessThanOrEqual(2);
  });

  it("a second collector on the same folder refuses to start (F20)", async () => {
    await start();
    await expect(start()).rejects.toThrow(/ended with 1 before it was ready: KEY_STORE_LOCKED/);
  });
});

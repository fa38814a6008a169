import { readYamlDocument } from "@leadstream/config";
import type { LeadState } from "@leadstream/domain-scoring";
import {
  type Capture,
  emptyProfile,
  everyLead,
  type ModelTerms,
  type Profile,
  type RecordName,
  type Records,
  type Touch,
} from "@leadstream/schemas";
import {
  FoldEngine,
  MemoryCursor,
  MemoryIo,
  MemoryOutbox,
  MemoryStateStore,
  partitionOf,
  type StoreHeader,
  type Topology,
  TopologyDriver,
} from "@leadstream/stream";
import { z } from "zod";
import { shadowTopology } from "../src/shadow-topology.ts";
import { scoringTopology } from "../src/topology.ts";

const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
export const START = Date.UTC(2026, 2, 2, 9);
export const PARTITIONS = 2;

const profile: Profile = { ...emptyProfile, hasContact: true };

export const preset = (name: string): string =>
  JSON.stringify(readYamlDocument(new URL(`../../../infra/examples/models/${name}.yaml`, import.meta.url).pathname, z.unknown()));

const topologiesOf = (io: MemoryIo): readonly Topology[] => [
  scoringTopology(io, { deadLetterLimit: { maxRun: 10, maxRatio: 0.5, window: 100 }, tickEveryMs: 1_000 }) as Topology,
  shadowTopology(io) as Topology,
];

/** The real topologies over topics in memory. */
export class Scoring {
  private readonly io = new MemoryIo(PARTITIONS);
  private readonly driver = new TopologyDriver(this.io, topologiesOf(this.io), START);
  private serial = 0;

  publish(version: number, document: string, terms: Partial<ModelTerms> = {}, name = "model"): void {
    for (let partition = 0; partition < PARTITIONS; partition++) {
      this.driver.feed((broker, now) =>
        broker.append(
          "lead.events",
          "ModelPublished",
          null,
          { name, version, fingerprint: "", document, ...everyLead, ...terms },
          now,
          partition,
        ),
      );
    }
  }

  publishPolicy(version: number, document: string): void {
    this.driver.feed((broker, now) =>
      broker.append("lead.events", "PolicyPublished", null, { name: "p", version, fingerprint: "", document }, now, 1),
    );
  }

  publishJourney(version: number, touches: readonly string[], name = "j"): void {
    const value = { name, version, fingerprint: "", document: "{}", touches: [...touches] };
    for (let partition = 0; partition < PARTITIONS; partition++)
      this.driver.feed((broker, now) => broker.append("lead.events", "JourneyPublished", null, value, now, partition));
  }

  private common(leadId: string, imported = false): Pick<Touch, "eventId" | "leadId" | "occurredAt" | "producer" | "imported"> {
    return { eventId: `event-${this.serial++}`, leadId, occurredAt: this.driver.nowMs, producer: "test", imported };
  }

  capture(leadId: string, said: Partial<Profile> = {}, imported = false): void {
    const value: Capture = {
      ...this.common(leadId, imported),
      channel: "website",
      campaign: null,
      keyword: null,
      capturePoint: null,
      contentOfInterest: null,
      account: null,
      profile: { ...profile, ...said },
      matchKeys: [],
      personal: null,
    };
    this.driver.feed((broker, now) => broker.append("lead.events", "Capture", leadId, value, now));
  }

  touch(leadId: string, kind: string, partition?: number, imported = false): void {
    const value: Touch = {
      ...this.common(leadId, imported),
      kind,
      channel: null,
      campaign: null,
      content: null,
      dwellMs: null,
      properties: {},
      profile: null,
    };
    this.driver.feed((broker, now) => broker.append("lead.events", "Touch", leadId, value, now, partition));
  }

  wait(durationMs: number): void {
    this.driver.advance(durationMs);
  }

  records<N extends RecordName>(topic: string, type: N): Records[N][] {
    return this.io.broker.read(topic).flatMap((record) => (record.type === type ? [record.value as Records[N]] : []));
  }

  get told(): string[] {
    return this.records("lead.signals", "Signal").flatMap(({ kind, direction, band }) => {
      if (kind === "tick") return [];
      return [kind === "crossed" ? `${direction} to ${band}` : kind];
    });
  }

  state(leadId: string): LeadState | null {
    return this.driver.engine("scoring", partitionOf(leadId, PARTITIONS)).stateOf(leadId) as LeadState | null;
  }

  /** Events of a lead's partition by what the scorer made of them. */
  outcomes(leadId: string): Record<string, number> {
    return Object.fromEntries(this.driver.engine("scoring", partitionOf(leadId, PARTITIONS)).counts.outcomes);
  }

  /** All outputs so far, as text. */
  outputs(): string[] {
    return outputsOf(this.io);
  }

  /** The outputs of the same inbox, folded by fresh engines. */
  replayed(): string[] {
    const fresh = new Scoring();
    for (let partition = 0; partition < PARTITIONS; partition++)
      for (const record of this.io.broker.topic("lead.events")[partition]!) fresh.io.broker.appendBytes("lead.events", partition, record);
    fresh.driver.feed(() => undefined);
    return fresh.outputs();
  }

  /** The same again with the store written after every `step` records and memory lost after every second write; in the order of `outputs`. */
  async resumed(step: number): Promise<string[]> {
    const fresh = new MemoryIo(PARTITIONS);
    for (const one of topologiesOf(fresh)) {
      for (let partition = 0; partition < PARTITIONS; partition++) {
        const outbox = new MemoryOutbox();
        await foldWithLosses(one, partition, new MemoryCursor(this.io.broker.topic("lead.events")[partition]!, 0), outbox, step);
        for (const { topic, partition: target, record } of outbox.take()) fresh.broker.appendBytes(topic, target, record);
      }
    }
    return outputsOf(fresh);
  }
}

const outputsOf = (io: MemoryIo): string[] =>
  ["lead.scores", "lead.signals", "lead.shadow-scores"].flatMap((topic) => io.broker.read(topic).map((record) => JSON.stringify(record)));

async function foldWithLosses(one: Topology, partition: number, cursor: MemoryCursor, outbox: MemoryOutbox, step: number): Promise<void> {
  const store = new MemoryStateStore();
  await store.open();
  const engineFrom = (header: StoreHeader | null) => new FoldEngine(one, { partition, incarnation: "memory" }, store, header, outbox, 4);
  let engine = engineFrom(null);
  while (cursor.next()) {
    engine.accept(cursor);
    if (cursor.offset % step !== 0) continue;
    const write = engine.takeWrite();
    await store.write(write);
    engine.written();
    if (cursor.offset % (step * 2) === 0) engine = engineFrom(write.header);
  }
}

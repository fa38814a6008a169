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
import { MemoryIo, partitionOf, TopologyDriver } from "@leadstream/stream";
import { z } from "zod";
import { scoringTopology } from "../src/topology.ts";

const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
export const START = Date.UTC(2026, 2, 2, 9);
export const PARTITIONS = 2;

const profile: Profile = { ...emptyProfile, hasContact: true };

export const preset = (name: string): string =>
  JSON.stringify(readYamlDocument(new URL(`../../../infra/examples/models/${name}.yaml`, import.meta.url).pathname, z.unknown()));

/** The real topology over topics in memory. */
export class Scoring {
  private readonly io = new MemoryIo(PARTITIONS);
  private readonly driver = new TopologyDriver(
    this.io,
    [scoringTopology(this.io, { deadLetterLimit: { maxRun: 10, maxRatio: 0.5, window: 100 }, tickEveryMs: 1_000 })],
    START,
  );
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

  publishJourney(version: number, touches: readonly string[]): void {
    const value = { name: "j", version, fingerprint: "", document: "{}", touches: [...touches] };
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

  /** All outputs so far, as text. */
  outputs(): string[] {
    return ["lead.scores", "lead.signals"].flatMap((topic) => this.io.broker.read(topic).map((record) => JSON.stringify(record)));
  }

  /** The outputs of the same inbox, folded by fresh engines. */
  replayed(): string[] {
    const fresh = new Scoring();
    for (let partition = 0; partition < PARTITIONS; partition++)
      for (const record of this.io.broker.topic("lead.events")[partition]!) fresh.io.broker.appendBytes("lead.events", partition, record);
    fresh.driver.feed(() => undefined);
    return fresh.outputs();
  }
}

import { beforeEach, describe, expect, it } from "@jest/globals";
import { parseYamlDocument, readYamlDocument } from "@leadstream/config";
import { explain, type LeadState, writeState } from "@leadstream/domain-scoring";
import {
  AvroReader,
  AvroWriter,
  type Capture,
  emptyProfile,
  type Profile,
  type RecordName,
  type Records,
  type Touch,
} from "@leadstream/schemas";
import { MemoryIo, partitionOf, TopologyDriver } from "@leadstream/stream";
import { z } from "zod";
import { leadScoring, type ScoringShared } from "./stages/lead-scoring.ts";
import { scoringTopology } from "./topology.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const START = Date.UTC(2026, 2, 2, 9);
const PARTITIONS = 2;

const profile: Profile = { ...emptyProfile, hasContact: true };

const preset = (name: string): string =>
  JSON.stringify(readYamlDocument(new URL(`../../../infra/examples/models/${name}.yaml`, import.meta.url).pathname, z.unknown()));

/** The real topology over topics in memory. */
class Scoring {
  private readonly io = new MemoryIo(PARTITIONS);
  private readonly driver = new TopologyDriver(
    this.io,
    [scoringTopology(this.io, { deadLetterLimit: { maxRun: 10, maxRatio: 0.5, window: 100 }, tickEveryMs: 1_000 })],
    START,
  );
  private serial = 0;

  publish(version: number, document: string): void {
    for (let partition = 0; partition < PARTITIONS; partition++) {
      this.driver.feed((broker, now) =>
        broker.append("lead.events", "ModelPublished", null, { name: "model", version, fingerprint: "", document }, now, partition),
      );
    }
  }

  publishPolicy(version: number, document: string): void {
    this.driver.feed((broker, now) =>
      broker.append("lead.events", "PolicyPublished", null, { name: "p", version, fingerprint: "", document }, now, 1),
    );
  }

  private common(leadId: string): Pick<Touch, "eventId" | "leadId" | "occurredAt" | "producer" | "imported"> {
    return { eventId: `event-${this.serial++}`, leadId, occurredAt: this.driver.nowMs, producer: "test", imported: false };
  }

  capture(leadId: string, said: Partial<Profile> = {}): void {
    const value: Capture = {
      ...this.common(leadId),
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

  touch(leadId: string, kind: string, partition?: number): void {
    const value: Touch = {
      ...this.common(leadId),
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
}

describe("the scoring topology", () => {
  let scoring: Scoring;
  beforeEach(() => {
    scoring = new Scoring();
  });

  it("scores under the published model, tells crossings, fades by timer, and explains every point", () => {
    scoring.publish(1, preset("default"));
    scoring.capture("lead-1", { titleClass: "founder", industry: "manufacturing", need: "stated" });
    for (const kind of ["demo-request", "pricing-view", "webinar"]) scoring.touch("lead-1", kind);
    expect(scoring.told).toEqual(["captured", "up to mql", "active", "up to sql"]);
    scoring.wait(6 * DAY_MS);
    scoring.wait(2 * DAY_MS);
    scoring.wait(30 * DAY_MS);
    const scores = scoring.records("lead.scores", "Score");
    expect(scoring.told.slice(4)).toEqual(["inactive", "down to mql", "down to pool"]);
    expect(scores.map((one) => one.source.seq)).toEqual(scores.map((_, index) => index));
    expect(explain(scores)).toMatchObject({ complete: true, score: scoring.state("lead-1")?.score });
  });

  it("forwards ticks and policies to the partition's signals, without a key", () => {
    scoring.publishPolicy(3, "{}");
    scoring.wait(1_000);
    const signals = scoring.records("lead.signals", "Signal");
    expect(signals).toMatchObject([
      { kind: "tick", time: START + 1_000, leadId: "" },
      { kind: "policy", document: "{}", policyVersion: 3, leadId: "" },
      { kind: "tick", time: START + 1_000, leadId: "" },
    ]);
  });

  it("without a model nothing scores, but everything is folded; a model then takes over, and an older one is ignored", () => {
    scoring.touch("lead-1", "demo-request");
    scoring.publish(2, preset("starter"));
    scoring.publish(1, preset("seed-003"));
    scoring.touch("lead-1", "demo-request");
    const view = scoring.records("lead.scores", "Score").map((one) => [one.model, one.modelVersion, one.score]);
    expect(view).toEqual([
      ["", 0, 0],
      ["model", 2, 40_000],
    ]);
  });

  it("a model that is not accepted, and an event in the wrong partition, become dead letters", () => {
    scoring.publish(1, "{}");
    scoring.touch("lead-1", "demo-request", 1 - partitionOf("lead-1", PARTITIONS));
    expect(
      scoring
        .records("lead.dead-letters", "DeadLetter")
        .map((one) => one.code)
        .sort(),
    ).toEqual(["INVALID_MODEL", "INVALID_MODEL", "WRONG_PARTITION"]);
  });
});

describe("what a partition holds once", () => {
  it("is written and read back as the same model", () => {
    const document = JSON.stringify(parseYamlDocument("{name: m, version: 9, bands: [{name: pool, from: 0}]}", z.unknown(), "test"));
    const published = { name: "m", version: 4, document };
    const writer = new AvroWriter();
    leadScoring.shared.write(writer, { published, scorer: leadScoring.shared.initial().scorer } satisfies ScoringShared);
    const reader = new AvroReader(writer.slice());
    const read = leadScoring.shared.read(reader);
    reader.finish();
    expect([read.published, read.scorer.model.name, read.scorer.model.version]).toEqual([published, "m", 4]);
  });

  it("a state of another layout is refused by name", () => {
    const writer = new AvroWriter();
    writer.byte(99);
    expect(() => leadScoring.state.read(new AvroReader(writer.slice()))).toThrow(expect.objectContaining({ code: "STATE_LAYOUT" }));
    expect(leadScoring.state.write).toBe(writeState);
  });
});

import { beforeEach, describe, expect, it } from "@jest/globals";
import { parseYamlDocument } from "@leadstream/config";
import { explain, writeState } from "@leadstream/domain-scoring";
import { AvroReader, AvroWriter } from "@leadstream/schemas";
import { partitionOf } from "@leadstream/stream";
import { z } from "zod";
import { DAY_MS, PARTITIONS, preset, Scoring, START } from "../tests/scoring-trial.ts";
import { leadScoring } from "./stages/lead-scoring.ts";
import type { ModelsInForce } from "./stages/models-in-force.ts";

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

  it("counts events by verdict: a kind without a rule is unknown, and timers are no events", () => {
    scoring.publish(1, preset("default"));
    scoring.capture("lead-1");
    for (const kind of ["demo-request", "telepathy", "séance"]) scoring.touch("lead-1", kind);
    scoring.wait(100 * DAY_MS);
    expect(scoring.records("lead.scores", "Score").length).toBeGreaterThan(4);
    expect(scoring.outcomes("lead-1")).toEqual({ counted: 2, unknown: 2 });
    expect(scoring.state("lead-1")?.score).toBe(0);
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

  it("tells of a touch once an hour, and of each that the journey in force looks at; an older journey changes nothing", () => {
    const toldTouches = (): (string | null)[] =>
      scoring.records("lead.signals", "Signal").flatMap(({ kind, touch }) => (kind === "active" ? [touch] : []));
    scoring.publish(1, preset("default"));
    const visit = (): void => {
      for (const kind of ["page-view", "email-open", "webinar"]) scoring.touch("lead-1", kind);
    };
    visit();
    expect(toldTouches()).toEqual(["page-view"]);
    scoring.publishJourney(2, ["email-open"]);
    scoring.publishJourney(1, ["webinar"]);
    visit();
    expect(toldTouches()).toEqual(["page-view", "email-open"]);
    scoring.publishJourney(1, ["webinar"], "beside");
    visit();
    expect(toldTouches().slice(2)).toEqual(["email-open", "webinar"]);
    scoring.publishJourney(3, []);
    visit();
    expect(toldTouches().slice(4)).toEqual(["webinar"]);
    const journeys = scoring.records("lead.signals", "Signal").filter(({ kind }) => kind === "journey");
    expect(journeys.map(({ policyVersion }) => policyVersion).sort()).toEqual([1, 1, 1, 1, 2, 2, 3, 3]);
    expect(journeys.every(({ leadId }) => leadId === "")).toBe(true);
  });

  it("tells of each touch that gives or withdraws consent, also of the past", () => {
    scoring.publish(1, preset("default"));
    scoring.touch("lead-1", "unsubscribe", undefined, true);
    scoring.touch("lead-1", "page-view", undefined, true);
    scoring.touch("lead-1", "subscribe");
    scoring.touch("lead-1", "unsubscribe");
    const told = scoring.records("lead.signals", "Signal").filter(({ kind }) => kind === "active");
    expect(told.map(({ touch, imported }) => [touch, imported])).toEqual([
      ["unsubscribe", true],
      ["subscribe", false],
      ["unsubscribe", false],
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
    const published = { name: "m", version: 4, document, percent: 100, where: null };
    const writer = new AvroWriter();
    const { scorer } = leadScoring.shared.initial();
    const trial = { ...published, version: 5, percent: 50, where: '{"region":"emea"}' };
    const journeys = new Map([
      ["nurture", { version: 2, touches: ["email-open", "webinar"] }],
      ["spring", { version: 3, touches: ["webinar"] }],
    ]);
    const awaited = { journeys, touches: new Set(["email-open", "webinar"]) };
    leadScoring.shared.write(writer, {
      published,
      scorer,
      challenger: { published: trial, scorer, pilot: () => true },
      rescorePerSecond: 7,
      awaited,
    } satisfies ModelsInForce);
    const reader = new AvroReader(writer.slice());
    const read = leadScoring.shared.read(reader);
    reader.finish();
    expect(read.awaited).toEqual(awaited);
    expect([read.published, read.scorer.model.name, read.scorer.model.version]).toEqual([published, "m", 4]);
    expect([read.challenger?.published, read.challenger?.scorer.model.version, read.rescorePerSecond]).toEqual([trial, 5, 7]);
  });

  it("a state of another layout is refused by name", () => {
    const writer = new AvroWriter();
    writer.byte(99);
    expect(() => leadScoring.state.read(new AvroReader(writer.slice()), "lead")).toThrow(expect.objectContaining({ code: "STATE_LAYOUT" }));
    expect(leadScoring.state.write).toBe(writeState);
  });
});

import { describe, expect, it } from "@jest/globals";
import { type CompiledModel, explainAt, type LeadState, type RecordedStep, Scorer, type ScorerOfVersion } from "../src/index.ts";
import { DAY_MS } from "../src/units.ts";
import { compiled, modelWith, presetDocument } from "./documents.ts";
import { command, Journey, START, touch } from "./events.ts";
import { copy, runHistory, type Tally } from "./histories.ts";
import { Random } from "./random.ts";
import { harshModel, nextHarshModel } from "./test-models.ts";

const HISTORIES = 600;
const INSTANTS = 6;
const SEED = 20_260_401;
const LIVE = 2;
const harsh = compiled(harshModel);
const nextHarsh = compiled(nextHarshModel);
const standard = compiled(presetDocument("default"));

interface Told extends RecordedStep {
  readonly after: LeadState;
}

interface Past {
  readonly steps: readonly Told[];
  readonly scorerOf: ScorerOfVersion;
}

function pastOf(index: number): Past {
  const model = index % 3 === 0 ? standard : harsh;
  const successor: CompiledModel = { ...(model === harsh ? nextHarsh : harsh), version: model.version + 1 };
  const steps: Told[] = [];
  const violation = runHistory(
    new Random(SEED + index),
    {
      model: model.model,
      scorer: new Scorer(model),
      successor: new Scorer(successor),
      changesModel: index % 4 === 0,
      recorded: (score, event, after) => steps.push({ score, event, after }),
    },
    new Map(),
  );
  expect(violation).toBeNull();
  return { steps, scorerOf: (version) => new Scorer(version === model.version ? model : successor) };
}

/** What a fold that was stopped at `at` says when it is asked then: a command has no points, so its record holds what time alone did. */
function scoreOfStoppedFold({ steps, scorerOf }: Past, at: number): number {
  const last = steps.filter(({ score }) => score.time <= at).at(-1);
  if (last === undefined) return 0;
  if ((last.after.flags & LIVE) === 0) return last.score.score;
  const scorer = scorerOf(last.score.modelVersion)!;
  return scorer.decide(copy(last.after), command("release", at), at).output!.score;
}

/** Not below what the band keeps, and below the band above. */
function inBand({ bandNames, bandFrom, bandKeep }: CompiledModel, band: string | null, score: number): boolean {
  const place = bandNames.indexOf(band ?? "");
  return place >= 0 && (place === 0 || score >= bandKeep[place]!) && score < (bandFrom[place + 1] ?? Number.POSITIVE_INFINITY);
}

describe("the explanation of an instant", () => {
  it(`sums to the score of a fold stopped there, at ${INSTANTS} random instants of each of ${HISTORIES} histories`, () => {
    const tally: Tally = new Map();
    const count = (name: string): void => void tally.set(name, (tally.get(name) ?? 0) + 1);
    for (let index = 0; index < HISTORIES; index++) {
      const past = pastOf(index);
      const random = new Random(index);
      const from = past.steps[0]!.score.time - DAY_MS;
      const until = past.steps.at(-1)!.score.time + 120 * DAY_MS;
      for (let drawn = 0; drawn < INSTANTS; drawn++) {
        const at = from + random.below(until - from);
        const { rows, score, band, exact, complete } = explainAt(past.steps, at, past.scorerOf);
        const found = { score, sum: rows.reduce((sum, row) => sum + row.points, 0), exact, complete };
        const expected = scoreOfStoppedFold(past, at);
        expect([index, at, found]).toEqual([index, at, { score: expected, sum: expected, exact: true, complete: true }]);
        const told = past.steps.filter((step) => step.score.time <= at).at(-1)?.score;
        if (told !== undefined && band !== told.band) count("band left since the last record");
        if (told !== undefined)
          expect([index, at, inBand(past.scorerOf(told.modelVersion)!.model, band, score)]).toEqual([index, at, true]);
        for (const row of rows) if (row.cause === "time") count(row.kind);
        if (rows.every(({ cause }) => cause !== "time")) count("nothing faded");
      }
    }
    console.info(`explanations: ${JSON.stringify(Object.fromEntries(tally))}`);
    for (const kind of ["decay", "expire", "penalty", "clamp", "nothing faded", "band left since the last record"])
      expect([kind, (tally.get(kind) ?? 0) > 100]).toEqual([kind, true]);
  });

  const scorer = modelWith({ behaviour: [{ id: "demo", points: 64, touch: "demo", decay: { halfLife: "10d" } }] });
  const lead = new Journey(scorer);
  const asked = touch("demo", START);
  lead.event(asked);
  const steps: RecordedStep[] = [{ score: lead.scores[0]!, event: asked }];

  it("shows what faded as a decay row of that instant, which says that time was the cause", () => {
    const at = START + 20 * DAY_MS;
    expect(explainAt(steps, at, () => scorer)).toMatchObject({
      score: 16_000,
      exact: true,
      band: "pool",
      rows: [
        { rule: "demo", kind: "award", points: 64_000, running: 64_000, time: START },
        { rule: "decay", kind: "decay", points: -48_000, running: 16_000, time: at, cause: "time", eventId: null, model: "test" },
      ],
    });
    expect(explainAt(steps, START, () => scorer)).toMatchObject({ score: 64_000, exact: true, rows: [{ rule: "demo" }] });
    expect(explainAt(steps, START - 1, () => scorer)).toMatchObject({ score: 0, exact: true, rows: [] });
  });

  it("does not guess: without the event or the model, or where the fold says something else, the rows end with the last record", () => {
    const at = START + 20 * DAY_MS;
    const ending = { score: 64_000, exact: false, complete: true, rows: [{ rule: "demo" }] };
    expect(explainAt([{ score: lead.scores[0]!, event: undefined }], at, () => scorer)).toMatchObject(ending);
    expect(explainAt(steps, at, () => null)).toMatchObject(ending);
    expect(explainAt([{ score: lead.scores[0]!, event: touch("other", START) }], at, () => scorer)).toMatchObject(ending);
  });
});

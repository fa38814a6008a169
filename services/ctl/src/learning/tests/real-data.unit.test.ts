import { join } from "node:path";
import { beforeAll, describe, expect, it } from "@jest/globals";
import {
  aucOf,
  ColumnSet,
  type Design,
  designOf,
  fitNaiveBayes,
  foldsAuc,
  LeadHistories,
  type Learned,
  learn,
  logisticFitter,
  planFeatures,
  rollingScores,
  rowsBetween,
  type Sample,
  usualLearning,
  usualPlan,
} from "@leadstream/domain-learning";
import { realData, seededRandom } from "@leadstream/testing";
import { csvEvents } from "../csv-events.ts";
import { replayHistories } from "../replay-job.ts";
import { samplesOf } from "../run-learn.ts";
import { modelFrom } from "../wish.ts";

const data = realData();
const examples = join(import.meta.dirname, "../../../../../infra/examples");
const base = modelFrom(join(examples, "models/default.yaml"));
const LOAD_LIMIT_MS = 240_000;

/** Samples that an import of the file gives, judged seven days after capture or at the outcome. */
async function samplesFrom(mapping: string, file: string): Promise<readonly Sample[]> {
  const histories = new LeadHistories();
  const tally = { rows: 0, rejectedRows: 0 };
  for await (const logged of csvEvents(join(examples, "import", mapping), file, Date.UTC(2026, 0, 1), tally)) histories.add(logged);
  expect(tally.rejectedRows).toBe(0);
  const options = {
    decide: { at: "after-capture", ms: 7 * 86_400_000 },
    outcomes: { lost: ["lost"], judgedByFeedback: false },
    from: 0,
    to: Number.MAX_SAFE_INTEGER,
  } as const;
  const [replays] = replayHistories(histories, [{ document: base.document, options }], true);
  return samplesOf(replays!);
}

const say = (text: string): void => void process.stderr.write(`${text}\n`);

function bank(): void {
  let samples: readonly Sample[];
  let design: Design;
  beforeAll(async () => {
    samples = await samplesFrom("bank.yaml", data.file("bank-additional-full.csv.gz"));
    design = designOf(new ColumnSet(planFeatures(samples, usualPlan)), samples);
  }, LOAD_LIMIT_MS);

  it("gives every client with an outcome, and never the length of the last call", () => {
    expect(samples).toHaveLength(41_188);
    expect(samples.filter(({ won }) => won)).toHaveLength(4_640);
    for (const { profile } of samples) expect(profile.customNames).not.toContain("duration");
  });

  it(
    "five folds: AUC of learned weights at least 0.78, above naive Bayes",
    () => {
      const shuffled = seededRandom(1).shuffle(rowsBetween(0, design.rows));
      const learned = foldsAuc(design, 5, shuffled, logisticFitter(3));
      const bayes = foldsAuc(design, 5, shuffled, fitNaiveBayes);
      say(`bank, 5 folds: learned ${learned.toFixed(4)}, naive Bayes ${bayes.toFixed(4)}`);
      expect(learned).toBeGreaterThanOrEqual(0.78);
      expect(learned).toBeGreaterThan(bayes);
    },
    LOAD_LIMIT_MS,
  );

  it(
    "retrained every 250 and every 1 000 leads: pooled AUC at least 0.76",
    () => {
      for (const every of [250, 1_000]) {
        const auc = aucOf(rollingScores(samples, { plan: usualPlan, first: 1_000, every, ridge: 10, halfLifeLeads: 1_000 }))!;
        say(`bank, retrained every ${every} leads, pooled over ${samples.length - 1_000}: ${auc.toFixed(4)}`);
        expect(auc).toBeGreaterThanOrEqual(0.76);
      }
    },
    LOAD_LIMIT_MS,
  );

  it(
    "first 70 %, last 30 %: reported, and a whole model comes out",
    () => {
      const learned: Learned = learn(samples, { ...usualLearning, base: base.document });
      const { learned: ahead, naiveBayes, handSet } = learned.ahead;
      say(
        `bank, first 70 % → last 30 %: learned ${ahead?.toFixed(4)}, naive Bayes ${naiveBayes?.toFixed(4)}, hand-set ${handSet?.toFixed(4)}`,
      );
      expect(ahead).toBeGreaterThan(0.6);
      expect(ahead).toBeGreaterThan(handSet!);
      expect(learned.rules.length).toBeGreaterThan(50);
      expect(learned.shifting.map(({ name }) => name)).toContain("custom.euribor3m");
    },
    LOAD_LIMIT_MS,
  );
}

if (data.leftOut === null) describe("learning from the bank's campaign", bank);
else {
  it("real data is left out", () => {
    say(data.leftOut!);
    expect(process.env.LEADSTREAM_DATA ?? "").toBe("");
  });
}

import type { CustomerTrait, Learned } from "@leadstream/domain-learning";
import { pointsText } from "@leadstream/domain-scoring";
import { decimal, money, percent, type Table, whole } from "./table.ts";

const RULE_ROWS = 25;

export function comparisonTable({ ahead, recipe, judgedRecipe, drift }: Learned): Table {
  const rows = [
    ["learned weights", decimal(ahead.learned)],
    ["naive Bayes over the same buckets", decimal(ahead.naiveBayes)],
    ["hand-set points", decimal(ahead.handSet)],
  ];
  if (ahead.withFeedback !== null) rows.push(["learned, with sellers' feedback", decimal(ahead.withFeedback)]);
  return {
    title: `AUC on the latest ${whole(ahead.leads)} leads, learned from those before`,
    columns: ["", "AUC"],
    rows,
    note: `Fitted with ${recipeText(judgedRecipe)}; the written model, from all leads, with ${recipeText(recipe)}.${warningOf(ahead)} ${drift.advice}`,
  };
}

const HARDLY_BETTER = 0.55;

/** Said plainly, so that nobody publishes noise. */
function warningOf({ learned, handSet }: Learned["ahead"]): string {
  if (learned === null) return " The later leads have one kind of outcome only: nobody knows how good this model is.";
  if (learned < HARDLY_BETTER)
    return " Do not publish it: on later leads it is hardly better than chance, these attributes do not tell won from lost.";
  return handSet !== null && learned <= handSet ? " The hand-set points rank later leads as well or better: keep them." : "";
}

function recipeText({ ridge, halfLifeShare, mostShift }: Learned["recipe"]): string {
  const age = halfLifeShare === null ? "" : `, leads weighing half after ${percent(halfLifeShare, 0)} of all`;
  return `ridge ${ridge}${age}, ${mostShift === null ? "all attributes" : `attributes of stability index up to ${mostShift}`}`;
}

export function ruleTables({ rules }: Learned): readonly Table[] {
  const columns = ["rule", "points", "leads", "win rate"];
  const cells = (rule: Learned["rules"][number]): string[] => [
    rule.label,
    pointsText(rule.points),
    whole(rule.leads),
    percent(rule.winRate),
  ];
  const sorted = rules.toSorted((a, b) => b.points - a.points);
  return [
    {
      title: "What gives most points",
      columns,
      rows: sorted
        .filter(({ points }) => points > 0)
        .slice(0, RULE_ROWS)
        .map(cells),
    },
    {
      title: "What takes most points",
      columns,
      rows: sorted
        .filter(({ points }) => points < 0)
        .slice(-RULE_ROWS)
        .reverse()
        .map(cells),
    },
  ];
}

export function shiftTable({ shifting }: Learned): Table {
  return {
    title: "What moves with time",
    columns: ["attribute", "stability index", "left out"],
    rows: shifting.map(({ name, index, leftOut }) => [name, decimal(index, 2), leftOut ? "yes" : "no"]),
    note: "Above 0.25 the later leads differ from the earlier ones: weights of such attributes grow old quickly.",
  };
}

export function learnedCalibrationTable({ calibration }: Learned): Table | null {
  if (calibration === null) return null;
  return {
    title: "Probability said before and what came, on the latest leads",
    columns: ["probability", "leads", "said", "came", "95 % interval"],
    rows: calibration.bins.map((bin) => [
      `${percent(bin.from)} to ${percent(bin.to)}`,
      whole(bin.leads),
      percent(bin.expected),
      percent(bin.observed),
      `${percent(bin.low)} to ${percent(bin.high)}`,
    ]),
    note: "As the earlier leads alone would have said it. The written model's probabilities are corrected by what came.",
  };
}

export function customerTables({ idealCustomer: ideal }: Pick<Learned, "idealCustomer">): readonly Table[] {
  const columns = ["attribute", "leads", "won", "win rate", "95 % interval", "lift", "cycle (days)", "mean deal"];
  const cells = (trait: CustomerTrait): string[] => [
    trait.label,
    whole(trait.leads),
    whole(trait.won),
    percent(trait.winRate),
    `${percent(trait.low)} to ${percent(trait.high)}`,
    decimal(trait.lift, 2),
    decimal(trait.medianCycleDays, 1),
    money(trait.meanDeal),
  ];
  const usual = `All ${whole(ideal.leads)} leads: ${percent(ideal.winRate)} won, median cycle ${decimal(ideal.medianCycleDays, 1)} days, mean deal ${money(ideal.meanDeal)}. What goes together need not be a cause.`;
  return [
    { title: "Ideal customer: goes with winning", columns, rows: ideal.winning.map(cells), note: usual },
    { title: "Goes with losing", columns, rows: ideal.losing.map(cells) },
    { title: "Shortest cycles of the won", columns, rows: ideal.quick.map(cells) },
    { title: "Largest deals", columns, rows: ideal.large.map(cells) },
  ];
}

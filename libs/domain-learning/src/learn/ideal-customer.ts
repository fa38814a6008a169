import { wilson } from "../measures/calibration.ts";
import { ColumnSet } from "./columns.ts";
import { type PlanOptions, planFeatures } from "./feature-plan.ts";
import type { Sample } from "./sample.ts";

/** One attribute or behaviour, and what goes with it (S1, G8). It says what came together, not what caused what. */
export interface CustomerTrait {
  readonly label: string;
  readonly leads: number;
  readonly won: number;
  readonly winRate: number;
  /** 95 % interval of the win rate. */
  readonly low: number;
  readonly high: number;
  /** Win rate over that of all leads. */
  readonly lift: number;
  /** Of won leads: median of outcome − capture, days. */
  readonly medianCycleDays: number | null;
  /** Of won leads with an amount: mean in hundredths of the currency. */
  readonly meanDeal: number | null;
}

export interface IdealCustomer {
  readonly leads: number;
  readonly winRate: number;
  readonly medianCycleDays: number | null;
  readonly meanDeal: number | null;
  /** Traits whose interval lies above the usual win rate, the most telling first. */
  readonly winning: readonly CustomerTrait[];
  /** Traits whose interval lies below it. */
  readonly losing: readonly CustomerTrait[];
  /** Traits with the shortest cycle and with the largest deals, among those with enough won leads. */
  readonly quick: readonly CustomerTrait[];
  readonly large: readonly CustomerTrait[];
}

const DAY_MS = 86_400_000;
const LEAST_WON = 10;

export function idealCustomerOf(samples: readonly Sample[], plan: PlanOptions, rows: number): IdealCustomer {
  const set = new ColumnSet(planFeatures(samples, plan));
  const members: Sample[][] = set.columns.map(() => []);
  const active: number[] = [];
  for (const sample of samples) {
    active.length = 0;
    set.encode(sample, active);
    for (const column of active) members[column]!.push(sample);
  }
  const all = traitOf("all", samples, 1);
  const traits = set.columns
    .map(({ label }, column) => traitOf(label, members[column]!, all.winRate))
    .filter((trait) => trait.leads >= plan.leastLeads && trait.leads < samples.length);
  const enough = traits.filter((trait) => trait.won >= LEAST_WON);
  const telling = (trait: CustomerTrait): number => Math.abs(trait.winRate - all.winRate) * Math.sqrt(trait.leads);
  const mostTelling = (found: readonly CustomerTrait[]): readonly CustomerTrait[] =>
    found.toSorted((a, b) => telling(b) - telling(a)).slice(0, rows);
  return {
    leads: samples.length,
    winRate: all.winRate,
    medianCycleDays: all.medianCycleDays,
    meanDeal: all.meanDeal,
    winning: mostTelling(traits.filter((trait) => trait.low > all.winRate)),
    losing: mostTelling(traits.filter((trait) => trait.high < all.winRate)),
    quick: enough
      .filter((trait) => trait.medianCycleDays !== null && trait.medianCycleDays < (all.medianCycleDays ?? 0))
      .toSorted((a, b) => a.medianCycleDays! - b.medianCycleDays! || b.won - a.won)
      .slice(0, rows),
    large: enough
      .filter((trait) => trait.meanDeal !== null && trait.meanDeal > (all.meanDeal ?? 0))
      .toSorted((a, b) => b.meanDeal! - a.meanDeal!)
      .slice(0, rows),
  };
}

function traitOf(label: string, samples: readonly Sample[], usual: number): CustomerTrait {
  const won = samples.filter((sample) => sample.won);
  const cycles = won.map((sample) => sample.outcomeAt - sample.capturedAt).sort((a, b) => a - b);
  const deals = won.flatMap((sample) => (sample.amount === null ? [] : [sample.amount]));
  const winRate = samples.length === 0 ? 0 : won.length / samples.length;
  return {
    label,
    leads: samples.length,
    won: won.length,
    winRate,
    ...wilson(won.length, samples.length),
    lift: usual === 0 ? 0 : winRate / usual,
    medianCycleDays: cycles.length === 0 ? null : cycles[Math.floor((cycles.length - 1) / 2)]! / DAY_MS,
    meanDeal: deals.length === 0 ? null : deals.reduce((sum, deal) => sum + deal, 0) / deals.length,
  };
}

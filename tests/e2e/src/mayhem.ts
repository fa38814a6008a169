import { type SeededRandom, seededRandom } from "@leadstream/testing";
import type { StackUnderTest } from "./stack-under-test.ts";

/** One kill: at any moment, or where the process reaches a named step of its protocol. */
export interface Kill {
  readonly victim: string;
  /** Such as scoring/step-9-committed:2; null: SIGKILL from outside, now. */
  readonly faultPoint: string | null;
  readonly pauseMs: number;
}

/** Steps that every life of a task passes, and steps that it passes with each chunk. */
const startSteps = ["step-1-store-locked", "step-2-producer-initialised", "step-3-offset-fetched", "step-4-checked", "step-5-caught-up"];
const workSteps = ["step-6-folded", "step-7-commit-begun", "step-9-committed", "step-10-store-queued"];
const sinkSteps = [
  "step-1-recovered",
  "step-2-judged",
  "step-3-formed",
  "step-4-announced",
  "step-5-table-inserted",
  "step-5-inserted",
  "step-6-confirmed",
];

/** Kills in a seeded order: every process from outside, and at steps of its protocol. */
export function planKills(seed: number): Kill[] {
  const random = seededRandom(seed);
  const atStep = (victim: string, topology: string, steps: readonly string[], hits: number): Kill => ({
    victim,
    faultPoint: `${topology}/${random.pick(steps)}:${random.integer(1, hits)}`,
    pauseMs: pause(random),
  });
  const outside = (victim: string): Kill => ({ victim, faultPoint: null, pauseMs: pause(random) });
  return random.shuffle([
    ...["scoring", "scoring", "router", "router", "sink", "sink", "collector"].map(outside),
    atStep("scoring", "scoring", startSteps, 4),
    atStep("scoring", "scoring", workSteps, 6),
    atStep("scoring", "scoring", workSteps, 2),
    atStep("router", "cases", startSteps, 4),
    atStep("router", "cases", workSteps, 3),
    atStep("router", "teams", workSteps, 2),
    atStep("sink", "sink", sinkSteps.slice(0, 1), 1),
    atStep("sink", "sink", sinkSteps.slice(1, 4), 3),
    atStep("sink", "sink", sinkSteps.slice(4), 3),
  ]);
}

const pause = (random: SeededRandom): number => random.integer(100, 1_500);

/** Carries the plan out, one kill after another, each after its pause; every process is back when it resolves. */
export async function runKills(stack: StackUnderTest, kills: readonly Kill[]): Promise<void> {
  for (const { victim, faultPoint, pauseMs } of kills) {
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    if (faultPoint === null) await stack.kill(victim);
    else await stack.killAt(victim, faultPoint);
  }
}

import { resolve } from "node:path";
import { ConfigError } from "@leadstream/config";
import { type DecisionRule, LearningError, type OutcomeRules, type PlainDocument } from "@leadstream/domain-learning";
import { checkModel, durationMs } from "@leadstream/domain-scoring";
import { statusKindSymbols, topicNames } from "@leadstream/schemas";
import { readModel } from "../commands/documents.ts";
import { runningStack, type Workplace } from "../workplace.ts";
import type { EventSource } from "./source.ts";

/** Options that both commands share, as the command line gives them. */
export interface SourceWish {
  readonly events?: string;
  readonly csv?: string;
  readonly mapping?: string;
  readonly from?: string;
  readonly to?: string;
  readonly decide: string;
  readonly countAsLost?: string;
  readonly judgedByFeedback?: boolean;
  readonly workers?: number;
}

const invalid = (where: string, reason: string, remedy: string): ConfigError => new ConfigError([{ where, reason, remedy }]);

export function sourceOf(wish: SourceWish, workplace: Workplace): EventSource {
  if (wish.events !== undefined) return { kind: "file", path: resolve(wish.events) };
  if (wish.csv !== undefined) {
    if (wish.mapping === undefined) throw invalid("--csv", "needs a mapping", "Add --mapping, such as infra/examples/import/bank.yaml");
    return { kind: "csv", path: resolve(wish.csv), mappingPath: resolve(wish.mapping), now: Date.now() };
  }
  return { kind: "stack", addresses: runningStack(workplace).addresses, dataDir: workplace.dataDir, topic: topicNames.leadEvents };
}

/** [from, to) in ms since epoch. */
export function rangeOf({ from, to }: SourceWish): { readonly from: number; readonly to: number } {
  const time = (name: string, text: string | undefined, otherwise: number): number => {
    const value = text === undefined ? otherwise : Date.parse(text);
    if (Number.isNaN(value)) throw invalid(name, "is no time", "Give ISO 8601, such as 2026-03-01 or 2026-03-01T12:00:00Z");
    return value;
  };
  const range = { from: time("--from", from, 0), to: time("--to", to, Number.MAX_SAFE_INTEGER) };
  if (range.from >= range.to) throw invalid("--from", "is not before --to", "Swap the two");
  return range;
}

/** `7d` after capture, `crossing:mql`, or `outcome`. Bands are those of the model that is replayed. */
export function decisionOf(text: string, bandNames: readonly string[]): DecisionRule {
  if (text === "outcome") return { at: "outcome" };
  if (text.startsWith("crossing:")) {
    const band = bandNames.indexOf(text.slice("crossing:".length));
    if (band >= 0) return { at: "first-crossing", band };
    throw new LearningError("BAND_UNKNOWN", `--decide ${text} names no band of the model`, `Its bands are ${bandNames.join(", ")}.`);
  }
  const ms = durationMs(text);
  if (ms !== null) return { at: "after-capture", ms };
  throw invalid("--decide", "is neither a time after capture nor a crossing", "Use 7d, 0s, crossing:mql or outcome");
}

export function outcomesOf({ countAsLost, judgedByFeedback }: SourceWish): OutcomeRules {
  const lost = (countAsLost ?? "lost").split(",").map((each) => each.trim());
  const known = statusKindSymbols.filter((symbol) => lost.includes(symbol));
  if (known.length !== lost.length)
    throw invalid("--count-as-lost", "names an unknown status", `Use some of ${statusKindSymbols.join(", ")}`);
  return { lost: known, judgedByFeedback: judgedByFeedback === true };
}

/** A checked model with its plain document. */
export interface ReadModel {
  readonly document: PlainDocument;
  readonly bandNames: readonly string[];
}

/** Throws ConfigError with the line of every fault. */
export function modelFrom(path: string): ReadModel {
  const document = JSON.parse(readModel(path).document) as PlainDocument;
  const checked = checkModel(document);
  if ("faults" in checked) throw invalid(path, "is refused", "Correct the model");
  return { document, bandNames: checked.model.bands.map((band) => band.name) };
}

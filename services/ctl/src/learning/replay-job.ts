import { type LeadHistories, type Replay, type ReplayOptions, replayLead } from "@leadstream/domain-learning";
import { checkModel, compileModel, Scorer } from "@leadstream/domain-scoring";
import { type EventSource, readPart } from "./source.ts";

/** Work for one thread: plain data. */
export interface ReplayJob {
  readonly source: EventSource;
  readonly parts: readonly number[];
  /** Checked documents, as JSON would hold them, with the decision rule of each. */
  readonly models: readonly { readonly document: unknown; readonly options: ReplayOptions }[];
  /** What features are made of is needed too. */
  readonly snapshots: boolean;
}

export interface ReplayResult {
  /** By model. */
  readonly replays: readonly (readonly ReplayedPart[])[];
  readonly events: number;
  readonly passed: number;
  /** Leads of the log, also those without a capture in the range. */
  readonly leads: number;
  /** Time of replaying alone, without reading, over all models. */
  readonly replayMs: number;
}

export type ReplayedPart = Pick<Replay, "lead"> & { readonly snapshot: Replay["snapshot"] | null };

export async function runReplayJob(job: ReplayJob, progress: (part: number, events: number) => void): Promise<ReplayResult> {
  const replays: ReplayedPart[][] = job.models.map(() => []);
  let events = 0;
  let passed = 0;
  let leads = 0;
  let replayMs = 0;
  for (const part of job.parts) {
    const read = await readPart(job.source, part, (count) => progress(part, count));
    passed += read.passed;
    leads += read.histories.count;
    events += read.histories.events;
    progress(part, read.histories.events);
    const beganMs = performance.now();
    replayHistories(read.histories, job.models, job.snapshots).forEach((found, index) => {
      for (const replay of found) replays[index]!.push(replay);
    });
    replayMs += performance.now() - beganMs;
  }
  return { replays, events, passed, leads, replayMs };
}

/** By model; leads without a capture in the range are left out. */
export function replayHistories(histories: LeadHistories, models: ReplayJob["models"], snapshots: boolean): readonly ReplayedPart[][] {
  return models.map(({ document, options }) => {
    const checked = checkModel(document);
    if ("faults" in checked) throw new Error(`a checked model is refused: ${checked.faults[0]?.path} ${checked.faults[0]?.problem}`);
    const scorer = new Scorer(compileModel(checked.model));
    const found: ReplayedPart[] = [];
    for (const history of histories.all()) {
      const replay = replayLead(scorer, history, options);
      if (replay !== null) found.push({ lead: replay.lead, snapshot: snapshots ? replay.snapshot : null });
    }
    return found;
  });
}

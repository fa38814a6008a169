import {
  type LeadEvent,
  type LeadState,
  NEVER,
  readState,
  type Scorer,
  TIMER_KINDS,
  timerOf,
  writeState,
} from "@leadstream/domain-scoring";
import { AvroReader, AvroWriter, topicNames } from "@leadstream/schemas";
import type { Emitted, Fold, FoldContext } from "@leadstream/stream";
import { isLeadEvent, type LeadInput } from "./decode-lead-event.ts";
import { scorerOf, scorerOfEvent } from "./models-in-force.ts";
import { type ModelsWithShadow, modelsWithShadow, publishedBeside, type ShadowModel } from "./shadow-models.ts";
import { isOutdated, leadsOfStep } from "./walk.ts";

export type ShadowOutput = Emitted<"ShadowScore">;

/** A lead under the model in effect, and under the one in the shadow since that was published. */
export interface ShadowedLead {
  live: LeadState;
  shadow: LeadState | null;
  /** Version of the shadow that `shadow` is of; 0: none. */
  since: number;
  /** The last record about this lead said that the two differ. */
  differed: boolean;
}

type Scored = Pick<LeadState, "score" | "band" | "grade">;
const differ = (one: Scored, other: Scored): boolean => one.score !== other.score || one.band !== other.band || one.grade !== other.grade;

function writeLead(writer: AvroWriter, { live, shadow, since, differed }: ShadowedLead): void {
  writeState(writer, live);
  writer.long(since);
  writer.boolean(differed);
  writer.boolean(shadow !== null);
  if (shadow !== null) writeState(writer, shadow);
}

function readLead(reader: AvroReader, key: string, spare?: ShadowedLead): ShadowedLead {
  const live = readState(reader, key, spare?.live);
  const since = reader.long();
  const differed = reader.boolean();
  return { live, since, differed, shadow: reader.boolean() ? readState(reader, key, spare?.shadow ?? undefined) : null };
}

/** A copy that shares nothing. */
function copyOf(state: LeadState): LeadState {
  const writer = new AvroWriter(1 << 10);
  writeState(writer, state);
  return readState(new AvroReader(writer.slice()), state.leadId);
}

/** The lead as the shadow knows it before the next record: from its first record on it goes its own way. */
function before(shadow: ShadowModel, lead: ShadowedLead | null): LeadState | null {
  if (lead === null) return null;
  return lead.since === shadow.published.version ? lead.shadow : copyOf(lead.live);
}

function step(scorer: Scorer, state: LeadState | null, event: LeadEvent, now: number): LeadState {
  return scorer.evolve(state, scorer.decide(state, event, now));
}

/**
 * Folds lead.events a second time, beside the live fold and with a store of its own: under the models in effect, exactly as the live fold does, and under
 * the one in the shadow. Says where the two differ, and once when they no longer do. Nothing else reads or waits for it.
 */
export const shadowScoring: Fold<LeadInput, ShadowedLead, ModelsWithShadow, ShadowOutput> = {
  name: "shadow-scoring",
  keyOf: (input) => (isLeadEvent(input) ? input.value.leadId : null),
  sourceOf: () => null,
  timeOf: (_, logTime) => logTime,
  shared: modelsWithShadow,
  state: { write: writeLead, read: readLead },
  onRecord(context, { models, shadow }, lead, input) {
    if (!isLeadEvent(input)) return lead;
    const other = shadow === null ? null : before(shadow, lead);
    const live = step(scorerOfEvent(models, lead?.live ?? null, input, context.now), lead?.live ?? null, input, context.now);
    if (shadow === null) return { live, shadow: null, since: 0, differed: false };
    const { version } = shadow.published;
    const differed = lead !== null && lead.since === version && lead.differed;
    const after = { live, shadow: step(shadow.scorer, other, input, context.now), since: version, differed };
    const cause = input.type === "Command" && input.value.command === "erase" ? "erase" : input.type.toLowerCase();
    return told(context, { models, shadow }, after, cause, input.value.eventId);
  },
  onShared: (_context, all, input) => (input.type === "ModelPublished" ? publishedBeside(all, input.value, input.model, input.pilot) : all),
  onTimer(context, all, lead, kind, due) {
    const { models, shadow } = all;
    const own = kind % TIMER_KINDS;
    // The timers of both come due at one instant where the models agree: told together, or the first would look like a difference.
    if (timerOf(lead.live, own) === due) lead.live = fired(scorerOf(models, lead.live), lead.live, own, due, context.now);
    if (lead.shadow === null) return lead;
    if (shadow === null || lead.since !== shadow.published.version) return { ...lead, shadow: null, since: 0, differed: false };
    if (timerOf(lead.shadow, own) === due) lead.shadow = fired(shadow.scorer, lead.shadow, own, due, context.now);
    return told(context, all, lead, "timer", null);
  },
  timerKinds: 2 * TIMER_KINDS,
  timerOf({ live, shadow }, kind) {
    if (kind < TIMER_KINDS) return timerOf(live, kind);
    return shadow === null ? NEVER : timerOf(shadow, kind - TIMER_KINDS);
  },
  revisit: {
    wanted: (all) => paceOf(all) > 0,
    keysFor: (all, elapsedMs) => leadsOfStep(paceOf(all), elapsedMs),
    visit(context, all, lead) {
      const { models, shadow } = all;
      const scorer = scorerOf(models, lead.live);
      const outdated = isOutdated(scorer, lead.live);
      if (outdated) lead.live = scorer.evolve(lead.live, scorer.decideModel(lead.live, context.now));
      if (shadow === null || lead.since === shadow.published.version || !isOutdated(shadow.scorer, lead.live))
        return outdated ? lead : null;
      const copy = copyOf(lead.live);
      // Both at the instant of the lead's last record: otherwise the shadow alone would have faded since.
      const begun = shadow.scorer.evolve(copy, shadow.scorer.decideModel(copy, copy.at));
      return told(context, all, { live: lead.live, shadow: begun, since: shadow.published.version, differed: false }, "model", null);
    },
  },
};

function fired(scorer: Scorer, state: LeadState, kind: number, due: number, now: number): LeadState {
  return scorer.evolve(state, scorer.decideTimer(state, kind, due, now));
}

function paceOf({ models, shadow }: ModelsWithShadow): number {
  return Math.max(models.rescorePerSecond, shadow?.rescorePerSecond ?? 0);
}

function told(
  context: FoldContext<ShadowOutput>,
  { models, shadow }: ModelsWithShadow,
  lead: ShadowedLead,
  cause: string,
  eventId: string | null,
): ShadowedLead {
  const { live, shadow: other } = lead;
  if (other === null || shadow === null) return lead;
  const differs = differ(live, other);
  if (!differs && !lead.differed) return lead;
  lead.differed = differs;
  const { model } = scorerOf(models, live);
  context.emit({
    topic: topicNames.leadShadowScores,
    type: "ShadowScore",
    key: live.leadId,
    value: {
      time: context.now,
      leadId: live.leadId,
      eventId,
      cause,
      model: model.name,
      modelVersion: live.modelVersion,
      score: live.score,
      band: live.band,
      grade: live.grade,
      shadowModel: shadow.published.name,
      shadowVersion: shadow.published.version,
      shadowScore: other.score,
      shadowBand: other.band,
      shadowGrade: other.grade,
    },
  });
  return lead;
}

import { checkConditions } from "./check-conditions.ts";
import { compileConditions, profileGetter } from "./condition.ts";
import type { LeadEvent } from "./decision.ts";
import { DocumentReader, type ModelFault } from "./document-reader.ts";
import { hash32, secondHash32 } from "./hash.ts";
import { copyProfile, type LeadProfile, mergeCapture, mergeProfile, UNKNOWN_PROFILE } from "./profile.ts";

/** Which leads a model is tried on (R6): those whose profile fits `where`, and of them a stable share. */
export interface PilotTerms {
  /** 1 to 100. */
  readonly percent: number;
  /** Parsed conditions as in a model's `when`; undefined: every lead fits. */
  readonly where: unknown;
}

/** Whether the pilot takes a lead; answered by the lead's id and profile alone. */
export type Pilot = (leadId: string, profile: LeadProfile) => boolean;

/**
 * The pilot of the model named `name`, or every fault of its terms. The same name takes the same leads at the same share, and a larger share takes
 * those of a smaller one: a pilot can grow, and its model can be published anew, without leads that change sides.
 */
export function checkPilot(name: string, { percent, where }: PilotTerms): { pilot: Pilot } | { faults: readonly ModelFault[] } {
  const reader = new DocumentReader();
  reader.integer(percent, "percent", 1, 100);
  const conditions = checkConditions(reader, where, "where", "profile");
  if (reader.faults.length > 0) return { faults: reader.faults };
  const fits = compileConditions(conditions, profileGetter);
  return { pilot: (leadId, profile) => (percent === 100 || shareOf(name, leadId) < percent) && fits(profile) };
}

/** 0 to 99, the same for a name and lead for ever, and unrelated to the partition and to pilots of other names. */
function shareOf(name: string, leadId: string): number {
  const text = `${name}/${leadId}`;
  return ((hash32(text) ^ secondHash32(text)) >>> 0) % 100;
}

/** The profile that a pilot's conditions look at: with what the event itself says, so that a capture is scored by the model of its own region. */
export function profileWith(known: LeadProfile | undefined, event: LeadEvent, now: number): LeadProfile {
  const before = known ?? UNKNOWN_PROFILE;
  if (event.type === "Command" || (event.type !== "Capture" && event.value.profile === null)) return before;
  const profile = copyProfile(before);
  const at = Math.min(event.value.occurredAt, now);
  if (event.type === "Capture") mergeCapture(profile, event.value, at);
  else mergeProfile(profile, event.value.profile!, at);
  return profile;
}

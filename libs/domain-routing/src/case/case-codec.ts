import {
  type AvroReader,
  type AvroWriter,
  readCaseState,
  readGrade,
  readLeadAttributes,
  readTemperature,
  writeCaseState,
  writeGrade,
  writeLeadAttributes,
  writeTemperature,
} from "@leadstream/schemas";
import { readItems, readLayout, readText, writeText } from "../codec-parts.ts";
import { type Tier, tiers } from "../policy/policy.ts";
import type { Case, CoolDown, FormerLease, Lease, Pending } from "./case.ts";
import { readStanding, writeStanding } from "./journey-codec.ts";

const pendingKinds: readonly Pending["kind"][] = ["assign", "claim", "transfer"];

/** First byte of a stored case; another layout takes another number. */
const layout = 3;

export function writeCase(writer: AvroWriter, state: Case): void {
  writer.byte(layout);
  writer.string(state.leadId);
  writeCaseState(writer, state.status);
  writer.long(state.epoch);
  writer.long(state.requests);
  writer.boolean(state.dormant);
  writer.long(state.score);
  writeText(writer, state.band);
  writeGrade(writer, state.grade);
  writer.boolean(state.temperature !== null);
  if (state.temperature !== null) writeTemperature(writer, state.temperature);
  writer.boolean(state.attributes !== null);
  if (state.attributes !== null) writeLeadAttributes(writer, state.attributes);
  writer.long(state.restScore);
  writeText(writer, state.formerRep);
  writer.long(state.collaborators.length);
  for (const rep of state.collaborators) writer.string(rep);
  writer.long(state.formerLeases.length);
  for (const { epoch, rep, endedBy } of state.formerLeases) {
    writer.long(epoch);
    writer.string(rep);
    writer.string(endedBy);
  }
  writer.long(state.coolDowns.length);
  for (const { rep, until } of state.coolDowns) {
    writer.string(rep);
    writer.long(until);
  }
  writer.long(state.retryAt);
  writer.long(state.retries);
  writer.long(state.recycles);
  writer.long(state.lastInteractionAt);
  writer.long(state.inactiveAt);
  writer.long(state.policyVersion);
  writer.boolean(state.pending !== null);
  if (state.pending !== null) writePending(writer, state.pending);
  writer.boolean(state.lease !== null);
  if (state.lease !== null) writeLease(writer, state.lease);
  writeStanding(writer, state);
}

/** Throws RoutingError STATE_LAYOUT for a case that another version stored. */
export function readCase(reader: AvroReader): Case {
  readLayout(reader, layout, "a stored case");
  return {
    leadId: reader.string(),
    status: readCaseState(reader),
    epoch: reader.long(),
    requests: reader.long(),
    dormant: reader.boolean(),
    score: reader.long(),
    band: readText(reader),
    grade: readGrade(reader),
    temperature: reader.boolean() ? readTemperature(reader) : null,
    attributes: reader.boolean() ? readLeadAttributes(reader) : null,
    restScore: reader.long(),
    formerRep: readText(reader),
    collaborators: readItems(reader, (item) => item.string()),
    formerLeases: readItems(reader, (item): FormerLease => ({ epoch: item.long(), rep: item.string(), endedBy: item.string() })),
    coolDowns: readItems(reader, (item): CoolDown => ({ rep: item.string(), until: item.long() })),
    retryAt: reader.long(),
    retries: reader.long(),
    recycles: reader.long(),
    lastInteractionAt: reader.long(),
    inactiveAt: reader.long(),
    policyVersion: reader.long(),
    pending: reader.boolean() ? readPending(reader) : null,
    lease: reader.boolean() ? readLease(reader) : null,
    ...readStanding(reader),
  };
}

function writePending(writer: AvroWriter, pending: Pending): void {
  writer.long(pending.number);
  writer.byte(pendingKinds.indexOf(pending.kind));
  writer.string(pending.team);
  writeText(writer, pending.rule);
  writeTier(writer, pending.tier);
  writer.long(pending.attempt);
  writeText(writer, pending.commandId);
  writer.long(pending.waitUntil);
}

function readPending(reader: AvroReader): Pending {
  return {
    number: reader.long(),
    kind: pendingKinds[reader.byte()]!,
    team: reader.string(),
    rule: readText(reader),
    tier: readTier(reader),
    attempt: reader.long(),
    commandId: readText(reader),
    waitUntil: reader.long(),
  };
}

function writeLease(writer: AvroWriter, lease: Lease): void {
  writer.long(lease.number);
  writer.string(lease.team);
  writer.string(lease.rep);
  writeText(writer, lease.rule);
  writeTier(writer, lease.tier);
  writer.long(lease.since);
  writer.long(lease.until);
  writer.boolean(lease.contacted);
  writer.long(lease.anchor);
  writer.byte(lease.rung);
  writer.long(lease.targetAt);
  writer.long(lease.remindAt);
  writer.long(lease.escalateAt);
  writer.long(lease.recycleAt);
}

function readLease(reader: AvroReader): Lease {
  return {
    number: reader.long(),
    team: reader.string(),
    rep: reader.string(),
    rule: readText(reader),
    tier: readTier(reader),
    since: reader.long(),
    until: reader.long(),
    contacted: reader.boolean(),
    anchor: reader.long(),
    rung: reader.byte(),
    targetAt: reader.long(),
    remindAt: reader.long(),
    escalateAt: reader.long(),
    recycleAt: reader.long(),
  };
}

function writeTier(writer: AvroWriter, tier: Tier | null): void {
  writer.byte(tier === null ? 0 : tiers.indexOf(tier) + 1);
}

function readTier(reader: AvroReader): Tier | null {
  const index = reader.byte();
  return index === 0 ? null : (tiers[index - 1] ?? null);
}

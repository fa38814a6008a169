import type { AvroReader, AvroWriter } from "@leadstream/schemas";
import { readItems, readLayout, readText, writeText } from "../codec-parts.ts";
import { countLeaversHolds, newLeaver } from "./leavers.ts";
import { readTeam } from "./read-roster.ts";
import { type Member, newTeam, type TeamState, type Wish } from "./team-state.ts";

/** First byte of a stored team; another layout takes another odd number. */
const layout = 1;

/** Holds in the order in which they were granted: replay must revoke and queue in the same order. */
export function writeTeamState(writer: AvroWriter, state: TeamState): void {
  writer.byte(layout);
  writer.string(state.teamId);
  writer.long(state.rosterVersion);
  writer.string(state.document);
  writer.long(state.turns);
  writer.long(state.virtualTime);
  writer.long(state.wakeAt);
  const places = new Map<Member, number>();
  for (const [index, member] of state.members.entries()) {
    places.set(member, index);
    writeMember(writer, member);
  }
  writer.long(state.revokedAt);
  writer.long(state.leavers.length);
  for (const [index, leaver] of state.leavers.entries()) {
    places.set(leaver, state.members.length + index);
    writer.string(leaver.rep.id);
  }
  writer.long(state.holds.size);
  for (const [requestId, { member, claimed }] of state.holds) {
    writer.string(requestId);
    writer.long(places.get(member)! * 2 + (claimed ? 1 : 0));
  }
  writer.long(state.queue.length);
  for (const wish of state.queue) writeWish(writer, wish);
}

/** Throws RoutingError STATE_LAYOUT for a team that another version stored. */
export function readTeamState(reader: AvroReader): TeamState {
  readLayout(reader, layout, "a stored team");
  const state = newTeam(reader.string());
  state.rosterVersion = reader.long();
  state.document = reader.string();
  state.turns = reader.long();
  state.virtualTime = reader.long();
  state.wakeAt = reader.long();
  state.team = state.document === "" ? null : readTeam(state.document);
  state.members = (state.team?.reps ?? []).map((rep) => ({
    rep,
    held: reader.long(),
    claimed: reader.long(),
    turn: reader.long(),
    pass: reader.long(),
    wins: reader.long(),
    losses: reader.long(),
    targetFrom: reader.long(),
    sold: reader.long(),
    quotaDay: reader.long(),
    claimsToday: reader.long(),
  }));
  state.revokedAt = reader.long();
  state.leavers = readItems(reader, (item) => newLeaver(item.string()));
  const holders = [...state.members, ...state.leavers];
  for (const [requestId, place] of readItems(reader, (item) => [item.string(), item.long()] as const)) {
    state.holds.set(requestId, { member: holders[place >> 1]!, claimed: (place & 1) === 1 });
  }
  countLeaversHolds(state);
  state.queue = readItems(reader, readWish);
  return state;
}

function writeMember(writer: AvroWriter, member: Member): void {
  writer.long(member.held);
  writer.long(member.claimed);
  writer.long(member.turn);
  writer.long(member.pass);
  writer.long(member.wins);
  writer.long(member.losses);
  writer.long(member.targetFrom);
  writer.long(member.sold);
  writer.long(member.quotaDay);
  writer.long(member.claimsToday);
}

function writeWish(writer: AvroWriter, wish: Wish): void {
  writer.string(wish.requestId);
  writer.string(wish.leadId);
  writeText(writer, wish.rep);
  writeText(writer, wish.tier);
  writeList(writer, wish.skills);
  writeList(writer, wish.exclude);
  writer.string(wish.strategy);
  writer.string(wish.whenOut);
}

function readWish(reader: AvroReader): Wish {
  return {
    requestId: reader.string(),
    leadId: reader.string(),
    rep: readText(reader),
    tier: readText(reader),
    skills: readItems(reader, (item) => item.string()),
    exclude: readItems(reader, (item) => item.string()),
    strategy: reader.string(),
    whenOut: reader.string(),
  };
}

function writeList(writer: AvroWriter, texts: readonly string[]): void {
  writer.long(texts.length);
  for (const text of texts) writer.string(text);
}

import type { LeadEvent, Model, Pilot } from "@leadstream/domain-scoring";
import type { Decoded, JourneyPublished, ModelPublished, PolicyPublished } from "@leadstream/schemas";
import { deadLetter, ok, partitionOfWindow, type RecordCursor, type RecordPlace, type StageResult } from "@leadstream/stream";
import { modelOf, pilotOf } from "./published-model.ts";

/** A record of lead.events as the fold takes it. */
export type LeadInput =
  | LeadEvent
  | { readonly type: "ModelPublished"; readonly value: ModelPublished; readonly model: Model; readonly pilot: Pilot }
  | { readonly type: "PolicyPublished"; readonly value: PolicyPublished }
  | { readonly type: "JourneyPublished"; readonly value: JourneyPublished }
  | { readonly type: "Tick" };

/** A record of one lead; the others concern the whole partition. */
export function isLeadEvent(input: LeadInput): input is LeadEvent {
  return input.type === "Capture" || input.type === "Touch" || input.type === "Status" || input.type === "Command";
}

export type DecodeCode =
  | "NULL_KEY"
  | "WRONG_PARTITION"
  | "KEY_MISMATCH"
  | "INVALID_TIME"
  | "INVALID_EVENT_ID"
  | "INVALID_MODEL"
  | "UNEXPECTED_RECORD";

/** End of the year 9999: the edge lets wrong clocks in up to here, the scorer clamps them (F17). */
const LATEST_MS = 253_402_300_799_999;
const MAX_ID_CHARACTERS = 128;

const refuse = (code: DecodeCode, detail: string): StageResult<never> => deadLetter(code, detail);

/** Accepts what may move the scoring fold. Everything else is dead, with the reason; details never hold values of the record. */
export function decodeLeadEvent(record: Decoded, cursor: RecordCursor, place: RecordPlace): StageResult<LeadInput> {
  switch (record.type) {
    case "Capture":
    case "Touch":
    case "Status":
    case "Command":
      return judgeEvent(record, cursor, place);
    case "Tick":
      return ok({ type: "Tick" });
    case "PolicyPublished":
    case "JourneyPublished":
      return ok(record);
    case "ModelPublished":
      return judgeModel(record.value);
    default:
      return refuse("UNEXPECTED_RECORD", `a ${record.type} does not belong to this topic`);
  }
}

function judgeEvent(event: LeadEvent, cursor: RecordCursor, place: RecordPlace): StageResult<LeadInput> {
  const { keyStart, keyEnd, buffer } = cursor;
  const { leadId, eventId, occurredAt } = event.value;
  if (keyStart < 0 || keyEnd === keyStart) return refuse("NULL_KEY", "the record has no key: it must be the lead id");
  if (partitionOfWindow(buffer, keyStart, keyEnd, place.partitions) !== place.partition)
    return refuse("WRONG_PARTITION", "the key belongs to another partition: partition with murmur2, as the Java client does");
  if (!isKey(cursor, leadId)) return refuse("KEY_MISMATCH", "the key is not the record's lead id, or the lead id is empty or too long");
  if (eventId.length === 0 || eventId.length > MAX_ID_CHARACTERS)
    return refuse("INVALID_EVENT_ID", `eventId must have 1 to ${MAX_ID_CHARACTERS} characters`);
  if (occurredAt < 0 || occurredAt > LATEST_MS) return refuse("INVALID_TIME", "occurredAt must lie between the years 1970 and 9999");
  return ok(event);
}

function isKey({ buffer, keyStart, keyEnd }: RecordCursor, leadId: string): boolean {
  return leadId.length > 0 && leadId.length <= MAX_ID_CHARACTERS && isText(buffer, keyStart, keyEnd, leadId);
}

/** Whether the window is the UTF-8 of `text`; plain ASCII is compared without making a second text. */
function isText(buffer: Buffer, start: number, end: number, text: string): boolean {
  const { length } = text;
  if (end - start !== length) return buffer.utf8Slice(start, end) === text;
  for (let index = 0; index < length; index++) {
    const code = text.charCodeAt(index);
    if (code > 0x7f) return buffer.utf8Slice(start, end) === text;
    if (buffer[start + index] !== code) return false;
  }
  return true;
}

function judgeModel(published: ModelPublished): StageResult<LeadInput> {
  const model = modelOf(published);
  if (typeof model === "string") return refuse("INVALID_MODEL", model);
  const pilot = pilotOf(published);
  if (typeof pilot === "string") return refuse("INVALID_MODEL", pilot);
  return ok({ type: "ModelPublished", value: published, model, pilot });
}

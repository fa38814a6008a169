import { checkModel, type LeadEvent, type Model } from "@leadstream/domain-scoring";
import type { Decoded, ModelPublished, PolicyPublished } from "@leadstream/schemas";
import { deadLetter, ok, partitionOf, type RecordCursor, type RecordPlace, type StageResult } from "@leadstream/stream";

/** A record of lead.events as the fold takes it. */
export type LeadInput =
  | LeadEvent
  | { readonly type: "ModelPublished"; readonly value: ModelPublished; readonly model: Model }
  | { readonly type: "PolicyPublished"; readonly value: PolicyPublished }
  | { readonly type: "Tick" };

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
  if (partitionOf(buffer.subarray(keyStart, keyEnd), place.partitions) !== place.partition)
    return refuse("WRONG_PARTITION", "the key belongs to another partition: partition with murmur2, as the Java client does");
  if (!isKey(cursor, leadId)) return refuse("KEY_MISMATCH", "the key is not the record's lead id, or the lead id is empty or too long");
  if (eventId.length === 0 || eventId.length > MAX_ID_CHARACTERS)
    return refuse("INVALID_EVENT_ID", `eventId must have 1 to ${MAX_ID_CHARACTERS} characters`);
  if (occurredAt < 0 || occurredAt > LATEST_MS) return refuse("INVALID_TIME", "occurredAt must lie between the years 1970 and 9999");
  return ok(event);
}

function isKey({ buffer, keyStart, keyEnd }: RecordCursor, leadId: string): boolean {
  return leadId.length > 0 && leadId.length <= MAX_ID_CHARACTERS && buffer.utf8Slice(keyStart, keyEnd) === leadId;
}

function judgeModel(published: ModelPublished): StageResult<LeadInput> {
  const model = modelOf(published);
  if (typeof model === "string") return refuse("INVALID_MODEL", model);
  return ok({ type: "ModelPublished", value: published, model });
}

/** The published document as a model under the record's name and version, or what is wrong with it. */
export function modelOf(published: Pick<ModelPublished, "name" | "version" | "document">): Model | string {
  let document: unknown;
  try {
    document = JSON.parse(published.document);
  } catch {
    return "document is not JSON: publish it with the command line, which checks it";
  }
  const checked = checkModel(document);
  if ("faults" in checked) {
    const [first] = checked.faults;
    return `document has ${checked.faults.length} faults, the first at ${first?.path}: ${first?.problem}`;
  }
  if (published.version < 1 || published.name === "") return "name or version is missing: versions begin at 1";
  return { ...checked.model, name: published.name, version: published.version };
}

import { AvroDecodeError, type AvroReader, type Decoded, type WireFormat } from "@leadstream/schemas";
import type { RecordCursor } from "./ports.ts";
import { deadLetter, type RecordPlace, type Stage, type StageResult } from "./stage.ts";

/** Shows the cursor's value to the stage, which judges it. Only UnknownSchemaIdError leaves it as an exception. */
export function decodeOrJudge<Input>(
  wire: WireFormat,
  stage: Stage<Input>,
  reader: AvroReader,
  cursor: RecordCursor,
  place: RecordPlace,
): StageResult<Input> {
  if (cursor.valueStart < 0) return deadLetter("EMPTY_VALUE", "the record has no value");
  let record: Decoded;
  try {
    record = wire.show(reader.window(cursor.buffer, cursor.valueStart, cursor.valueEnd));
  } catch (error) {
    if (error instanceof AvroDecodeError) return deadLetter("UNDECODABLE", error.message);
    throw error;
  }
  return stage(record, cursor, place);
}

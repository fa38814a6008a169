import type { DeadLetter } from "@leadstream/schemas";
import type { RecordCursor } from "./ports.ts";

/** The cursor's record as it goes to the dead letters: its bytes and headers unchanged, with place and reason. */
export function deadLetterOf(
  cursor: RecordCursor,
  place: Pick<DeadLetter, "topic" | "partition" | "stage" | "code" | "detail">,
): DeadLetter {
  const window = (start: number, end: number): Buffer | null => (start < 0 ? null : Buffer.from(cursor.buffer.subarray(start, end)));
  return {
    ...place,
    offset: cursor.offset,
    timestamp: cursor.timestamp,
    producer: "",
    key: window(cursor.keyStart, cursor.keyEnd),
    value: window(cursor.valueStart, cursor.valueEnd),
    headers: cursor.headers().map(({ name, value }) => ({ name, value })),
  };
}

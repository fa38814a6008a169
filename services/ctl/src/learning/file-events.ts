import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { ConfigError } from "@leadstream/config";
import type { LoggedEvent } from "@leadstream/domain-learning";
import { AvroReader, AvroWriter, codecs } from "@leadstream/schemas";
import { z } from "zod";

const lineShape = z.object({
  type: z.enum(["Capture", "Touch", "Status", "Command"]),
  /** Log time, ms since epoch; without it the event's own time. */
  loggedAt: z.int().nonnegative().optional(),
  value: z.looseObject({ leadId: z.string().min(1), eventId: z.string().min(1), occurredAt: z.int().nonnegative() }),
});

/** Events of a file with one JSON object a line: `{"type": "Touch", "loggedAt": 1767225600000, "value": {…the record…}}`. Throws ConfigError. */
export async function* fileEvents(path: string): AsyncGenerator<LoggedEvent, void, undefined> {
  let line = 0;
  const refuse = (reason: string, cause?: unknown): ConfigError =>
    new ConfigError([{ where: `${path}:${line}`, reason, remedy: "Write one event a line: type, loggedAt and the record as value" }], {
      cause,
    });
  const lines = createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY });
  try {
    for await (const text of lines) {
      line++;
      if (text.trim() === "") continue;
      yield readLine(text, line, refuse);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") throw refuse("there is no such file", error);
    throw error;
  }
}

function readLine(text: string, position: number, refuse: (reason: string, cause?: unknown) => ConfigError): LoggedEvent {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw refuse("is not JSON", error);
  }
  const parsed = lineShape.safeParse(json);
  if (!parsed.success)
    throw refuse(`does not fit: ${parsed.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`).join("; ")}`);
  const { type, value, loggedAt } = parsed.data;
  try {
    // The codec takes every field or throws: what comes back is a record.
    const writer = new AvroWriter();
    (codecs[type].write as (writer: AvroWriter, value: unknown) => void)(writer, value);
    const event = { type, value: codecs[type].read(new AvroReader(writer.slice())) } as LoggedEvent["event"];
    return { event, loggedAt: loggedAt ?? value.occurredAt, position };
  } catch (error) {
    throw refuse(`value is not a whole ${type} record`, error);
  }
}

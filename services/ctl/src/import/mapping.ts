import { z } from "zod";
import { conditionShape } from "./condition.ts";
import { durationShape } from "./duration.ts";
import { fieldsShape, type importKinds } from "./field-tree.ts";
import { isTimeFormat, isZone } from "./time-format.ts";
import { valueShape } from "./value.ts";

/** A row makes at most so many events: the scorer recognises a repeat among the last 64 ids of a lead. */
export const maximumRowEvents = 64;
export const maximumRepeats = 60;
const MAXIMUM_EVENTS = 20;

const name = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_-]{0,39}$/, "must begin with a letter and hold only letters, digits, _ and -, at most 40");

const fileShape = z
  .strictObject({
    delimiter: z.string().length(1).default(","),
    quote: z.string().length(1).nullable().default('"'),
    encoding: z.enum(["utf-8", "latin1", "utf-16le"]).default("utf-8"),
  })
  .prefault({});
export type FileSpec = z.output<typeof fileShape>;

const joinShape = z.strictObject({
  /** Beside the imported file. */
  file: z.string().min(1),
  /** Column of the side file. */
  key: z.string().min(1),
  /** What the row looks for, as `${account}`. An empty text finds nothing and is no fault. */
  on: z.string().min(1),
  missing: z.enum(["reject", "leave-empty"]).default("reject"),
});

const zone = z.string().refine(isZone, "is no zone: give Z or an offset as +08:00").default("Z");
const format = z
  .string()
  .refine(
    isTimeFormat,
    "is no format: give iso, epoch-ms, epoch-s or a pattern of yyyy MM dd HH mm ss, as dd/MM/yyyy (M, d, H without leading zero, MMM for an English name)",
  );

const writtenTime = z.strictObject({
  text: z.string().min(1),
  format: z.union([format, z.array(format).min(1)]).default("iso"),
  zone,
  /** ISO 8601; stands where the text is empty. */
  default: z.string().optional(),
});

const rowOrderTime = z.strictObject({
  rule: z.literal("month-and-weekday-in-row-order"),
  month: z.string().min(1),
  weekday: z.string().min(1),
  /** Year and month of the first row. */
  from: z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/, "give year and month of the first row, as 2008-05"),
  dayStart: durationShape.prefault("9h"),
  rowEvery: durationShape.prefault("1s"),
});

const timeHelp =
  "is no time: give `text` with format, zone (Z or +08:00) and default, or the rule month-and-weekday-in-row-order with month, weekday, from, dayStart, rowEvery";

/** `time`, or for repeated events one `every` before the next with the last at `time`; `firstOf: n` is where the first of n would be. */
const atShape = z.union([z.string(), z.strictObject({ time: z.string(), every: durationShape, firstOf: z.string().optional() })]);

const repeatShape = z.strictObject({
  count: z.string().min(1),
  atMost: z.int().min(1).max(maximumRepeats).default(maximumRepeats),
});

const eventShape = (kind: (typeof importKinds)[number]) =>
  z.strictObject({
    kind: z.literal(kind),
    when: conditionShape.optional(),
    repeat: z
      .union([
        z
          .string()
          .min(1)
          .transform((count) => ({ count, atMost: maximumRepeats })),
        repeatShape,
      ])
      .optional(),
    at: atShape,
    fields: fieldsShape(kind),
  });

export const mappingShape = z
  .strictObject({
    name: name.describe("Name of the import: begins every event id."),
    file: fileShape,
    /** Natural key of a row. Default: file name and row number. */
    key: z.string().min(1).optional(),
    set: z.record(name, valueShape).default({}),
    joins: z.record(name, joinShape).default({}),
    times: z.record(name, z.union([rowOrderTime, writtenTime], { error: timeHelp })),
    lead: z.string().min(1).optional(),
    events: z
      .array(z.discriminatedUnion("kind", [eventShape("capture"), eventShape("touch"), eventShape("status"), eventShape("spend")]))
      .min(1)
      .max(MAXIMUM_EVENTS),
  })
  .superRefine((mapping, context) => {
    for (const [index, event] of mapping.events.entries()) {
      const time = typeof event.at === "string" ? event.at : event.at.time;
      if (time in mapping.times) continue;
      const known = Object.keys(mapping.times).join(", ") || "none";
      context.addIssue({ code: "custom", path: ["events", index, "at"], message: `no time \`${time}\` under times: known are ${known}` });
    }
  });
export type Mapping = z.output<typeof mappingShape>;
export type EventSpec = Mapping["events"][number];
export type TimeSpec = Mapping["times"][string];
export type JoinSpec = Mapping["joins"][string];

import avsc from "avsc";
import { codecs, type RecordName } from "../src/index.ts";

const { Type } = avsc;

/** The independent implementation that the generated codecs are compared with. */
export function avscTypeOf(record: RecordName): avsc.Type {
  return Type.forSchema(JSON.parse(codecs[record].schema) as avsc.Schema, { wrapUnions: "never" as never, registry: {} });
}

export const recordNames = Object.keys(codecs) as RecordName[];

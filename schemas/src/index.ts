export { AvroDecodeError, AvroReader } from "./avro-reader.ts";
export { AvroWriter } from "./avro-writer.ts";
export { type Consent, consentOfTouch } from "./consent.ts";
export { emptyProfile } from "./empty-profile.ts";
export * from "./generated/codecs.ts";
export { everyLead, type ModelTerms } from "./model-terms.ts";
export type { RecordCodec, RecordView } from "./record-codec.ts";
export {
  compatibility,
  defaultPartitions,
  subjectOf,
  type TopicDefinition,
  type TopicName,
  topicDefinitions,
  topicNames,
} from "./topics.ts";
export { type BodyReader, type Decoded, ownReader, UnknownSchemaIdError, WireFormat } from "./wire.ts";

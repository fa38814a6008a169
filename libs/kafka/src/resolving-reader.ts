/**
 * Reads bodies that were written with another version of one of our schemas. Rare, so clarity before speed: avsc resolves into our version, and
 * the generated codec reads the result, so that values look the same whichever version wrote them.
 */
import { AvroDecodeError, AvroReader, type BodyReader, codecs, type RecordName } from "@leadstream/schemas";
import avro from "avsc";
import { KafkaAdapterError } from "./errors.ts";

const NAMESPACE = "leadstream.";

/** `writerSchema`: JSON text. Throws SCHEMA_REFUSED when it is none of our records or cannot be read as ours. */
export function resolvingReader(schemaId: number, writerSchema: string): BodyReader {
  const refuse = (problem: string, cause?: unknown): KafkaAdapterError =>
    new KafkaAdapterError(
      "SCHEMA_REFUSED",
      `schema id ${schemaId} ${problem}`,
      "Have its writer use a schema that ours can read.",
      cause ? { cause } : {},
    );
  let writerType: avro.Type;
  try {
    writerType = avro.Type.forSchema(JSON.parse(writerSchema) as avro.Schema);
  } catch (cause) {
    throw refuse("is not an Avro schema", cause);
  }
  const type = writerType.name?.startsWith(NAMESPACE) ? writerType.name.slice(NAMESPACE.length) : "";
  if (!Object.hasOwn(codecs, type)) throw refuse("is not one of our records");
  const codec = codecs[type as RecordName];
  const readerType = avro.Type.forSchema(JSON.parse(codec.schema) as avro.Schema);
  let resolver: object;
  try {
    resolver = readerType.createResolver(writerType);
  } catch (cause) {
    throw refuse(`cannot be read as our ${type}`, cause);
  }
  return {
    type: type as RecordName,
    read(reader) {
      try {
        // avsc reads past no end of ours: it gets exactly the body.
        const body = reader.buffer.subarray(reader.position, reader.end);
        const { value, offset } = readerType.decode(body, 0, resolver as never) as { value: unknown; offset: number };
        if (offset < 0) throw new AvroDecodeError("the body ends too early");
        reader.position += offset;
        const ours = readerType.toBuffer(value);
        return codec.read(new AvroReader(ours));
      } catch (error) {
        if (error instanceof AvroDecodeError) throw error;
        throw new AvroDecodeError("the body does not match the schema of its writer");
      }
    },
  };
}

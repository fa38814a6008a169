import type { AvroReader } from "./avro-reader.ts";
import { AvroDecodeError } from "./avro-reader.ts";
import type { AvroWriter } from "./avro-writer.ts";
import { codecs, type RecordName, type Records } from "./generated/codecs.ts";
import type { RecordCodec } from "./record-codec.ts";

/** A decoded record with the name of its type. */
export type Decoded<N extends RecordName = RecordName> = { [K in N]: { readonly type: K; readonly value: Records[K] } }[N];

/** Reads a body written with one registered schema into our own version of the record. */
export interface BodyReader {
  readonly type: RecordName;
  readonly read: (reader: AvroReader) => Records[RecordName];
  /** Where the type has a view: shows the body through one that is filled anew each time. */
  readonly show?: (reader: AvroReader) => Decoded;
}

interface BodyWriter {
  readonly id: number;
  readonly write: (writer: AvroWriter, value: Records[RecordName]) => void;
}

/** The generated codec, which reads what was written with our own version. */
export function ownReader(type: RecordName): BodyReader {
  const { read, view: makeView } = codecs[type] as RecordCodec<Records[RecordName]>;
  if (makeView === undefined) return { type, read };
  const view = makeView();
  const shown = { type, value: view } as unknown as Decoded;
  return {
    type,
    read,
    show(reader) {
      view.show(reader);
      return shown;
    },
  };
}

const MAGIC = 0;
const HEADER_BYTES = 5;

/** The schema id of a payload that no reader is known for; the caller asks the registry and tries again. */
export class UnknownSchemaIdError extends Error {
  readonly code = "UNKNOWN_SCHEMA_ID";
  override readonly name = "UnknownSchemaIdError";
  readonly schemaId: number;
  constructor(schemaId: number) {
    super(`schema id ${schemaId} is not known here; ask the registry`);
    this.schemaId = schemaId;
  }
}

/**
 * Confluent wire format over generated codecs: magic byte 0, four-byte schema id, Avro body.
 * Ids that the registry gave to our own schemas use the generated codec; ids of other versions use the reader that was added for them.
 */
export class WireFormat {
  private readonly readers = new Map<number, BodyReader>();
  private readonly writers = new Map<RecordName, BodyWriter>();

  /** `ids`: the registry's id of our version of each record. */
  constructor(ids: Iterable<readonly [RecordName, number]>) {
    for (const [type, id] of ids) {
      this.writers.set(type, { id, write: codecs[type].write as BodyWriter["write"] });
      this.readers.set(id, ownReader(type));
    }
  }

  addReader(schemaId: number, reader: BodyReader): void {
    this.readers.set(schemaId, reader);
  }

  /** Writes header and body at the writer's position. Throws when the registry gave the type no id. */
  write<N extends RecordName>(writer: AvroWriter, type: N, value: Records[N]): void {
    const body = this.writers.get(type);
    if (body === undefined) throw new Error(`no schema id for ${type}: register it first`);
    const { id } = body;
    writer.ensure(HEADER_BYTES);
    const buffer = writer.buffer;
    const position = writer.position;
    buffer[position] = MAGIC;
    buffer[position + 1] = id >>> 24;
    buffer[position + 2] = (id >>> 16) & 0xff;
    buffer[position + 3] = (id >>> 8) & 0xff;
    buffer[position + 4] = id & 0xff;
    writer.position = position + HEADER_BYTES;
    body.write(writer, value);
  }

  /** What stands at `start`, without decoding it; null: not known here yet, or no record. */
  typeAt(buffer: Buffer, start: number, end: number): RecordName | null {
    if (end - start < HEADER_BYTES || buffer[start] !== MAGIC) return null;
    return this.readers.get(buffer.readInt32BE(start + 1))?.type ?? null;
  }

  /** Decodes the reader's window. Throws AvroDecodeError (poison) or UnknownSchemaIdError (ask the registry). */
  read(reader: AvroReader): Decoded {
    const body = this.bodyAt(reader);
    const value = body.read(reader);
    reader.finish();
    return { type: body.type, value } as Decoded;
  }

  /** As `read`, without making an object where the type has a view: then the record holds until the next call. */
  show(reader: AvroReader): Decoded {
    const body = this.bodyAt(reader);
    const shown = body.show === undefined ? ({ type: body.type, value: body.read(reader) } as Decoded) : body.show(reader);
    reader.finish();
    return shown;
  }

  /** Moves the reader behind the header. */
  private bodyAt(reader: AvroReader): BodyReader {
    const { buffer, position, end } = reader;
    if (end - position < HEADER_BYTES) throw new AvroDecodeError("shorter than the five bytes of the wire format");
    if (buffer[position] !== MAGIC) throw new AvroDecodeError("magic byte is not 0");
    const id = buffer.readInt32BE(position + 1);
    const body = this.readers.get(id);
    if (body === undefined) throw new UnknownSchemaIdError(id);
    reader.position = position + HEADER_BYTES;
    return body;
  }
}

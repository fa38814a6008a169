import { NO_PRODUCER, RecordBatchWriter, type RecordSegment, readBatches } from "@leadstream/kafka";
import { AvroWriter, type RecordName, type Records, type WireFormat } from "@leadstream/schemas";

const BATCH_RECORDS = 4_000;

/** Records of one partition, encoded as a producer sends them and read as a broker gives them; there is neither. */
export class MadeLog {
  private readonly wire: WireFormat;
  private readonly avro = new AvroWriter();
  private readonly batch = new RecordBatchWriter(1 << 20);
  private sealed: Buffer[] = [];
  private offset: number;

  /** `offset` is that of the first record. */
  constructor(wire: WireFormat, offset = 0) {
    this.wire = wire;
    this.offset = offset;
  }

  /** `at` is the record's log time. */
  append<N extends RecordName>(at: number, key: string | null, type: N, value: Records[N]): void {
    this.avro.reset();
    this.wire.write(this.avro, type, value);
    this.batch.append(at, key, this.avro.buffer, 0, this.avro.position);
    if (this.batch.records === BATCH_RECORDS) this.seal();
  }

  /** What was appended since the last call; offsets go on. */
  async take(): Promise<readonly RecordSegment[]> {
    if (this.batch.records > 0) this.seal();
    const { segments } = await readBatches(Buffer.concat(this.sealed), 0, []);
    this.sealed = [];
    return segments;
  }

  private seal(): void {
    const bytes = Buffer.from(this.batch.seal(NO_PRODUCER));
    bytes.writeBigInt64BE(BigInt(this.offset), 0);
    this.offset += this.batch.records;
    this.sealed.push(bytes);
    this.batch.reset();
  }
}

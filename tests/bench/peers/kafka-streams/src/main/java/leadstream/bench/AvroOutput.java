package leadstream.bench;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Writes the Confluent wire format and Avro binary into one growing array; one is reused for all records of a task. */
final class AvroOutput {
  private byte[] bytes = new byte[1024];
  private int at;

  void begin(int schemaId) {
    ByteBuffer.wrap(bytes).put((byte) 0).putInt(schemaId);
    at = 5;
  }

  byte[] toBytes() {
    return Arrays.copyOf(bytes, at);
  }

  private void ensure(int more) {
    if (at + more > bytes.length) bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, at + more));
  }

  void writeByte(int value) {
    ensure(1);
    bytes[at++] = (byte) value;
  }

  void writeLong(long value) {
    ensure(10);
    final byte[] bytes = this.bytes;
    int position = at;
    long zigzag = (value << 1) ^ (value >> 63);
    while ((zigzag & ~0x7fL) != 0) {
      bytes[position++] = (byte) (zigzag | 0x80);
      zigzag >>>= 7;
    }
    bytes[position++] = (byte) zigzag;
    at = position;
  }

  /** Bytes with their length before them: how Avro writes a string. */
  void writeText(byte[] text) {
    writeLong(text.length);
    ensure(text.length);
    System.arraycopy(text, 0, bytes, at, text.length);
    at += text.length;
  }

  void writeOptionalText(byte[] text) {
    writeByte(2);
    writeText(text);
  }

  void writeNulls(int count) {
    ensure(count);
    Arrays.fill(bytes, at, at + count, (byte) 0);
    at += count;
  }
}
